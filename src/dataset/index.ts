/**
 * Images as training data: pairs that show the same voxels, the part that training never sees, patches and their augmentation.
 * Portable; imports `volume`, `io`, `config`, `evaluation` and `core`.
 */
export { assignSplit } from './assign-split.ts';
export type { AssignedSplit, Side } from './assign-split.ts';
export { drawBatch } from './batch.ts';
export type { Batch } from './batch.ts';
export { preparePair } from './pair.ts';
export type { TrainingPair } from './pair.ts';
export { parseManifest, parseManifests } from './manifest/manifest.ts';
export type { ManifestSettings } from './manifest/manifest.ts';
export type { NamedVolume, PairImages, TargetVolume } from './pair-images.ts';
export { planesAsChannels } from './planes-as-channels.ts';
export { planSplit } from './split.ts';
export type { Sample } from './sample.ts';
export type { Split } from './split.ts';
