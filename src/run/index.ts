/**
 * The layout and the schemas of a run's folder: who writes and who reads it meet here. It knows bytes and names; where they
 * are kept is `RunStore`'s. Portable; imports `codec`, `config`, `model` and `core`.
 */
export { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
export type { Checkpoint } from './checkpoint.ts';
export { newestCheckpoint, saveCheckpoint } from './checkpoints.ts';
export type { FoundCheckpoint } from './checkpoints.ts';
export { sha256 } from '../codec/index.ts';
export type { JsonFile } from './json-file.ts';
export { checkpointPath, RUN_FILES, RUN_FOLDERS, stepOfCheckpoint } from './layout.ts';
export { formatLosses, formatLossRow, LOSSES_HEADER, lossesDigest, parseLosses } from './losses.ts';
export type { LossRow } from './losses.ts';
export { dataFile, environmentFile, runFile } from './run-files.ts';
export type { DataFile, DataImage, EnvironmentFile, RunFile } from './run-files.ts';
export type { RunStore } from './store.ts';
