/**
 * The loop: draw patches, run a step, remember the loss; save now and then, at the end, and when told to stop.
 *
 * The next batch is drawn while a step computes. What is saved is the state between two steps, with the generator as it was
 * before the next batch was drawn: a run that goes on from it draws the same patches, and comes to the same bits.
 */
import { Interrupted, ModelError, randomFromState, type LongCall, type Random } from '../core/index.ts';
import type { Config } from '../config/index.ts';
import type { Batch, BufferState } from '../dataset/index.ts';
import {
  startProgram,
  type FormChoice,
  type LoweringPlan,
  type Runtime,
  type Session,
  type Tensors,
} from '../engine/index.ts';
import {
  adamNumbers,
  initialTensors,
  momentNames,
  parametersOf,
  trainingProgram,
  type NetworkDescription,
} from '../network/index.ts';
import { learningRate } from './schedule.ts';
import { isValidated, selected, UNSELECTED, type Selection } from './selection.ts';

/** All that going on needs. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Parameters, running statistics and moments by name. */
  readonly tensors: Tensors;
  /** The generator's state before the next batch. */
  readonly random: readonly number[];
  /** The image buffer's state before the next batch: plain JSON; null without a buffer. */
  readonly buffer: BufferState | null;
  readonly selection: Selection;
}

export interface StepRecord {
  readonly step: number;
  readonly loss: number;
  readonly lr: number;
}

export interface TrainingJob {
  readonly runtime: Runtime;
  readonly description: NetworkDescription;
  readonly config: Config;
  /** How a step is computed (planStep). */
  readonly plan: LoweringPlan;
  readonly start: TrainingState;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  /** Draws the patches of one step; gives the buffer's state after it. */
  readonly draw: (random: Random, buffer: BufferState | null) => Promise<{ batch: Batch; buffer: BufferState | null }>;
  /** Called once, before the first step, with how each operator is computed and how long a step takes. False: nothing is trained. */
  readonly onStart: (measured: { forms: readonly FormChoice[]; secondsPerStep: number }) => Promise<boolean>;
  readonly onStep: (record: StepRecord) => void;
  /** Measures what was kept aside; a higher score is better. Null: nothing was. */
  readonly validate: ((tensors: Tensors, step: number) => Promise<number>) | null;
  /** Called with each state that is better than all before. */
  readonly onBest: (state: TrainingState) => Promise<void>;
  /** Called between steps, with everything that must be kept. */
  readonly save: (state: TrainingState) => Promise<void>;
  /** What is said of the batch of a step whose loss is no number. */
  readonly onNotFinite: (record: StepRecord, batch: Batch) => Promise<void>;
}

/** The state before the first step. */
export function untrained(description: NetworkDescription, random: Random): TrainingState {
  const tensors = initialTensors(description, random);
  for (const { name } of parametersOf(description)) {
    const { m, v } = momentNames(name);
    tensors[m] = new Float32Array(tensors[name].length);
    tensors[v] = new Float32Array(tensors[name].length);
  }
  return { step: 0, tensors, random: random.state(), buffer: null, selection: UNSELECTED };
}

/** (z, y, x), in 2D (y, x). */
export function patchExtents({ network, patch }: Pick<Config, 'network' | 'patch'>): number[] {
  return network.dims === 2 ? [patch.y, patch.x] : [patch.z, patch.y, patch.x];
}

/**
 * Trains from `start` to `config.steps`, or until validation has not become better for `config.validate.patience` times. Returns
 * the last state, already saved, and how each operator was computed; null where `onStart` said that nothing is trained.
 * Throws Interrupted (all saved) when `signal` is aborted, ModelError when the loss is no number any more.
 */
export async function trainSteps(
  job: TrainingJob,
  call: LongCall,
): Promise<{ state: TrainingState; forms: readonly FormChoice[] } | null> {
  const { runtime, description, config, plan, start } = job;
  const session = await startProgram(
    runtime,
    trainingProgram(description, {
      batch: config.batch,
      patch: patchExtents(config),
      loss: config.loss,
      adam: { betas: config.optimizer.betas, weightDecay: config.optimizer.weightDecay },
    }),
    plan,
  );
  try {
    await session.writeCarried(start.tensors);
    const { forms } = session;
    const secondsPerStep = await measureStep(job, session);
    if (!(await job.onStart({ forms, secondsPerStep }))) return null;
    await session.writeCarried(start.tensors);
    return { state: await runSteps(job, session, call), forms };
  } finally {
    await session.close();
  }
}

/** Where the first of the steps that are measured was as slow as this, it stays alone. */
const SLOW_MS = 1500;

