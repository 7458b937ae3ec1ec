/** The images of a field, read from their files and made ready to train on. */
import type { Config } from '../config/index.ts';
import { UsageError, type LongCall } from '../core/index.ts';
import { preparePair, type TrainingPair } from '../dataset/index.ts';
import { alignmentOf, reachOf } from '../network/index.ts';
import type { DataFile } from '../run/index.ts';
import type { VoxelSize } from '../volume/index.ts';
import { readImage } from './read-images.ts';
import type { NamedFile } from './requests.ts';
import type { World } from './world.ts';

export interface PairFiles {
  readonly signal: string;
  readonly targets: readonly NamedFile[];
  readonly weight: string | null;
  readonly voxelSize: VoxelSize | null;
  /** Of all these files, where they do not say; null: as they say. */
  readonly axes: string | null;
}

export interface ReadPair {
  readonly pair: TrainingPair;
  /** Micrometers, of the signal. */
  readonly voxelSize: VoxelSize | null;
  readonly data: DataFile;
}

/** Reads and checks all of it. Throws ImageError and DatasetError. */
export async function readPair(
  world: World,
  files: PairFiles,
  config: Config,
  { signal: stop, onNote }: LongCall,
): Promise<ReadPair> {
  const settings = { voxelSize: files.voxelSize, axes: files.axes, signal: stop, onNote };
  const names = nameTargets(files.targets);
  const signal = await readImage(world, files.signal, settings);
  const targets = [];
  for (const [i, { path }] of files.targets.entries())
    targets.push({ ...(await readImage(world, path, settings)), name: names[i] });
  const weight = files.weight === null ? null : await readImage(world, files.weight, settings);
  const pair = preparePair({ signal, targets, weight }, config, reachOf(config.network), alignmentOf(config.network));
  return {
    pair,
    voxelSize: signal.volume.voxelSize,
    data: {
      schema: 'unstained.data/1',
      signal: signal.description,
      targets: targets.map(({ description, name }) => ({ ...description, name })),
      weight: weight && weight.description,
      axes: files.axes,
      split: pair.split,
    },
  };
}

/** Each target's structure: the name that was given, or the file's without its ending. */
export function nameTargets(targets: readonly NamedFile[]): string[] {
  const names = targets.map(({ name, path }) => name ?? structureOf(path));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UsageError('usage/same-name', {
      what: `Two targets are called ${twice}.`,
      why: 'Predictions bear the names of their targets.',
      remedy: 'Name them: --target dna=a.tif --target membrane=b.tif.',
    });
  return names;
}

/** `images/dna.ome.tif#channel=2` is `dna`. */
function structureOf(path: string): string {
  const file = path.replace(/#.*$/, '').replace(/[/\\]+$/, '');
  return file.replace(/^.*[/\\]/, '').replace(/(\.ome)?\.[^.]*$/i, '') || 'target';
}
