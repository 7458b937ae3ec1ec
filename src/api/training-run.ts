/** A training as its folder keeps it: what is written when, so that whatever happens there is something to go on from. */
import { configToYaml, type Config } from '../config/index.ts';
import { Interrupted, isUnstainedError, type LongCall } from '../core/index.ts';
import { drawBatch, type TrainingPair } from '../dataset/index.ts';
import type { FormChoice, LoweringPlan, Runtime } from '../engine/index.ts';
import { momentNames, parametersOf, statisticsOf, type NetworkDescription } from '../network/index.ts';
import {
  dataFile,
  environmentFile,
  formatLosses,
  lossesDigest,
  RUN_FILES,
  runFile,
  saveCheckpoint,
  sha256,
  type DataFile,
  type LossRow,
  type RunFile,
  type RunStore,
} from '../run/index.ts';
import { layerForms, trainSteps, type TrainingState } from '../training/index.ts';
import type { World } from './world.ts';

export interface TrainingRun {
  readonly store: RunStore;
  readonly config: Config;
  readonly description: NetworkDescription;
  readonly pair: TrainingPair;
  readonly data: DataFile;
  /** Where it begins, or goes on. */
  readonly start: TrainingState;
  /** Of the steps before `start`. */
  readonly losses: readonly LossRow[];
  /** ISO 8601. */
  readonly startedAt: string;
}

export interface Trained {
  readonly state: TrainingState;
  readonly losses: readonly LossRow[];
  readonly forms: readonly FormChoice[];
}

const utf8 = new TextEncoder();

/** Trains to the last step, each computed by `plan`, and saves. Throws Interrupted, with all saved, when it is told to stop. */
export async function runTraining(
  world: World,
  runtime: Runtime,
  run: TrainingRun,
  plan: LoweringPlan,
  call: LongCall,
): Promise<Trained> {
  const { store, config, description, pair, start } = run;
  const losses = [...run.losses];
  const configSha256 = await sha256(utf8.encode(configToYaml(config)));
  const shapes = new Map(checkpointShapes(description));
  const describe = (state: RunFile['state'], step: number) =>
    store.writeWhole(
      RUN_FILES.run,
      runFile.encode({
        schema: 'unstained.run/1',
        version: world.machine.version,
        state,
        step,
        steps: config.steps,
        configSha256,
        startedAt: run.startedAt,
        updatedAt: world.date(),
      }),
    );

  await store.writeWhole(RUN_FILES.config, utf8.encode(configToYaml(config)));
  await store.writeWhole(RUN_FILES.data, dataFile.encode(run.data));
  await describe(start.step < config.steps ? 'running' : 'finished', start.step);

  let previous = start.step > 0 ? start.step : null;
  const before = losses.at(-1)?.seconds ?? 0;
  const began = world.now();
  const save = async ({ step, tensors, random }: TrainingState) => {
    // The losses first: a checkpoint is never newer than they are, and rows behind it are cut off when going on.
    await store.writeWhole(RUN_FILES.losses, utf8.encode(formatLosses(losses)));
    const shaped = Object.entries(tensors).map(
      ([name, data]) => [name, { shape: shapes.get(name) ?? [], data }] as const,
    );
    const checkpoint = {
      step,
      tensors: Object.fromEntries(shaped),
      random,
      configSha256,
      lossesSha256: await lossesDigest(losses),
    };
    await saveCheckpoint(store, checkpoint, previous);
    previous = step;
    await describe(step < config.steps ? 'running' : 'finished', step);
  };
  try {
    const { state, forms } = await trainSteps(
      {
        runtime,
        description,
        config,
        plan,
        start,
        draw: (random) => drawBatch(pair, config, random),
        onStart: (forms) =>
          store.writeWhole(RUN_FILES.environment, environmentFile.encode(environment(world, runtime, forms))),
        onStep: ({ step, loss, lr }) => losses.push({ step, loss, lr, seconds: before + (world.now() - began) / 1000 }),
        save,
      },
      call,
    );
    return { state, losses, forms };
  } catch (error) {
    const stopped = isUnstainedError(error, 'interrupted/saved');
    await describe(stopped ? 'interrupted' : 'failed', previous ?? 0);
    if (!stopped) throw error;
    const { what, step } = error;
    throw new Interrupted(true, { what, step, remedy: `Go on: unstained train --resume ${store.name}` });
  }
}

/** Every tensor that a checkpoint holds. */
function checkpointShapes(description: NetworkDescription): [string, readonly number[]][] {
  return [
    ...parametersOf(description).flatMap(({ name, shape }): [string, readonly number[]][] => {
      const { m, v } = momentNames(name);
      return [
        [name, shape],
        [m, shape],
        [v, shape],
      ];
    }),
    ...statisticsOf(description).map(({ name, shape }): [string, readonly number[]] => [name, shape]),
  ];
}

function environment({ machine }: World, { traits }: Runtime, forms: readonly FormChoice[]) {
  const counts = new Map<string, { operator: string; form: string; when: string; count: number }>();
  for (const { operator, form, when } of forms) {
    const key = `${operator} ${form}`;
    counts.set(key, { operator, form, when, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const { version, host, onnxruntime, platform, processor, memoryBytes } = machine;
  const layers = layerForms(forms).map(({ layer, forward, inputGradient, weightGradient }) => ({
    layer,
    forward: forward.form,
    inputGradient: inputGradient?.form ?? null,
    weightGradient: weightGradient?.form ?? null,
  }));
  return {
    schema: 'unstained.environment/1' as const,
    version,
    host,
    onnxruntime,
    platform,
    processor,
    device: traits.kind,
    threads: traits.threads,
    convBlock: traits.convBlock,
    memoryBytes,
    layers,
    forms: [...counts.values()],
  };
}