/** Seconds of a step, of a patch that means nothing; the state is to be written anew. */
async function measureStep({ description, config, now }: TrainingJob, session: Session): Promise<number> {
  const voxels = config.batch * patchExtents(config).reduce((a, b) => a * b, 1);
  const { inputChannels, outputChannels } = description;
  const images = (channels: number) => new Float32Array(channels * voxels).map((_, i) => ((i * 37) % 101) / 50 - 1);
  let least = Infinity;
  for (let run = 0; run < 3 && (run === 0 || least < SLOW_MS); run++) {
    const feeds = {
      signal: images(inputChannels),
      target: images(outputChannels),
      weight: images(outputChannels).fill(1),
    };
    const began = now();
    await session.run(stepFeeds(config, { ...feeds, places: [] }, 1), ['loss']);
    least = Math.min(least, now() - began);
  }
  return least / 1000;
}

/** What a step is given: `rate` and `epsilon` are Adam's numbers. */
function stepFeeds(config: Config, { signal, target, weight }: Batch, step: number): Tensors {
  const { rate, epsilon } = adamNumbers({ ...config.optimizer, lr: learningRate(config, step) }, step);
  return {
    signal,
    target,
    ...(config.loss === 'weighted-mse' && weight
      ? { weight: forEachOutput(weight, target.length / weight.length, config.batch) }
      : {}),
    rate: Float32Array.of(rate),
    epsilon: Float32Array.of(epsilon),
  };
}

async function runSteps(job: TrainingJob, session: Session, { signal, onProgress }: LongCall): Promise<TrainingState> {
  const { config, start } = job;
  const random = randomFromState(start.random);
  let { step, buffer, selection } = start;
  let saved = step;
  /** What the batch of the next step is drawn from; saved, so that a run that goes on draws the same. */
  let before = { random: random.state(), buffer };
  let next: Promise<Batch> | null = null;
  const remember = () => (before = { random: random.state(), buffer });
  const draw = async () => {
    const drawn = await job.draw(random, buffer);
    buffer = drawn.buffer;
    return drawn.batch;
  };
  const state = async (): Promise<TrainingState> => ({
    step,
    tensors: await session.readCarried(),
    ...before,
    selection,
  });
  const save = async () => {
    await job.save(await state());
    saved = step;
  };
  const isOver = () =>
    step >= config.steps || (config.validate.patience > 0 && selection.since >= config.validate.patience);

  for (;;) {
    if (job.validate && isValidated(config, step) && selection.measuredAt !== step && !signal?.aborted) {
      try {
        const current = await state();
        selection = selected(selection, step, await job.validate(current.tensors, step));
        if (selection.best?.step === step) await job.onBest({ ...current, selection });
      } catch (error) {
        if (!signal?.aborted) throw error; // the step is saved below, and measured when training goes on
      }
    }
    if (step > saved && (step % config.checkpoint.every === 0 || isOver() || signal?.aborted)) await save();
    if (isOver() || signal?.aborted) break;

    const drawnFrom = before;
    const running = session.run(stepFeeds(config, await (next ?? draw()), step + 1), ['loss']);
    remember();
    next = step + 1 < config.steps ? draw() : null;
    const [{ loss: found }] = await Promise.all([running, next]);
    step++;
    const record = { step, loss: found[0], lr: learningRate(config, step) };
    if (!Number.isFinite(record.loss)) {
      // The batch was given away to the device: the same numbers draw it again.
      const { batch } = await job.draw(randomFromState(drawnFrom.random), drawnFrom.buffer);
      await job.onNotFinite(record, batch);
      throw notFinite(record.loss, step, saved);
    }
    job.onStep(record);
    onProgress?.({ task: 'training', done: step, total: config.steps, unit: 'steps', loss: record.loss });
  }
  if (!isOver())
    throw new Interrupted(true, {
      what: `Stopped after step ${step} of ${config.steps}; everything is saved.`,
      step,
    });
  return state();
}

/** The map of each patch (n, 1, ...) once for every output (n, outputs, ...). */
function forEachOutput(weight: Float32Array, outputs: number, batch: number): Float32Array {
  if (outputs === 1) return weight;
  const voxels = weight.length / batch;
  const repeated = new Float32Array(weight.length * outputs);
  for (let i = 0; i < batch * outputs; i++) {
    const patch = Math.floor(i / outputs) * voxels;
    repeated.set(weight.subarray(patch, patch + voxels), i * voxels);
  }
  return repeated;
}

function notFinite(loss: number, step: number, saved: number): ModelError {
  return new ModelError('model/loss-not-finite', {
    what: `Step ${step}: the loss is ${loss}.`,
    why: 'The network has lost its numbers; more steps cannot bring them back.',
    remedy:
      saved > 0
        ? `Step ${saved} is safe. Train anew with a smaller --lr, or look for extreme values in the images.`
        : 'Train with a smaller --lr, or look for extreme values in the images.',
    step,
  });
}
