/**
 * Images as training data: pairs that show the same voxels, the part that training never sees, patches and their augmentation.
 * Portable; imports `volume`, `io`, `config`, `evaluation` and `core`.
 */
export { drawBatch } from './batch.ts';
export type { Batch } from './batch.ts';
export { checkPair } from './check/check-pair.ts';
export type { CheckedImage, CheckedPair, CheckedTarget } from './check/checked-pair.ts';
export { checkTogether } from './check/check-together.ts';
export type { PairFacts, PlacedFacts } from './check/facts.ts';
export type { Finding, FindingKind } from './check/finding.ts';
export { preparePair } from './pair.ts';
export type { TrainingPair } from './pair.ts';
export type { NamedVolume, PairImages, TargetVolume } from './pair-images.ts';
export { planesAsChannels } from './planes-as-channels.ts';
export { planSplit } from './split.ts';
export type { Split } from './split.ts';
