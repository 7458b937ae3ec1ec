/** What a trained network makes of its whole field: the prediction, and how good it is on each part. */
import type { LongCall } from '../core/index.ts';
import { baselines, normalizedL2, pearson, type Baseline } from '../evaluation/index.ts';
import type { Runtime } from '../engine/index.ts';
import { parametersOf, statisticsOf } from '../network/index.ts';
import { channelOf, cropVolume, type Region, type Volume, type VoxelSize } from '../volume/index.ts';
import { predictVolume } from './predict-volume.ts';
import type { Measured } from './requests.ts';
import type { Trained, TrainingRun } from './training-run.ts';

export interface FieldStudy {
  /** Normalized, one channel a target, of the field's size. */
  readonly prediction: Volume;
  readonly voxelSize: VoxelSize | null;
  readonly targets: readonly TargetStudy[];
}

export interface TargetStudy {
  readonly name: string;
  readonly train: Measured;
  readonly heldOut: Measured | null;
  /** On the held-out part, fitted on the training part; none where nothing is held out. */
  readonly baselines: readonly Baseline[];
}

/** Predicts the field and measures each target, under the weight map where there is one. */
export async function studyField(
  runtime: Runtime,
  { pair, description }: TrainingRun,
  { state }: Trained,
  voxelSize: VoxelSize | null,
  memoryBytes: number,
  call: LongCall,
): Promise<FieldStudy> {
  const names = [...parametersOf(description), ...statisticsOf(description)].map(({ name }) => name);
  const tensors = Object.fromEntries(names.map((name) => [name, state.tensors[name]]));
  const { volume: prediction } = await predictVolume(
    runtime,
    { description, tensors },
    pair.signal, // as the network sees it: planes are channels already
    { zAsChannels: false, memoryBytes },
    call,
  );
  const { train, heldOut } = pair.split;
  const targets = pair.targetNames.map((name, c): TargetStudy => {
    const target = channelOf(pair.target, c);
    const predicted = channelOf(prediction, c);
    return {
      name,
      train: measure(name, predicted, target, pair.weight, train),
      heldOut: heldOut && measure(name, predicted, target, pair.weight, heldOut),
      baselines: heldOut ? baselines({ signal: pair.signal, target, weight: pair.weight, train, heldOut }) : [],
    };
  });
  return { prediction, voxelSize, targets };
}

export function heldOutMeasures({ targets }: FieldStudy): Measured[] {
  return targets.flatMap(({ heldOut }) => (heldOut ? [heldOut] : []));
}

/** One channel against one channel inside a box of both. */
export function measure(
  name: string,
  prediction: Volume,
  target: Volume,
  weight: Volume | null,
  region: Region,
): Measured {
  const [p, t] = [prediction, target].map((volume) => cropVolume(volume, region).data);
  const w = weight && cropVolume(weight, region).data;
  const r = pearson(p, t, w);
  return { name, r: Number.isNaN(r) ? null : r, normalizedL2: normalizedL2(p, t, w) };
}
