/** A training as its folder keeps it: what is written when, so that whatever happens there is something to go on from. */
import { configToYaml, type Config } from '../config/index.ts';
import { Interrupted, isUnstainedError, type LongCall } from '../core/index.ts';
import { drawBatch, type Batch } from '../dataset/index.ts';
import type { FormChoice, LoweringPlan, Runtime, Tensors } from '../engine/index.ts';
import { carriedTensors, type NetworkDescription } from '../network/index.ts';
import {
  dataFile,
  describeBatch,
  environmentFile,
  formatLosses,
  lossesDigest,
  lossNotFinite,
  notFiniteFile,
  RUN_FILES,
  runFile,
  saveCheckpoint,
  sha256,
  type LossRow,
  type RunFile,
  type RunStore,
} from '../run/index.ts';
import { carriedSettings, trainSteps, type StepRecord, type TrainingState } from '../training/index.ts';
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
  const shapes = new Map(
    carriedTensors(description, carriedSettings(description, config)).map(({ name, shape }) => [name, shape]),
  );
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
  const predictor = (tensors: Tensors) => ({ runtime, network: { description, tensors }, memoryBytes });
  const validate = async (tensors: Tensors) => {
    const measuring = { ...call, onProgress: renamed(call, 'measuring what was kept aside') };
    const measured = await measureHeldOut(predictor(tensors), set, validatedFields(set, config), measuring);
    const measures = measured.map(({ r, normalizedL2 }) => ({ r: r ?? NaN, normalizedL2 }));
    losses[losses.length - 1] = { ...losses[losses.length - 1], measures };
    return measures.reduce((sum, { r }) => sum + r, 0) / measures.length;
  };
  const notFinite = async (record: StepRecord, { signal, target, weight, places }: Batch, savedStep: number) => {
    const patches = places.map(({ field, start }) => ({ sample: set.fields[field].sample.id, start }));
    const described = describeBatch({ ...record, patches, signal, target, weight });
    await store.writeWhole(RUN_FILES.notFinite, notFiniteFile.encode(described));
    return lossNotFinite(store.name, described, savedStep);
  };
  try {
    const trained = await trainSteps(
      {
        runtime,
        description,
        config,
        plan,
        start,
        weighted: isWeighted(run),
        now: () => world.now(),
        draw: (buffer, random) => drawBatch(set, config, buffer, random),
        onStart: ({ forms, secondsPerStep }) => begin(forms, secondsPerStep),
        onStep: (record) => losses.push({ ...record, measures: null }),
        validate: set.validating.length > 0 ? validate : null,
        onBest: async () => undefined,
        save,
        lossNotFinite: notFinite,
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

/** A weight map counts where the loss is not the plain one and a sample has one. */
function isWeighted({ config, data }: TrainingRun): boolean {
  const { fields } = data.set;
  return config.loss !== 'mse' && fields.some(({ sample }) => sample.weight !== null || sample.mask !== null);
}

/** Progress under another name: what is done for something else. */
function renamed({ onProgress }: LongCall, task: string): LongCall['onProgress'] {
  return (progress) => onProgress?.({ ...progress, task });
}
