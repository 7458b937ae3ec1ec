/**
 * Voxels in memory: typed data with axes and voxel size; regions, resampling, statistics, normalization.
 * Portable; imports `core` only.
 */
export { axisFilter, mirrored } from './axis-filter.ts';
export type { AxisFilter } from './axis-filter.ts';
export { blendPlanes, filterPlane, resampledGrid, resampleTo, stepRatios } from './resample.ts';
export type { Grid } from './resample.ts';
export { equalSize, formatSize, voxelCount, wholeRegion } from './size.ts';
export type { Region, Size, VoxelSize } from './size.ts';
export { channelOf, cropVolume } from './volume.ts';
export type { Volume } from './volume.ts';
export { statistics } from './statistics.ts';
export type { Statistics } from './statistics.ts';
export { quantiles } from './quantiles.ts';
export type { SampleArray, SampledVolume } from './sample-array.ts';
export {
  applyZscore,
  channelAffines,
  channelStatistics,
  denormalize,
  normalize,
  undoZscore,
  zscore,
} from './normalize.ts';
export type { Affine, Normalization } from './normalize.ts';
