/** A run that goes on: its images listed again, its state from the newest whole checkpoint. */
import type { Config } from '../config/index.ts';
import { random, type LongCall } from '../core/index.ts';
import type { ImageBuffer } from '../dataset/index.ts';
import { newestCheckpoint, parseLosses, RUN_FILES } from '../run/index.ts';
import { untrained, type TrainingState } from '../training/index.ts';
import { readRun, type StoredRun } from './stored-run.ts';
import { reopenTrainingData } from './training-data.ts';
import type { TrainingRun } from './training-run.ts';
import { samplesOfRun } from './training-samples.ts';
import type { World } from './world.ts';

export interface Continuing {
  /** Settings that change on the way. */
  readonly change: (old: Config) => Config;
  /** Whether other pixels than those that the run was started with are taken. */
  readonly allowChangedData: boolean;
  /** For voxels in memory. */
  readonly memoryBytes: number;
}

/**
 * The run in `folder`. Throws ModelError where it cannot be read. Images that hold other pixels are refused when they are read:
 * DatasetError dataset/changed.
 */
export async function continueRun(
  world: World,
  folder: string,
  { change, allowChangedData, memoryBytes }: Continuing,
  call: LongCall,
): Promise<TrainingRun> {
  const stored = await readRun(world, folder);
  const { store, description, run } = stored;
  const config = change(stored.config);
  const samples = samplesOfRun(stored.data);
  const data = await reopenTrainingData(world, samples, config, stored.data, memoryBytes, allowChangedData, call);
  const start = await stateOf(stored, config, call);
  const losses = (await readLosses(stored)).filter(({ step }) => step <= start.step);
  const { seconds, startedAt } = run;
  return { store, config, description, data, start, losses, seconds, startedAt };
}

/** Where no checkpoint was written yet, the run begins again. */
async function stateOf(
  { store, description }: StoredRun,
  config: Config,
  { onNote }: LongCall,
): Promise<TrainingState> {
  const found = await newestCheckpoint(store);
  if (!found) return untrained(description, config, random(config.seed));
  for (const note of found.damaged) onNote?.(`${note} Going on from the one before.`);
  const { tensors, step, random: state, buffer, selection } = found.checkpoint;
  return {
    step,
    random: state,
    buffer: buffer as ImageBuffer | null,
    selection,
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data])),
  };
}

async function readLosses({ store }: StoredRun) {
  if (!(await store.list('')).includes(RUN_FILES.losses)) return [];
  return parseLosses(new TextDecoder().decode(await store.read(RUN_FILES.losses)), `${store.name}/${RUN_FILES.losses}`);
}
