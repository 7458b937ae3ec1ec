/**
 * A pair: what the microscope saw by transmitted light, and what it saw of the dyes at the same place.
 *
 * Whatever would spoil the training in silence is refused here, before the first step: images that do not show the same
 * voxels, that are constant or hold NaN, that are too small for the patch or for the part held out.
 */
import type { Config, Normalization } from '../config/index.ts';
import { DatasetError } from '../core/index.ts';
import { applyZscore, channelStatistics, type Statistics, type Volume } from '../volume/index.ts';
import type { NamedVolume, PairImages } from './pair-images.ts';
import { requirePatchFits } from './patch-fit.ts';
import { planesAsChannels } from './planes-as-channels.ts';
import { requireOneChannel, requireSameVoxels } from './same-voxels.ts';
import { planSplit, type Split } from './split.ts';
import { scaleWeights } from './weight-map.ts';

/** A field ready to draw patches from: three volumes of one size, float32 in memory. */
export interface TrainingPair {
  /** Normalized. Where planes are channels: (c * z, 1, y, x). */
  readonly signal: Volume;
  /** Normalized; one channel a target, in the order of `targetNames`. */
  readonly target: Volume;
  /** How much each voxel counts: mean 1 over the training part. */
  readonly weight: Volume | null;
  readonly targetNames: readonly string[];
  /** Of the files' own values, whole volumes: one a channel of the signal's file, one a target. */
  readonly statistics: { readonly signal: readonly Statistics[]; readonly target: readonly Statistics[] };
  readonly split: Split;
}

/**
 * Checks the images against each other and against the configuration, normalizes them, and plans the split.
 *
 * @param reach how many voxels far the network looks along x: so wide is the margin beside the held-out part
 * @param alignment what a patch must be a multiple of along each axis that the network halves: 2^depth
 *
 * Throws DatasetError: channels, sizes, patch, split, not-finite, constant, weight, no-weight (each after `dataset/`).
 */
export function preparePair(images: PairImages, config: Config, reach: number, alignment: number): TrainingPair {
  const { targets, weight } = images;
  const { network, normalize, patch } = config;
  const view = network.zAsChannels ? planesAsChannels : (volume: Volume) => volume;
  for (const image of weight ? [...targets, weight] : targets) requireOneChannel(image);
  requireSameVoxels(
    { ...images, signal: { ...images.signal, volume: view(images.signal.volume) } },
    images.signal,
    network,
  );
  if (config.loss === 'weighted-mse' && !weight)
    throw new DatasetError('dataset/no-weight', {
      what: 'The loss weighted-mse needs a weight map, and none was given.',
      why: 'It averages the squared error under that map.',
      remedy: 'Give one: --weight FILE, or: --set loss=mse.',
    });

  const { file } = images.signal;
  const { size } = view(images.signal.volume);
  requirePatchFits(file, size, patch, { z: network.dims === 3 ? alignment : 1, y: alignment, x: alignment });
  const split = planSplit({ file, size, patch, heldOut: config.split.heldOut, margin: reach });

  const signal = normalized(images.signal, normalize.signal);
  const normalizedTargets = targets.map((target) => normalized(target, normalize.target));
  return {
    signal: view(signal.volume),
    target: sideBySide(normalizedTargets.map(({ volume }) => volume)),
    weight: weight && scaleWeights(weight, split.train),
    targetNames: targets.map(({ name }) => name),
    statistics: { signal: signal.statistics, target: normalizedTargets.flatMap(({ statistics }) => statistics) },
    split,
  };
}

function normalized(
  { file, volume }: NamedVolume,
  how: Normalization,
): { volume: Volume; statistics: readonly Statistics[] } {
  const statistics = channelStatistics(volume, file);
  return { volume: how === 'zscore' ? applyZscore(volume, statistics) : volume, statistics };
}

/** Volumes of one size as the channels of one volume. */
function sideBySide(volumes: readonly Volume[]): Volume {
  if (volumes.length === 1) return volumes[0];
  const { length } = volumes[0].data;
  const data = new Float32Array(volumes.length * length);
  volumes.forEach((volume, i) => data.set(volume.data, i * length));
  return { ...volumes[0], channels: volumes.length, data };
}
