/**
 * The loop: draw patches, run a step, remember the loss; save now and then, at the end, and when told to stop.
 *
 * The next batch is drawn while a step computes. What is saved is the state between two steps, with the generator as it was
 * before the next batch was drawn: a run that goes on from it draws the same patches, and comes to the same bits.
 */
import { Interrupted, randomFromState, type LongCall, type Random } from '../core/index.ts';
import type { Config } from '../config/index.ts';
import type { Batch, ImageBuffer } from '../dataset/index.ts';
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
  averageDecay,
  averagedNetwork,
  encoderParameters,
  firstCarried,
  initialTensors,
  targetsOf,
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
  /** Before the next batch; null where all images are drawn from at any time. */
  readonly buffer: ImageBuffer | null;
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
  /** Whether a weight map counts. */
  readonly weighted: boolean;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  /** Draws the patches of one step. */
  readonly draw: (buffer: ImageBuffer | null, random: Random) => Promise<Batch>;
  /** Called once, before the first step, with how each operator is computed and how long a step takes. False: nothing is trained. */
  readonly onStart: (measured: { forms: readonly FormChoice[]; secondsPerStep: number }) => Promise<boolean>;
  readonly onStep: (record: StepRecord) => void;
  /** Measures the network on what was kept aside; a higher score is better. Null: nothing was. */
  readonly validate: ((network: Tensors, step: number) => Promise<number>) | null;
  readonly onValidated: (step: number, selection: Selection) => void;
  /** Called with each network that is better than all before. */
  readonly onBest: (network: Tensors, step: number) => Promise<void>;
  /** Called between steps, with everything that must be kept. */
  readonly save: (state: TrainingState) => Promise<void>;
  /** The error of a step whose loss is no number: its batch, and the step of the newest state that is safe. */
  readonly lossNotFinite: (record: StepRecord, batch: Batch, savedStep: number) => Promise<Error>;
}

/** The state before the first step: of a network that was never trained, or of the one that training begins with. */
export function untrained(
  description: NetworkDescription,
  config: Pick<Config, 'average' | 'freezeEncoder'>,
  random: Random,
  network: Tensors | null = null,
): TrainingState {
  const own = initialTensors(description, random); // drawn in any case: patches do not depend on where weights come from
  const tensors = firstCarried(description, network ?? own, carriedSettings(description, config));
  return { step: 0, tensors, random: random.state(), buffer: null, selection: UNSELECTED };
}

/** What of the network moves, and what is kept of it beside Adam's moments. */
export function carriedSettings(
  description: NetworkDescription,
  { average, freezeEncoder }: Pick<Config, 'average' | 'freezeEncoder'>,
): { readonly frozen: ReadonlySet<string>; readonly average: boolean } {
  return { frozen: freezeEncoder ? encoderParameters(description) : new Set(), average: average > 0 };
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
      weighted: job.weighted,
      adam: config.optimizer,
      clip: config.optimizer.clip,
      ...carriedSettings(description, config),
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
async function measureStep(job: TrainingJob, session: Session): Promise<number> {
  const { description, config, now, weighted } = job;
  const { inputChannels, outputChannels } = description;
  const targets = targetsOf(config.loss, outputChannels);
  const voxels = config.batch * patchExtents(config).reduce((a, b) => a * b, 1);
  const images = (channels: number) => new Float32Array(channels * voxels).map((_, i) => ((i * 37) % 101) / 50 - 1);
  let least = Infinity;
  for (let run = 0; run < 3 && (run === 0 || least < SLOW_MS); run++) {
    const feeds = {
      signal: images(inputChannels),
      target: images(targets),
      weight: weighted ? images(1).fill(1) : null,
    };
    const began = now();
    await session.run(stepFeeds(job, feeds, 1), ['loss']);
    least = Math.min(least, now() - began);
  }
  return least / 1000;
}

/** What a step is given. */
function stepFeeds({ config, weighted }: TrainingJob, { signal, target, weight }: Patches, step: number): Tensors {
  const { rate, epsilon } = adamNumbers({ ...config.optimizer, lr: learningRate(config, step) }, step);
  return {
    signal,
    target,
    ...(weighted && weight ? { weight: forEachTarget(weight, target.length / weight.length, config.batch) } : {}),
    rate: Float32Array.of(rate),
    epsilon: Float32Array.of(epsilon),
    ...(config.average > 0 ? { averageDecay: Float32Array.of(averageDecay(config.average, step)) } : {}),
  };
}

type Patches = Pick<Batch, 'signal' | 'target' | 'weight'>;

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
    const batch = await job.draw(buffer, random);
    buffer = batch.buffer;
    return batch;
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
        const network = averagedNetwork(job.description, current.tensors);
        selection = selected(selection, step, await job.validate(network, step));
        job.onValidated(step, selection);
        if (selection.best?.step === step) await job.onBest(network, step);
      } catch (error) {
        if (!signal?.aborted) throw error; // the step is saved below, and measured when training goes on
      }
    }
    if (step > saved && (step % config.checkpoint.every === 0 || isOver() || signal?.aborted)) await save();
    if (isOver() || signal?.aborted) break;

    const drawnFrom = before;
    const running = session.run(stepFeeds(job, await (next ?? draw()), step + 1), ['loss']);
    remember();
    next = step + 1 < config.steps ? draw() : null;
    const [{ loss: found }] = await Promise.all([running, next]);
    step++;
    const record = { step, loss: found[0], lr: learningRate(config, step) };
    if (!Number.isFinite(record.loss)) {
      // The batch was given away to the device: the same numbers draw it again.
      const batch = await job.draw(drawnFrom.buffer, randomFromState(drawnFrom.random));
      throw await job.lossNotFinite(record, batch, saved);
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

/** The map of each patch (n, 1, ...) once for every target (n, targets, ...). */
function forEachTarget(weight: Float32Array, targets: number, batch: number): Float32Array {
  if (targets === 1) return weight;
  const voxels = weight.length / batch;
  const repeated = new Float32Array(weight.length * targets);
  for (let i = 0; i < batch * targets; i++) {
    const patch = Math.floor(i / targets) * voxels;
    repeated.set(weight.subarray(patch, patch + voxels), i * voxels);
  }
  return repeated;
}
