/** `train`: from pairs of images to a run: network, losses, and how well it predicts what it never saw. */
import { withGiven, type Config } from '../config/index.ts';
import type { DeviceTraits, Runtime } from '../engine/index.ts';
import { Interrupted, isUnstainedError, random, UsageError, type LongCall } from '../core/index.ts';
import { parameterCount } from '../network/index.ts';
import type { RunStore } from '../run/index.ts';
import { carriedSettings, planStep, untrained } from '../training/index.ts';
import { continueRun } from './continued-run.ts';
import { studyRun, type RunStudy } from './run-study.ts';
import { requireFreeFolder } from './free-output.ts';
import { initialNetwork } from './initial-network.ts';
import { memoryBudget } from './memory-budget.ts';
import type { TrainingPlan, TrainRequest, TrainResult } from './requests.ts';
import { writeRunReport } from './run-report.ts';
import { describeNetwork, requireRun } from './stored-run.ts';
import { startRuntime } from './start-runtime.ts';
import { openTrainingData, readAll } from './training-data.ts';
import { trainingPlan } from './training-plan.ts';
import { runTraining } from './run-training.ts';
import type { Trained, TrainingRun } from './training-run.ts';
import { samplesOfManifests, samplesOfPair } from './training-samples.ts';
import type { World } from './world.ts';

/** Trains, measures what was kept aside, and writes the report. Throws Interrupted (75) when told to stop, all saved. */
export async function train(world: World, request: TrainRequest, call: LongCall): Promise<TrainResult> {
  const store = await placeOf(world, request);
  if (request.resume !== null) await requireRun(world, request.resume); // before its lock would make the folder
  const lock = request.dryRun ? null : await store.lock();
  try {
    return await trainInto(world, store, request, call);
  } finally {
    await lock?.release();
  }
}

async function trainInto(world: World, store: RunStore, request: TrainRequest, call: LongCall): Promise<TrainResult> {
  const runtime = await startRuntime(world, call);
  let run: TrainingRun | null = null;
  try {
    run =
      request.resume === null
        ? await newRun(world, store, request, call)
        : await continuedRun(world, request.resume, request, runtime.traits, call);
    return await trainRun(world, runtime, run, request, call);
  } catch (error) {
    const isResumed = request.resume !== null && call.signal?.aborted && !isUnstainedError(error);
    throw isResumed ? stoppedBefore(store) : error;
  } finally {
    await runtime.close();
    await run?.data.set.close();
  }
}

async function trainRun(
  world: World,
  runtime: Runtime,
  run: TrainingRun,
  request: TrainRequest,
  call: LongCall,
): Promise<TrainResult> {
  const { store, config, description, data } = run;
  const available = request.memoryBytes ?? world.machine.memoryBytes;
  const { plan, bytes } = planStep(
    description,
    config.batch,
    config.patch,
    available,
    runtime.traits,
    carriedSettings(description, config),
  );
  await readAll(data, call);
  let told: TrainingPlan | null = null;
  const computing = {
    runtime,
    plan,
    memoryBytes: memoryBudget(world, request.memoryBytes),
    onReady: async (secondsPerStep: number) => {
      const measured = { memoryBytes: bytes, secondsPerStep, stepsDone: run.start.step };
      told = trainingPlan(config, description, data.set, measured);
      request.onPlan?.(told);
      if (request.dryRun) return false;
      if (request.resume === null && request.overwrite) await store.clear();
      return true;
    },
  };
  const began = world.now();
  const trained = await runTraining(world, run, computing, call);
  if (!trained) return { schema: 'unstained.train/1', state: 'planned', plan: told! };
  const seconds = (world.now() - began) / 1000;
  const study = await studyRun(run, trained, computing, call).catch((error: unknown) => {
    throw call.signal?.aborted ? stoppedMeasuring(run) : error;
  });
  const report = await writeRunReport(world, { run, trained, study });
  return result(run, trained, study, seconds, report);
}

/** The run's folder. Throws UsageError where it is not said, or is somebody else's. */
async function placeOf(world: World, request: TrainRequest): Promise<RunStore> {
  const { signal, targets, data, out, resume, init } = request;
  if (resume !== null) {
    if (
      signal !== null ||
      targets.length > 0 ||
      request.weight !== null ||
      data.length > 0 ||
      out !== null ||
      init !== null
    )
      throw new UsageError('usage/resume', {
        what: '--resume was given together with images, --out or --init.',
        why: `The run in ${resume} knows its images, its place and how it began.`,
        remedy: `unstained train --resume ${resume}`,
      });
    return world.openRun(resume);
  }
  if (data.length > 0 && (signal !== null || targets.length > 0 || request.weight !== null))
    throw new UsageError('usage/data', {
      what: '--data was given together with images.',
      why: 'The manifest lists all images of a training.',
      remedy: 'Leave out --signal, --target and --weight, or --data.',
    });
  if ((data.length === 0 && (signal === null || targets.length === 0)) || out === null)
    throw new UsageError('usage/missing', {
      what: 'A training needs images and a folder to write to.',
      remedy:
        'unstained train --signal FILE --target FILE --out FOLDER, or: unstained train --data MANIFEST --out FOLDER',
    });
  await requireFreeFolder(world, out, request.overwrite);
  return world.openRun(out);
}

