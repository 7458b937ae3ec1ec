/** Weight maps: how much each voxel counts in the loss, on a scale of their own that must not act as a learning rate. */
import { DatasetError } from '../core/index.ts';
import { voxelCount, type Region, type SampleArray, type Size } from '../volume/index.ts';
import type { StoredImage } from './stored-image.ts';

/** Voxels of a weight map or a mask as they were read: one channel. */
interface Map {
  readonly file: string;
  readonly data: SampleArray;
  readonly size: Size;
}

/**
 * The weight of each voxel, divided by the mean over `part`, which may be trained on; 0 where the mask is 0. Null without both.
 * Throws DatasetError dataset/weight where a weight is NaN, infinite or negative, or all of the part's are 0.
 */
export function combinedWeight(weight: Map | null, mask: Map | null, part: Region): StoredImage | null {
  const map = weight ?? mask;
  if (!map) return null;
  const { file, size } = map;
  if (weight) requireWeights(weight);
  const data = new Float32Array(voxelCount(size));
  for (let i = 0; i < data.length; i++) data[i] = mask && !(mask.data[i] > 0) ? 0 : weight ? weight.data[i] : 1;
  const mean = meanInside(data, size, part);
  if (mean === 0)
    throw refusal(
      file,
      `all weights of the training part (x ${part.start.x} to ${part.start.x + part.size.x - 1}) are 0`,
      'No voxel would count.',
    );
  return { channels: 1, size, type: 'float32', affine: [{ offset: 0, scale: mean }], voxels: { data } };
}

function requireWeights({ file, data }: Map): void {
  let [notFinite, negative, least] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (!Number.isFinite(value)) notFinite++;
    else if (value < 0) {
      negative++;
      least = Math.min(least, value);
    }
  }
  if (notFinite > 0)
    throw refusal(file, `${notFinite} of ${data.length} weights are NaN or infinite`, 'They would make the loss NaN.');
  if (negative > 0)
    throw refusal(
      file,
      `${negative} of ${data.length} weights are negative, down to ${least}`,
      'Errors there would be rewarded.',
    );
}

function meanInside(data: Float32Array, size: Size, { start, size: box }: Region): number {
  let sum = 0;
  for (let z = start.z; z < start.z + box.z; z++)
    for (let y = start.y; y < start.y + box.y; y++) {
      const row = (z * size.y + y) * size.x + start.x;
      for (let i = row; i < row + box.x; i++) sum += data[i];
    }
  return sum / voxelCount(box);
}

function refusal(file: string, what: string, why: string): DatasetError {
  return new DatasetError('dataset/weight', {
    file,
    what: `${file}: ${what}.`,
    why,
    remedy:
      'A weight map has 0 where a voxel must not count and a positive number elsewhere; without one: leave out --weight.',
  });
}
