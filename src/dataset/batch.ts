/** What one step learns from: patches at random places of the training part, the same from the same random numbers. */
import type { Config } from '../config/index.ts';
import type { Random } from '../core/index.ts';
import { voxelCount, type Size, type Volume } from '../volume/index.ts';
import { varyIntensity } from './intensity.ts';
import { copyPatch, drawOrientation } from './orientation.ts';
import type { TrainingPair } from './pair.ts';

/** Arrays (n, c, z, y, x), x fastest. */
export interface Batch {
  readonly signal: Float32Array;
  readonly target: Float32Array;
  readonly weight: Float32Array | null;
  /** The first voxel of each patch's box in the pair's images: messages tell where a step went wrong. */
  readonly starts: readonly Size[];
}

/** A patch in which no voxel counts teaches nothing; after so many of them in a row one is taken as it is. */
const MAX_DRAWS = 100;

/**
 * `config.batch` patches, places uniform; orientations as `config.augment` allows, alike in signal, target and weight, and the
 * signal's intensity varied where it says so.
 */
export function drawBatch(
  pair: TrainingPair,
  config: Pick<Config, 'batch' | 'patch' | 'augment'>,
  random: Random,
): Batch {
  const { batch, patch, augment } = config;
  const places = Array.from({ length: batch }, () => ({
    start: drawStart(pair, patch, random),
    orientation: drawOrientation(augment, patch, random),
  }));
  const cut = (volume: Volume) => {
    const length = volume.channels * voxelCount(patch);
    const out = new Float32Array(batch * length);
    places.forEach(({ start, orientation }, n) => copyPatch(volume, start, patch, orientation, out, n * length));
    return out;
  };
  const signal = cut(pair.signal);
  const length = signal.length / batch;
  if (augment.contrast > 0 || augment.brightness > 0 || augment.noise > 0)
    for (let n = 0; n < batch; n++) varyIntensity(signal.subarray(n * length, (n + 1) * length), augment, random);
  return {
    signal,
    target: cut(pair.target),
    weight: pair.weight && cut(pair.weight),
    starts: places.map(({ start }) => start),
  };
}

function drawStart({ weight, split: { train } }: TrainingPair, patch: Size, random: Random): Size {
  for (let draw = 1; ; draw++) {
    const start = {
      z: train.start.z + random.integer(train.size.z - patch.z + 1),
      y: train.start.y + random.integer(train.size.y - patch.y + 1),
      x: train.start.x + random.integer(train.size.x - patch.x + 1),
    };
    if (!weight || draw === MAX_DRAWS || anyWeight(weight, start, patch)) return start;
  }
}

function anyWeight({ data, size }: Volume, start: Size, patch: Size): boolean {
  for (let z = start.z; z < start.z + patch.z; z++)
    for (let y = start.y; y < start.y + patch.y; y++) {
      const row = (z * size.y + y) * size.x + start.x;
      for (let i = row; i < row + patch.x; i++) if (data[i] > 0) return true;
    }
  return false;
}
