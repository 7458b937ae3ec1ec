/** A run that goes on: its images read again and compared, its state from the newest whole checkpoint. */
import type { Config } from '../config/index.ts';
import { DatasetError, random, type LongCall } from '../core/index.ts';
import { newestCheckpoint, parseLosses, RUN_FILES, type DataFile } from '../run/index.ts';
import type { VoxelSize } from '../volume/index.ts';
import { untrained, type TrainingState } from '../training/index.ts';
import { readPair } from './pair.ts';
import { readRun, type StoredRun } from './stored-run.ts';
import type { TrainingRun } from './training-run.ts';
import type { World } from './world.ts';

/** A training that is about to run. */
export interface Begun {
  readonly run: TrainingRun;
  /** Micrometers, of the signal. */
  readonly voxelSize: VoxelSize | null;
}

/**
 * The run in `folder`, with the settings that `change` makes of its own.
 * Throws ModelError where the run cannot be read, and DatasetError dataset/changed where an image holds other pixels.
 */
export async function continueRun(
  world: World,
  folder: string,
  change: (old: Config) => Config,
  call: LongCall,
): Promise<Begun> {
  const stored = await readRun(world, folder);
  const { store, data: before, description } = stored;
  const config = change(stored.config);
  const files = {
    signal: before.signal.file,
    targets: before.targets.map(({ name, file: path }) => ({ name, path })),
    weight: before.weight?.file ?? null,
    voxelSize: before.signal.voxelSize,
    axes: before.axes,
  };
  const { pair, data, voxelSize } = await readPair(world, files, config, call);
  requireSamePixels(before, data, folder);
  const start = await stateOf(stored, config, call);
  const losses = (await readLosses(stored)).filter(({ step }) => step <= start.step);
  return { run: { store, config, description, pair, data, start, losses, startedAt: stored.run.startedAt }, voxelSize };
}

function requireSamePixels(before: DataFile, now: DataFile, folder: string): void {
  const images = ({ signal, targets, weight }: DataFile) => [signal, ...targets, ...(weight ? [weight] : [])];
  const old = images(before);
  for (const [i, { file, sha256 }] of images(now).entries())
    if (sha256 !== old[i].sha256)
      throw new DatasetError('dataset/changed', {
        file,
        what: `${file} holds other pixels than when ${folder} was started.`,
        why: 'A training that goes on with other images is another training.',
        remedy: 'Restore the file, or train anew into another folder.',
      });
}

/** Where no checkpoint was written yet, the run begins again. */
async function stateOf(
  { store, description }: StoredRun,
  config: Config,
  { onNote }: LongCall,
): Promise<TrainingState> {
  const found = await newestCheckpoint(store);
  if (!found) return untrained(description, random(config.seed));
  for (const note of found.damaged) onNote?.(`${note} Going on from the one before.`);
  const { step, random: state, tensors } = found.checkpoint;
  return {
    step,
    random: state,
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data])),
  };
}

async function readLosses({ store }: StoredRun) {
  if (!(await store.list('')).includes(RUN_FILES.losses)) return [];
  return parseLosses(new TextDecoder().decode(await store.read(RUN_FILES.losses)), `${store.name}/${RUN_FILES.losses}`);
}
