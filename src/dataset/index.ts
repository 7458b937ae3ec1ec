/**
 * Images as training data: samples and what their files say, the part that training never sees, patches and their augmentation.
 * Portable; imports `volume`, `io`, `config`, `evaluation` and `core`.
 */
export { assignSplit } from './assign-split.ts';
export type { AssignedSplit, Side } from './assign-split.ts';
export { drawBatch } from './batch.ts';
export type { Batch, Place } from './batch.ts';
export { checkPair } from './check/check-pair.ts';
export type { CheckedImage, CheckedPair, CheckedTarget } from './check/checked-pair.ts';
export { checkTogether } from './check/check-together.ts';
export type { PairFacts, PlacedFacts } from './check/facts.ts';
export type { Finding, FindingKind } from './check/finding.ts';
export { listFields, sizesOf } from './field.ts';
export type { Field } from './field.ts';
export { filledIn, onGrid } from './field-images.ts';
export type { ImageReading } from './field-images.ts';
export { drawImage, fillBuffer } from './image-buffer.ts';
export type { ImageBuffer } from './image-buffer.ts';
export { parseManifest, parseManifests } from './manifest/manifest.ts';
export type { ManifestSettings } from './manifest/manifest.ts';
export { planesAsChannels } from './planes-as-channels.ts';
export type { FieldFacts, ImageFacts, PreparedField } from './prepared-field.ts';
export { refuseSamples } from './refused.ts';
export type { Refused } from './refused.ts';
export type { Sample } from './sample.ts';
export { splitUnits } from './split-units.ts';
export { volumeOf } from './stored-image.ts';
export type { StoredImage } from './stored-image.ts';
export { planParts, trainingSet } from './training-set.ts';
export type { FieldPart, TrainingSet } from './training-set.ts';
export type { CachedVoxels, StoredBytes, VoxelCache } from './voxel-cache.ts';
