/**
 * The layout and the schemas of a run's folder: who writes and who reads it meet here. It knows bytes and names; where they
 * are kept is `RunStore`'s. Portable; imports `codec`, `config`, `model` and `core`.
 */
export { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
export type { Checkpoint } from './checkpoint.ts';
export { newestCheckpoint, saveCheckpoint } from './checkpoints.ts';
export type { FoundCheckpoint } from './checkpoints.ts';
export { sha256 } from './digest.ts';
export type { JsonFile } from './json-file.ts';
export { checkpointPath, previewPath, RUN_FILES, RUN_FOLDERS, stepOfCheckpoint } from './layout.ts';
export { formatLosses, formatLossRow, LOSSES_HEADER, lossesDigest, parseLosses } from './losses.ts';
export type { LossRow } from './losses.ts';
export { dataFile, environmentFile, runFile } from './run-files.ts';
export type { DataFile, DataImage, EnvironmentFile, RunFile } from './run-files.ts';
export { eventFileName, eventFileStart, eventsOf } from './tensorboard.ts';
export type { StepEvents } from './tensorboard.ts';
export type { RunStore } from './store.ts';
