/**
 * The layout and the schemas of a run's folder: who writes and who reads it meet here. It knows bytes and names; where they
 * are kept is `RunStore`'s. Portable; imports `codec`, `config`, `model` and `core`.
 */
export { changesSince, requireAllowed, settingsSha256 } from './changes.ts';
export type { AllowableChange, Change, RunFacts } from './changes.ts';
export { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
export type { Checkpoint } from './checkpoint.ts';
export { newestCheckpoint, saveCheckpoint } from './checkpoints.ts';
export type { FoundCheckpoint } from './checkpoints.ts';
export { sha256 } from '../codec/index.ts';
export type { JsonFile } from './json-file.ts';
export { checkpointPath, previewPath, RUN_FILES, RUN_FOLDERS, stepOfCheckpoint } from './layout.ts';
export { formatLosses, formatLossRow, lossesDigest, lossesHeader, parseLosses } from './losses.ts';
export type { LossMeasure, LossRow } from './losses.ts';
export { openLog, parseLog } from './log.ts';
export type { LogEntry, LogKind, LogRecord, RunLog } from './log.ts';
export { describeBatch, lossNotFinite, notFiniteFile } from './not-finite.ts';
export type { NotFiniteFile, PatchPlace, PatchStatistics, StepBatch } from './not-finite.ts';
export { dataFile, environmentFile, runFile } from './run-files.ts';
export type { DataFile, DataImage, DataSample, EnvironmentFile, RunFile } from './run-files.ts';
export { eventFileName, eventFileStart, eventsOf } from './tensorboard.ts';
export type { StepEvents } from './tensorboard.ts';
export type { RunLock, RunStore } from './store.ts';
