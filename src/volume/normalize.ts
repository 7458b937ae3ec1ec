/**
 * z-score, and back: (x - mean) / std over the whole volume, with the population's deviation, each channel by itself
 * (Ounkomol et al., Nature Methods 2018). A channel that has no contrast, or numbers that are none, is refused.
 */
import { DatasetError } from '../core/index.ts';
import { voxelCount } from './size.ts';
import { statistics, type Statistics } from './statistics.ts';
import { channelOf, type Volume } from './volume.ts';

/**
 * The statistics of each channel. `file` is what messages call the volume.
 * Throws DatasetError: dataset/not-finite where a voxel is NaN or infinite, dataset/constant where all are equal.
 */
export function channelStatistics(volume: Volume, file: string): readonly Statistics[] {
  return Array.from({ length: volume.channels }, (_, c) => {
    const found = statistics(channelOf(volume, c).data);
    const channel = volume.channels > 1 ? ` of channel ${c}` : '';
    const voxels = voxelCount(volume.size);
    if (found.notFinite > 0)
      throw new DatasetError('dataset/not-finite', {
        file,
        what: `${file}: ${found.notFinite} of ${voxels} voxels${channel} are NaN or infinite.`,
        why: 'They would make the mean, and with it every voxel, NaN.',
        remedy: 'Replace them where the image was made, or leave this image out.',
      });
    if (found.min === found.max)
      throw new DatasetError('dataset/constant', {
        file,
        what: `${file}: all ${voxels} voxels${channel} are ${found.min}.`,
        why: 'Nothing can be learned from or about an image without contrast.',
        remedy: 'Check that this is the right file and channel; another one is selected by #channel=.',
      });
    return found;
  });
}

/** `volume` with mean 0 and deviation 1 in each channel, and what it took. Throws as `channelStatistics` does. */
export function zscore(volume: Volume, file: string): { volume: Volume; statistics: readonly Statistics[] } {
  const found = channelStatistics(volume, file);
  return { volume: applyZscore(volume, found), statistics: found };
}

type MeanAndStd = Pick<Statistics, 'mean' | 'std'>;

/** (x - mean) / std by given statistics, one a channel. */
export function applyZscore(volume: Volume, given: readonly MeanAndStd[]): Volume {
  return mapChannels(volume, given, (x, { mean, std }) => (x - mean) / std);
}

/** x * std + mean: a z-scored volume, or what a network made of one, in the units of the file that the statistics are of. */
export function undoZscore(volume: Volume, given: readonly MeanAndStd[]): Volume {
  return mapChannels(volume, given, (x, { mean, std }) => x * std + mean);
}

function mapChannels(volume: Volume, given: readonly MeanAndStd[], map: (x: number, by: MeanAndStd) => number): Volume {
  if (given.length !== volume.channels)
    throw new RangeError(`z-score: statistics of ${given.length} channels for a volume of ${volume.channels}`);
  const data = new Float32Array(volume.data.length);
  const length = voxelCount(volume.size);
  given.forEach((by, c) => {
    for (let i = c * length; i < (c + 1) * length; i++) data[i] = map(volume.data[i], by);
  });
  return { ...volume, data };
}
