/** Weight maps: how much each voxel counts in the loss, on a scale of their own that must not act as a learning rate. */
import { DatasetError } from '../core/index.ts';
import { cropVolume, statistics, type Region, type Volume } from '../volume/index.ts';
import type { NamedVolume } from './pair-images.ts';

/**
 * The map divided by its mean over the training part.
 * Throws DatasetError dataset/weight where a weight is NaN, infinite or negative, or all of the training part's are 0.
 */
export function scaleWeights({ file, volume }: NamedVolume, train: Region): Volume {
  const refuse = (what: string, why: string) =>
    new DatasetError('dataset/weight', {
      file,
      what: `${file}: ${what}.`,
      why,
      remedy:
        'A weight map has 0 where a voxel must not count and a positive number elsewhere; without one: leave out --weight.',
    });
  const voxels = volume.data.length;
  const { notFinite, min } = statistics(volume.data);
  if (notFinite > 0)
    throw refuse(`${notFinite} of ${voxels} weights are NaN or infinite`, 'They would make the loss NaN.');
  if (min < 0) {
    const negative = volume.data.reduce((count, weight) => count + (weight < 0 ? 1 : 0), 0);
    throw refuse(`${negative} of ${voxels} weights are negative, down to ${min}`, 'Errors there would be rewarded.');
  }
  const { mean } = statistics(cropVolume(volume, train).data);
  if (mean === 0)
    throw refuse(`all weights of the training part (x 0 to ${train.size.x - 1}) are 0`, 'No voxel would count.');
  return { ...volume, data: volume.data.map((weight) => weight / mean) };
}
