/** What one step learns from: patches at random places of the training part, the same from the same random numbers. */
import type { Config } from '../config/index.ts';
import type { Random } from '../core/index.ts';
import { voxelCount, type Region, type Size } from '../volume/index.ts';
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

/**
 * Draws this often for a patch in which any voxel counts. A map with 1 in 100 boxes worth drawing misses 1 patch in 2.7; such
 * a patch adds nothing to the loss and does no harm.
 */
const MAX_DRAWS = 100;

/** `config.batch` patches, places uniform, orientations as `config.augment` allows, alike in signal, target and weight. */
export function drawBatch(
  pair: TrainingPair,
  config: Pick<Config, 'batch' | 'patch' | 'augment'>,
  random: Random,
): Batch {
  const { signal, target, weight, split } = pair;
  const { batch, patch, augment } = config;
  const voxels = voxelCount(patch);
  const signals = new Float32Array(batch * signal.channels * voxels);
  const targets = new Float32Array(batch * target.channels * voxels);
  const weights = weight && new Float32Array(batch * voxels);
  const starts = Array.from({ length: batch }, (_, n) => {
    let start: Size;
    let draws = 0;
    do {
      start = drawStart(split.train, patch, random);
      const orientation = drawOrientation(augment, patch, random);
      if (weight && weights) {
        copyPatch(weight, start, patch, orientation, weights, n * voxels);
        if (++draws < MAX_DRAWS && weights.subarray(n * voxels, (n + 1) * voxels).every((value) => value === 0)) continue;
      }
      copyPatch(signal, start, patch, orientation, signals, n * signal.channels * voxels);
      copyPatch(target, start, patch, orientation, targets, n * target.channels * voxels);
      break;
    } while (true);
    return start;
  });
  return { signal: signals, target: targets, weight: weights, starts };
}

function drawStart({ start, size }: Region, patch: Size, random: Random): Size {
  return {
    z: start.z + random.integer(size.z - patch.z + 1),
    y: start.y + random.integer(size.y - patch.y + 1),
    x: start.x + random.integer(size.x - patch.x + 1),
  };
}
