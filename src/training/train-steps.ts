/**
 * The loop: draw patches, run a step, remember the loss; save now and then, at the end, and when told to stop.
 *
 * The next batch is drawn while a step computes. What is saved is the state between two steps, with the generator as it was
 * before the next batch was drawn: a run that goes on from it draws the same patches, and comes to the same bits.
 */
import { Interrupted, ModelError, randomFromState, type LongCall, type Random } from '../core/index.ts';
import type { Config } from '../config/index.ts';
import type { Batch } from '../dataset/index.ts';
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

/** All that going on needs. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Parameters, running statistics and moments by name. */
  readonly tensors: Tensors;
  /** The generator's state before the next batch. */
  readonly random: readonly number[];
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
  /** Draws the patches of one step. */
  readonly draw: (random: Random) => Batch;
  /** Called once, before the first step, with how each operator is computed. */
  readonly onStart: (forms: readonly FormChoice[]) => Promise<void>;
  readonly onStep: (record: StepRecord) => void;
  /** Called between steps, with everything that must be kept. */
  readonly save: (state: TrainingState) => Promise<void>;
}

/** The state before the first step. */
export function untrained(description: NetworkDescription, random: Random): TrainingState {
  const tensors = initialTensors(description, random);
  for (const { name } of parametersOf(description)) {
    const { m, v } = momentNames(name);
    tensors[m] = new Float32Array(tensors[name].length);
    tensors[v] = new Float32Array(tensors[name].length);
  }
  return { step: 0, tensors, random: random.state() };
}

/** (z, y, x), in 2D (y, x). */
export function patchExtents({ network, patch }: Pick<Config, 'network' | 'patch'>): number[] {
  return network.dims === 2 ? [patch.y, patch.x] : [patch.z, patch.y, patch.x];
}

/**
 * Trains from `start` to `config.steps`. Returns the last state, already saved, and how each operator was computed.
 * Throws Interrupted (all saved) when `signal` is aborted, ModelError when the loss is no number any more.
 */
export async function trainSteps(
  job: TrainingJob,
  { signal, onProgress }: LongCall,
): Promise<{ state: TrainingState; forms: readonly FormChoice[] }> {
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
    await job.onStart(session.forms);
    await session.writeCarried(start.tensors);
    return { state: await runSteps(job, session, signal, onProgress), forms: session.forms };
  } finally {
    await session.close();
  }
}

async function runSteps(
  { config, start, draw, onStep, save }: TrainingJob,
  session: Session,
  signal: AbortSignal | undefined,
  onProgress: LongCall['onProgress'],
): Promise<TrainingState> {
  const random = randomFromState(start.random);
  let step = start.step;
  let saved = step;
  let before = random.state();
  let batch = draw(random);
  const state = async (): Promise<TrainingState> => ({ step, tensors: await session.readCarried(), random: before });
  while (step < config.steps && !signal?.aborted) {
    const lr = learningRate(config, step + 1);
    const { rate, epsilon } = adamNumbers({ ...config.optimizer, lr }, step + 1);
    const { signal: images, target, weight } = batch;
    const running = session.run(
      {
        signal: images,
        target,
        ...(config.loss === 'weighted-mse' && weight
          ? { weight: forEachOutput(weight, target.length / weight.length, config.batch) }
          : {}),
        rate: Float32Array.of(rate),
        epsilon: Float32Array.of(epsilon),
      },
      ['loss'],
    );
    before = random.state();
    if (step + 1 < config.steps) batch = draw(random);
    const loss = (await running).loss[0];
    step++;
    if (!Number.isFinite(loss)) throw notFinite(loss, step, saved);
    onStep({ step, loss, lr });
    onProgress?.({ task: 'training', done: step, total: config.steps, unit: 'steps', loss });
    if (step % config.checkpoint.every === 0 && step < config.steps) {
      await save(await state());
      saved = step;
    }
  }
  const last = await state();
  if (step > saved) await save(last);
  if (step < config.steps)
    throw new Interrupted(true, {
      what: `Stopped after step ${step} of ${config.steps}; everything is saved.`,
      step,
    });
  return last;
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
