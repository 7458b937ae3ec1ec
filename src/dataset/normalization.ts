/** What normalizes each channel of an image. */
import type { Normalization } from '../config/index.ts';
import type { Samples } from '../io/index.ts';
import { channelStatistics, statistics, voxelCount, type Size, type Statistics } from '../volume/index.ts';
import type { Affine } from './stored-image.ts';

export function statisticsOf(samples: Samples): Statistics {
  return statistics(samples instanceof Float32Array ? samples : Float32Array.from(samples));
}

export function normalizations(
  image: { readonly file: string; readonly samples: Samples; readonly channels: number; readonly size: Size },
  how: Normalization,
): Affine[] {
  const { samples, channels, size, file } = image;
  const data = samples instanceof Float32Array ? samples : Float32Array.from(samples);
  const found = channelStatistics({ data, channels, size, voxelSize: null }, file);
  void voxelCount;
  return found.map(({ mean, std }) => (how === 'none' ? { offset: 0, scale: 1 } : { offset: mean, scale: std }));
}
