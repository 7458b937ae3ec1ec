/** What a training is going to do, told before it starts. */
import type { Config } from '../config/index.ts';
import { sizesOf, type TrainingSet } from '../dataset/index.ts';
import { parameterCount, type NetworkDescription } from '../network/index.ts';
import { voxelCount } from '../volume/index.ts';
import type { TrainingPlan } from './requests.ts';

/** @param secondsPerStep as measured here and now */
export function trainingPlan(
  config: Config,
  description: NetworkDescription,
  set: TrainingSet,
  { memoryBytes, secondsPerStep, stepsDone }: { memoryBytes: number; secondsPerStep: number; stepsDone: number },
): TrainingPlan {
  const { training, validating, fields, parts, inMemory } = set;
  const trained = training.map((index) => fields[index]);
  const voxels = training.reduce((sum, index) => sum + voxelCount(parts[index].train?.size ?? fields[index].size), 0);
  const steps = config.steps - stepsDone;
  const patches = steps * config.batch;
  return {
    images: {
      train: training.length,
      byParts: parts.some(({ train, heldOut }) => train !== null && heldOut !== null),
      validation: validating.length,
      test: parts.filter(({ role }) => role === 'test').length,
      size: sizesOf(trained),
    },
    voxels,
    where: inMemory ? 'memory' : 'disk',
    patches,
    timesSeen: (patches * voxelCount(config.patch)) / voxels,
    parameters: parameterCount(description),
    memoryBytes,
    steps,
    secondsPerStep,
    seconds: steps * secondsPerStep,
  };
}
