/**
 * Normalization, and back: y = (x - offset) / scale, each channel by its own two numbers, which follow from its samples:
 *
 *   zscore          mean and population's deviation of the whole volume (Ounkomol et al., Nature Methods 2018)
 *   zscore-center   mean and deviation of the 32 planes in the middle, where the cells are (pytorch_fnet's later practice)
 *   percentile      0.5 % of the voxels lie below offset, 99.5 % below offset + scale
 *   none            0 and 1
 *
 * A channel that has no contrast, or numbers that are none, is refused.
 */
import { DatasetError } from '../core/index.ts';
import { voxelCount, type Size } from './size.ts';
import { quantiles } from './quantiles.ts';
import type { SampleArray, SampledVolume } from './sample-array.ts';
import { statistics, type Statistics } from './statistics.ts';
import type { Volume } from './volume.ts';

export type Normalization = 'zscore' | 'zscore-center' | 'percentile' | 'none';

/** y = (x - offset) / scale; in the units of the samples. */
export interface Affine {
  readonly offset: number;
  readonly scale: number;
}

/** Planes in the middle, for zscore-center. */
const CENTRAL = 32;
const [LOW, HIGH] = [0.005, 0.995];

/**
 * The statistics of each channel. `file` is what messages call the volume.
 * Throws DatasetError: dataset/not-finite where a voxel is NaN or infinite, dataset/constant where all are equal.
 */
export function channelStatistics(volume: SampledVolume, file: string): readonly Statistics[] {
  return Array.from({ length: volume.channels }, (_, c) => {
    const found = statistics(samplesOf(volume, c));
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

/**
 * What normalizes each channel `how` says. `found` are the statistics of all its samples (`channelStatistics`), which have
 * refused what has no contrast at all; `file` is what messages call the volume.
 * Throws DatasetError dataset/constant where the planes or percentiles that count have none.
 */
export function channelAffines(
  volume: SampledVolume,
  found: readonly Statistics[],
  how: Normalization,
  file: string,
): readonly Affine[] {
  return found.map((all, c) => {
    const { affine, of } = affineOf(samplesOf(volume, c), volume.size, all, how);
    if (affine.scale > 0) return affine;
    const channel = volume.channels > 1 ? ` of channel ${c}` : '';
    throw new DatasetError('dataset/constant', {
      file,
      what: `${file}: ${of}${channel} are ${affine.offset}.`,
      why: `Normalized by them (${how}), no contrast has a size.`,
      remedy: 'Normalize by the whole volume: --set normalize.signal=zscore, or normalize.target.',
    });
  });
}

/** `of`: what was found equal where the scale is 0. */
function affineOf(
  samples: SampleArray,
  { z, y, x }: Size,
  all: Statistics,
  how: Normalization,
): { readonly affine: Affine; readonly of: string } {
  switch (how) {
    case 'zscore':
      return { affine: zscoreOf(all), of: 'all voxels' };
    case 'zscore-center': {
      const first = Math.max(0, Math.min((z >> 1) - CENTRAL / 2, z - CENTRAL));
      const planes = Math.min(CENTRAL, z);
      const central = statistics(samples.subarray(first * y * x, (first + planes) * y * x));
      const affine = central.min === central.max ? { offset: central.min, scale: 0 } : zscoreOf(central);
      return { affine, of: `all voxels of the ${planes} planes in the middle (z ${first} to ${first + planes - 1})` };
    }
    case 'percentile': {
      const [low, high] = quantiles(samples, [LOW, HIGH]);
      return { affine: { offset: low, scale: high - low }, of: 'all voxels but the 0.5 % darkest and brightest' };
    }
    case 'none':
      return { affine: { offset: 0, scale: 1 }, of: '' };
  }
}

type MeanAndStd = Pick<Statistics, 'mean' | 'std'>;

function zscoreOf({ mean, std }: MeanAndStd): Affine {
  return { offset: mean, scale: std };
}

/** (x - offset) / scale, one pair of numbers a channel. */
export function normalize(volume: Volume, affines: readonly Affine[]): Volume {
  return mapChannels(volume, affines, (x, { offset, scale }) => (x - offset) / scale);
}

/** x * scale + offset: a normalized volume, or what a network made of one, in the units of the file that `affines` are of. */
export function denormalize(volume: Volume, affines: readonly Affine[]): Volume {
  return mapChannels(volume, affines, (x, { offset, scale }) => x * scale + offset);
}

/** `volume` with mean 0 and deviation 1 in each channel, and what it took. Throws as `channelStatistics` does. */
export function zscore(volume: Volume, file: string): { volume: Volume; statistics: readonly Statistics[] } {
  const found = channelStatistics(volume, file);
  return { volume: applyZscore(volume, found), statistics: found };
}

/** (x - mean) / std by given statistics, one a channel. */
export function applyZscore(volume: Volume, given: readonly MeanAndStd[]): Volume {
  return normalize(volume, given.map(zscoreOf));
}

/** x * std + mean: a z-scored volume in the units of the file that the statistics are of. */
export function undoZscore(volume: Volume, given: readonly MeanAndStd[]): Volume {
  return denormalize(volume, given.map(zscoreOf));
}

function mapChannels(volume: Volume, given: readonly Affine[], map: (x: number, by: Affine) => number): Volume {
  if (given.length !== volume.channels)
    throw new RangeError(`normalization of ${given.length} channels for a volume of ${volume.channels}`);
  const data = new Float32Array(volume.data.length);
  const length = voxelCount(volume.size);
  given.forEach((by, c) => {
    for (let i = c * length; i < (c + 1) * length; i++) data[i] = map(volume.data[i], by);
  });
  return { ...volume, data };
}

/** One channel's, a view on the same memory. */
function samplesOf({ data, size }: SampledVolume, channel: number): SampleArray {
  const length = voxelCount(size);
  return data.subarray(channel * length, (channel + 1) * length);
}