/** Stopped while images were read: the run is saved as it was. */
function stoppedBefore({ name }: RunStore): Interrupted {
  return new Interrupted(true, {
    what: 'Stopped before a step; the run is as it was.',
    remedy: `Go on: unstained train --resume ${name}`,
  });
}

function stoppedMeasuring({ store }: TrainingRun): Interrupted {
  return new Interrupted(true, {
    what: 'Stopped while the trained network was being measured; it is saved.',
    remedy: `To measure it and see the report: unstained train --resume ${store.name}`,
  });
}

/** Steps whose losses are averaged: one alone is mostly chance. */
const LAST_STEPS = 50;

function result(
  run: TrainingRun,
  { state, losses }: Trained,
  study: RunStudy,
  seconds: number,
  report: string,
): TrainResult {
  const steps = state.step - run.start.step;
  const last = losses.slice(-LAST_STEPS);
  return {
    schema: 'unstained.train/1',
    state: 'finished',
    run: run.store.name,
    steps: state.step,
    bestStep: study.step,
    loss: last.reduce((sum, { loss }) => sum + loss, 0) / last.length,
    seconds,
    stepsPerSecond: steps / seconds,
    parameters: parameterCount(run.description),
    heldOut: study.heldOut,
    test: study.test,
    report,
  };
}

async function newRun(world: World, store: RunStore, request: TrainRequest, call: LongCall): Promise<TrainingRun> {
  const { signal, targets, weight, voxelSize, axes = null, data: manifests } = request;
  const samples =
    manifests.length === 0
      ? samplesOfPair({ signal: signal as string, targets, weight })
      : await samplesOfManifests(world, manifests, call);
  if (request.config.freezeEncoder && request.init === null)
    throw new UsageError('usage/freeze', {
      what: 'freezeEncoder is true, but there is no --init.',
      why: 'An encoder that was never trained would stay so.',
      remedy: 'Add --init MODEL, or leave freezeEncoder out.',
    });
  const weighted = samples.some((sample) => sample.weight !== null || sample.mask !== null);
  const config = lossForWeight(request.config, request.explicit, weighted);
  const memoryBytes = voxelMemory(world, request);
  const data = await openTrainingData(world, samples, config, { voxelSize, axes, memoryBytes }, call);
  const description = describeNetwork(config, data.describe());
  const fresh = untrained(description, config, random(config.seed));
  const begin = request.init && (await initialNetwork(world, request.init, description, fresh.tensors, call));
  const start = begin ? untrained(description, config, random(config.seed), begin) : fresh;
  const startedAt = world.date();
  return { store, config, description, data, start, fineTunes: begin !== null, losses: [], seconds: 0, startedAt };
}

/** A weight map that is given counts, unless the loss was chosen. */
function lossForWeight(config: Config, explicit: ReadonlySet<string>, weighted: boolean): Config {
  return weighted && !explicit.has('loss') ? { ...config, loss: 'weighted-mse' } : config;
}

/** Voxels may take a tenth of what there is, a GB at most: what does not fit is read from the disk's cache as fast as steps go. */
const MOST_VOXEL_BYTES = 1e9;

function voxelMemory(world: World, { memoryBytes }: TrainRequest): number {
  return Math.min(MOST_VOXEL_BYTES, (memoryBytes ?? world.machine.memoryBytes) / 10);
}

async function continuedRun(
  world: World,
  folder: string,
  request: TrainRequest,
  traits: DeviceTraits,
  call: LongCall,
): Promise<TrainingRun> {
  const { explicit, config, allowChange: allowed } = request;
  const change = (old: Config) => withGiven(old, config, explicit);
  const memoryBytes = voxelMemory(world, request);
  const run = await continueRun(world, folder, { change, allowed, traits, memoryBytes }, call);
  const { step } = run.start;
  if (step >= run.config.steps)
    call.onNote?.(`${folder} has done its ${step} steps; it is measured again. For more of them: --steps ${2 * step}.`);
  return run;
}
