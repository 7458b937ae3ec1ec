/**
 * Images as training data: pairs that show the same voxels, the part that training never sees, patches and their augmentation.
 * Portable; imports `volume`, `io`, `config`, `evaluation` and `core`.
 */
export { drawBatch } from './batch.ts';
export type { Batch } from './batch.ts';
export { checkPair } from './check/check-pair.ts';
export type { CheckedImage, CheckedPair, CheckedTarget, PairFacts } from './check/check-pair.ts';
export { checkTogether } from './check/check-together.ts';
export type { PlacedFacts } from './check/check-together.ts';
export type { Finding, FindingKind } from './check/finding.ts';
export { preparePair } from './pair.ts';
export type { TrainingPair } from './pair.ts';
export { parseManifest } from './manifest/manifest.ts';
export type { ManifestSettings } from './manifest/manifest.ts';
export type { NamedVolume, PairImages, TargetVolume } from './pair-images.ts';
export { planesAsChannels } from './planes-as-channels.ts';
export { planSplit } from './split.ts';
export type { Sample } from './sample.ts';
export type { Split } from './split.ts';
