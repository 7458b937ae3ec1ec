/** A training as its folder keeps it: what is written when, so that whatever happens there is something to go on from. */
import { configToYaml, type Config } from '../config/index.ts';
import { Interrupted, isUnstainedError, type LongCall, type Random } from '../core/index.ts';
import { drawBatch, nextFromBuffer, type BufferState } from '../dataset/index.ts';
import type { FormChoice, LoweringPlan, Runtime, Tensors } from '../engine/index.ts';
import type { NetworkDescription } from '../network/index.ts';
import {
  dataFile,
  environmentFile,
  formatLosses,
  lossesDigest,
  RUN_FILES,
  runFile,
  saveCheckpoint,
  sha256,
  type LossRow,
  type RunFile,
  type RunStore,
} from '../run/index.ts';
import { shapesOfState, trainSteps, type TrainingState } from '../training/index.ts';
import { environmentOf } from './environment.ts';
import { measureHeldOut, validatedFields } from './field-study.ts';
import type { TrainingData } from './training-data.ts';
import type { World } from './world.ts';

export interface TrainingRun {
  readonly store: RunStore;
  readonly config: Config;
  readonly description: NetworkDescription;
  readonly data: TrainingData;
  /** Where it begins, or goes on. */
  readonly start: TrainingState;
  /** Of the steps before `start`. */
  readonly losses: readonly LossRow[];
  /** Of computing before `start`. */
  readonly seconds: number;
  /** ISO 8601. */
  readonly startedAt: string;
}

export interface Trained {
  readonly state: TrainingState;
  readonly losses: readonly LossRow[];
  readonly forms: readonly FormChoice[];
  /** Of computing, pauses left out. */
  readonly seconds: number;
}

/** How a run is computed here and now. */
export interface Computing {
  readonly runtime: Runtime;
  readonly plan: LoweringPlan;
  /** For predictions while training goes on. */
  readonly memoryBytes: number;
  /** Called before the first step; false: nothing is trained, and nothing written. */
  readonly onReady: (secondsPerStep: number) => Promise<boolean>;
}

const utf8 = new TextEncoder();

/**
 * Trains to the last step and saves; null where `onReady` said no. Throws Interrupted, with all saved, when it is told to stop.
 */
export async function runTraining(
  world: World,
  run: TrainingRun,
  { runtime, plan, memoryBytes, onReady }: Computing,
  call: LongCall,
): Promise<Trained | null> {
  const { store, config, description, data, start } = run;
  const { set } = data;
  const losses = [...run.losses];
  const configSha256 = await sha256(utf8.encode(configToYaml(config)));
  const shapes = new Map(shapesOfState(description, config));
  const began = world.now();
  const seconds = () => run.seconds + (world.now() - began) / 1000;
  let previous = start.step > 0 ? start.step : null;

  const describe = (state: RunFile['state'], step: number) =>
    store.writeWhole(
      RUN_FILES.run,
      runFile.encode({
        schema: 'unstained.run/1',
        version: world.machine.version,
        state,
        step,
        steps: config.steps,
        seconds: seconds(),
        configSha256,
        startedAt: run.startedAt,
        updatedAt: world.date(),
      }),
    );
  const begin = async (forms: readonly FormChoice[], secondsPerStep: number) => {
    if (!(await onReady(secondsPerStep))) return false;
    await store.writeWhole(RUN_FILES.config, utf8.encode(configToYaml(config)));
    await store.writeWhole(RUN_FILES.data, dataFile.encode(data.describe()));
    await store.writeWhole(RUN_FILES.environment, environmentFile.encode(environmentOf(world, runtime, forms)));
    await describe('running', start.step);
    return true;
  };
  const save = async ({ tensors, ...state }: TrainingState) => {
    // The losses first: a checkpoint is never newer than they are, and rows behind it are cut off when going on.
    await store.writeWhole(RUN_FILES.losses, utf8.encode(formatLosses(data.targets, losses)));
    await store.writeWhole(RUN_FILES.data, dataFile.encode(data.describe()));
    const shaped = Object.entries(tensors).map(
      ([name, values]) => [name, { shape: shapes.get(name) ?? [], data: values }] as const,
    );
    const checkpoint = {
      ...state,
      tensors: Object.fromEntries(shaped),
      configSha256,
      lossesSha256: await lossesDigest(losses),
    };
    await saveCheckpoint(store, checkpoint, previous);
    previous = state.step;
    await describe('running', state.step);
  };
  const validate = async (tensors: Tensors, step: number) => {
    const measured = await measureHeldOut(
      { runtime, network: { description, tensors }, memoryBytes },
      set,
      validatedFields(set, config),
      { ...call, onProgress: (progress) => call.onProgress?.({ ...progress, task: 'measuring what was kept aside' }) },
    );
    const measures = measured.map(({ r, normalizedL2 }) => ({ r: r ?? NaN, normalizedL2 }));
    losses[losses.length - 1] = { ...losses[losses.length - 1], measures };
    void step;
    return measures.reduce((sum, { r }) => sum + r, 0) / measures.length;
  };

  const { sampling, checkpoint: _checkpoint } = config;
  void _checkpoint;
  const draw = async (random: Random, before: BufferState | null) => {
    let buffer = before;
    const next = (numbers: Random) => {
      const { training } = set;
      if (sampling.buffer === 0 || sampling.buffer >= training.length)
        return training.length === 1 ? training[0] : training[numbers.integer(training.length)];
      const drawn = nextFromBuffer(buffer, { images: training.length, ...sampling }, numbers);
      buffer = drawn.state;
      return training[drawn.index];
    };
    const batch = await drawBatch(set, config, next, random);
    return { batch, buffer };
  };
  try {
    const trained = await trainSteps(
      {
        runtime,
        description,
        config,
        plan,
        start,
        now: () => world.now(),
        draw,
        onStart: ({ forms, secondsPerStep }) => begin(forms, secondsPerStep),
        onStep: (record) => losses.push({ ...record, measures: null }),
        validate: set.validating.length > 0 ? validate : null,
        onBest: async () => undefined,
        save,
        onNotFinite: async () => undefined,
      },
      call,
    );
    if (!trained) return null;
    await describe('finished', trained.state.step);
    return { ...trained, losses, seconds: seconds() };
  } catch (error) {
    const stopped = isUnstainedError(error, 'interrupted/saved');
    await describe(stopped ? 'interrupted' : 'failed', previous ?? 0);
    if (!stopped) throw error;
    const { what, step } = error;
    throw new Interrupted(true, { what, step, remedy: `Go on: unstained train --resume ${store.name}` });
  }
}
