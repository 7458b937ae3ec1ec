/** `train`: from a pair of images to a run: network, losses, and how well it predicts what it never saw. */
import type { Config } from '../config/index.ts';
import { Interrupted, random, UsageError, type LongCall } from '../core/index.ts';
import { parameterCount } from '../network/index.ts';
import { RUN_FILES } from '../run/index.ts';
import { planStep, untrained } from '../training/index.ts';
import { continueRun, type Begun } from './continued-run.ts';
import { heldOutMeasures, studyField, type FieldStudy } from './field-study.ts';
import { requireFreeFolder } from './free-output.ts';
import { memoryBudget } from './memory-budget.ts';
import { readPair } from './pair.ts';
import type { TrainRequest, TrainResult } from './requests.ts';
import { writeRunReport } from './run-report.ts';
import { describeNetwork } from './stored-run.ts';
import { startRuntime } from './start-runtime.ts';
import { runTraining, type Trained, type TrainingRun } from './training-run.ts';
import type { World } from './world.ts';

/** Trains, measures on the held-out part, and writes the report. Throws Interrupted (75) when told to stop, all saved. */
export async function train(world: World, request: TrainRequest, call: LongCall): Promise<TrainResult> {
  const { run, voxelSize } =
    request.resume === null
      ? await newRun(world, request, call)
      : await continuedRun(world, request, request.resume, call);
  const { batch, patch } = run.config;
  const runtime = await startRuntime(world, call);
  try {
    const memoryBytes = request.memoryBytes ?? world.machine.memoryBytes;
    const { plan } = planStep(run.description, batch, patch, memoryBytes, runtime.traits);
    if (request.resume === null && request.overwrite) await world.output.removeFolder(run.store.name);
    const began = world.now();
    const trained = await runTraining(world, runtime, run, plan, call);
    const seconds = (world.now() - began) / 1000;
    const study = await studyField(
      runtime,
      run,
      trained,
      voxelSize,
      memoryBudget(world, request.memoryBytes),
      call,
    ).catch((error: unknown) => {
      throw call.signal?.aborted ? stoppedMeasuring(run) : error;
    });
    const report = await writeRunReport(world, { run, trained, study });
    return result(run, trained, study, seconds, report);
  } finally {
    await runtime.close();
  }
}

function stoppedMeasuring({ store }: TrainingRun): Interrupted {
  return new Interrupted(true, {
    what: 'Stopped while the trained network was being measured; it is saved.',
    remedy: `To measure it and see the report: unstained train --resume ${store.name}`,
  });
}

function result(
  run: TrainingRun,
  { state, losses }: Trained,
  study: FieldStudy,
  seconds: number,
  report: string,
): TrainResult {
  const steps = state.step - run.start.step;
  const last = losses.slice(-50);
  return {
    schema: 'unstained.train/1',
    run: run.store.name,
    steps: state.step,
    loss: last.reduce((sum, { loss }) => sum + loss, 0) / last.length,
    seconds,
    stepsPerSecond: steps / seconds,
    parameters: parameterCount(run.description),
    heldOut: heldOutMeasures(study),
    report,
  };
}

async function newRun(world: World, request: TrainRequest, call: LongCall): Promise<Begun> {
  const { signal, targets, weight, voxelSize, axes = null, out } = request;
  if (signal === null || targets.length === 0 || out === null)
    throw new UsageError('usage/missing', {
      what: 'A training needs a signal, a target and a folder to write to.',
      remedy: 'unstained train --signal FILE --target FILE --out FOLDER',
    });
  await requireFreeFolder(world, out, request.overwrite);
  const config = lossForWeight(request.config, request.explicit, weight);
  const {
    pair,
    data,
    voxelSize: known,
  } = await readPair(world, { signal, targets, weight, voxelSize, axes }, config, call);
  const description = describeNetwork(config, data);
  const start = untrained(description, random(config.seed));
  const store = world.openRun(out);
  return {
    run: { store, config, description, pair, data, start, losses: [], startedAt: world.date() },
    voxelSize: known,
  };
}

/** A weight map that is given counts, unless the loss was chosen. */
function lossForWeight(config: Config, explicit: ReadonlySet<string>, weight: string | null): Config {
  return weight !== null && !explicit.has('loss') ? { ...config, loss: 'weighted-mse' } : config;
}

async function continuedRun(world: World, request: TrainRequest, folder: string, call: LongCall): Promise<Begun> {
  if (request.signal !== null || request.targets.length > 0 || request.weight !== null || request.out !== null)
    throw new UsageError('usage/resume', {
      what: '--resume was given together with images or --out.',
      why: `The run in ${folder} knows its images and its place.`,
      remedy: `unstained train --resume ${folder}`,
    });
  const begun = await continueRun(world, folder, (old) => changedSettings(old, request, folder), call);
  const { step } = begun.run.start;
  if (step >= begun.run.config.steps)
    call.onNote?.(`${folder} has done its ${step} steps; it is measured again. For more of them: --steps ${2 * step}.`);
  return begun;
}

/** Settings that a run may change on its way: how long it goes on, and how often it saves. */
const CHANGEABLE = ['steps', 'checkpoint.every'];

function changedSettings(old: Config, { explicit, config }: TrainRequest, folder: string): Config {
  const fixed = [...explicit].filter((path) => !CHANGEABLE.includes(path));
  if (fixed.length > 0)
    throw new UsageError('usage/resume', {
      what: `A run that goes on keeps its settings; ${fixed.join(', ')} cannot be changed.`,
      why: 'The steps so far were made with the old ones.',
      remedy: `Leave them out, or train anew: unstained train --config ${folder}/${RUN_FILES.config} ...`,
    });
  return {
    ...old,
    steps: explicit.has('steps') ? config.steps : old.steps,
    checkpoint: explicit.has('checkpoint.every') ? config.checkpoint : old.checkpoint,
  };
}
