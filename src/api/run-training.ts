/** A training as its folder keeps it: what is written when, so that whatever happens there is something to go on from. */
import { configToYaml, type Config } from '../config/index.ts';
import { Interrupted, isUnstainedError, type LongCall, type TrainingProgress } from '../core/index.ts';
import { drawBatch, type Batch, type TrainingSet } from '../dataset/index.ts';
import type { FormChoice, Tensors } from '../engine/index.ts';
import { carriedTensors } from '../network/index.ts';
import {
  dataFile,
  describeBatch,
  environmentFile,
  formatLosses,
  lossesDigest,
  lossNotFinite,
  notFiniteFile,
  previewPath,
  RUN_FILES,
  runFile,
  saveCheckpoint,
  settingsSha256,
  type RunFile,
} from '../run/index.ts';
import { carriedSettings, trainSteps, type Selection, type StepRecord, type TrainingState } from '../training/index.ts';
import { environmentOf } from './environment.ts';
import { MAY_CHANGE } from './continued-run.ts';
import { validatedFields } from './field-study.ts';
import { openDiary, type RunDiary } from './run-diary.ts';
import type { Computing, Trained, TrainingRun } from './training-run.ts';
import { validate, type Validation } from './validation.ts';
import type { World } from './world.ts';
import { writePackage } from './write-package.ts';

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
  const { set, targets } = data;
  const losses = [...run.losses];
  const configSha256 = await settingsSha256(config, MAY_CHANGE);
  const tensorShapes = new Map(
    carriedTensors(description, carriedSettings(description, config)).map(({ name, shape }) => [name, shape]),
  );
  const began = world.now();
  const seconds = () => run.seconds + (world.now() - began) / 1000;
  let previous = start.step > 0 ? start.step : null;
  let diary: RunDiary | null = null;
  let validation: Validation | null = null;
  let progress: TrainingProgress = {
    run: store.name,
    lr: config.optimizer.lr,
    images: imagesOf(set, config),
    savedStep: start.step,
    validation: null,
  };

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
  const save = async ({ tensors, ...state }: TrainingState) => {
    // The losses first: a checkpoint is never newer than they are, and rows behind it are cut off when going on.
    await store.writeWhole(RUN_FILES.losses, utf8.encode(formatLosses(targets, losses)));
    await store.writeWhole(RUN_FILES.data, dataFile.encode(data.describe()));
    const shaped = Object.entries(tensors).map(
      ([name, values]) => [name, { shape: tensorShapes.get(name) ?? [], data: values }] as const,
    );
    const checkpoint = {
      ...state,
      tensors: Object.fromEntries(shaped),
      configSha256,
      lossesSha256: await lossesDigest(losses),
    };
    await saveCheckpoint(store, checkpoint, previous);
    previous = state.step;
    progress = { ...progress, savedStep: state.step };
    await describe('running', state.step);
    await diary?.flush();
    await diary?.log.add('save', { step: state.step });
  };
  const begin = async (forms: readonly FormChoice[], secondsPerStep: number) => {
    if (!(await onReady(secondsPerStep))) return false;
    await store.writeWhole(RUN_FILES.config, utf8.encode(configToYaml(config)));
    await store.writeWhole(RUN_FILES.data, dataFile.encode(data.describe()));
    await store.writeWhole(RUN_FILES.environment, environmentFile.encode(environmentOf(world, runtime, forms)));
    if (run.fineTunes) await save(start);
    await describe('running', start.step);
    // With an image buffer few fields are needed soon; without, a patch of any may come next.
    if (!set.inMemory && config.sampling.buffer === 0) void set.readAhead();
    diary = await openDiary(world, store, config, start.step);
    await diary.log.add(start.step > 0 ? 'resume' : 'start', { step: start.step, values: { secondsPerStep } });
    return true;
  };
  const measure = async (tensors: Tensors, step: number) => {
    const predictor = { runtime, network: { description, tensors }, memoryBytes };
    const measuring = { ...call, onProgress: renamed(call, 'measuring what was kept aside') };
    validation = await validate(predictor, set, validatedFields(set, config), step, measuring);
    const { measured, score, preview } = validation;
    losses[losses.length - 1] = {
      ...losses[losses.length - 1],
      measures: measured.map(({ r, normalizedL2 }) => ({ r: r ?? NaN, normalizedL2 })),
    };
    await store.writeWhole(previewPath(step), preview);
    diary?.validated(step, measured, score, preview);
    await diary?.flush();
    await diary?.log.add('validation', { step, values: Object.fromEntries(measured.map(({ name, r }) => [name, r])) });
    return score;
  };
  const validated = (step: number, { best, since }: Selection) => {
    const { measured } = validation as Validation;
    progress = {
      ...progress,
      validation: {
        step,
        scores: measured,
        best: { step: best?.step ?? step, r: best?.score ?? null },
        withoutGain: since,
        patience: config.validate.patience,
      },
    };
  };
  const notFinite = async (record: StepRecord, { signal, target, weight, places }: Batch, savedStep: number) => {
    const patches = places.map(({ field, start: first }) => ({ sample: set.fields[field].sample.id, start: first }));
    const described = describeBatch({ ...record, patches, signal, target, weight });
    await store.writeWhole(RUN_FILES.notFinite, notFiniteFile.encode(described));
    return lossNotFinite(store.name, described, savedStep);
  };
  const training: LongCall = {
    ...call,
    onProgress: (told) => call.onProgress?.(told.task === 'training' ? { ...told, training: progress } : told),
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
        onStep(record) {
          losses.push({ ...record, measures: null });
          progress = { ...progress, lr: record.lr };
          diary?.step(record);
        },
        validate: set.validating.length > 0 ? measure : null,
        onValidated: validated,
        onBest: (tensors, step) => {
          const network = { description, tensors };
          return writePackage(world, runtime, run, network, { step, measured: (validation as Validation).measured });
        },
        save,
        lossNotFinite: notFinite,
      },
      training,
    );
    if (!trained) return null;
    await describe('finished', trained.state.step);
    await log(diary, 'end', { step: trained.state.step });
    return { ...trained, losses, seconds: seconds() };
  } catch (error) {
    const stopped = isUnstainedError(error, 'interrupted/saved');
    await describe(stopped ? 'interrupted' : 'failed', previous ?? 0).catch(() => undefined); // the first error counts
    const text = error instanceof Error ? error.message : String(error);
    await log(diary, stopped ? 'interrupt' : 'error', { step: previous ?? 0, text });
    if (!stopped) throw error;
    const { what, step } = error;
    throw new Interrupted(true, { what, step, remedy: `Go on: unstained train --resume ${store.name}` });
  }
}

/** The last words of a run: its end matters more than that they are kept. */
async function log(diary: RunDiary | null, ...[kind, entry]: Parameters<RunDiary['log']['add']>): Promise<void> {
  await diary?.flush().catch(() => undefined);
  await diary?.log.add(kind, entry).catch(() => undefined);
}

/** How many images patches are drawn from at a time, of all. */
function imagesOf({ training }: TrainingSet, { sampling }: Config): TrainingProgress['images'] {
  const all = training.length;
  return { inMemory: sampling.buffer === 0 ? all : Math.min(all, sampling.buffer), all };
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
