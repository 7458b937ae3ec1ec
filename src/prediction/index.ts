/**
 * A whole image from a network that sees tiles: which tiles, what they read beyond the image's end, and how they are put
 * together. Portable; imports `volume`, `io`, `network`, `engine`, `model` and `core`.
 */
export { mirrorPadded, readVolume } from './mirror-padding.ts';
export { predictTiled, writeVolume } from './predict-tiled.ts';
export type { TiledPrediction } from './predict-tiled.ts';
export { paddedSize, planTiles } from './tile-plan.ts';
export type { Tile, TileRequest } from './tile-plan.ts';
export type { ReadRegion, WriteRegion } from './regions.ts';
export { tileNeeds, tileRunner, tileVoxelsWithin } from './tile-runner.ts';
export type { TileRunner, TrainedNetwork } from './tile-runner.ts';
