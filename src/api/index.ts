/**
 * One file a verb: each wires the rooms; this index is the package's public surface.
 * Portable; imports every portable room.
 */
export { check } from './check.ts';
export type { CheckRequest, CheckResult } from './check-request.ts';
export { convert } from './convert.ts';
export { demo } from './demo.ts';
export { devices } from './devices.ts';
export { evaluate } from './evaluate.ts';
export { inspect } from './inspect.ts';
export type { Inspected, InspectedCheckpoint, InspectedImages, InspectedModel, InspectedRun } from './inspect.ts';
export { predict } from './predict.ts';
export type {
  ConvertRequest,
  ConvertResult,
  DemoRequest,
  DemoResult,
  DevicesResult,
  EvaluateRequest,
  EvaluateResult,
  ExplainedNetwork,
  GivenRange,
  GivenVoxelSize,
  Measured,
  NamedFile,
  PredictRequest,
  PredictResult,
  FinishedTraining,
  PlannedTraining,
  TrainingPlan,
  TrainRequest,
  TrainResult,
} from './requests.ts';
export { train } from './train.ts';
export type { Sha256, World } from './world.ts';
export type { Machine } from '../engine/index.ts';
export type { Finding, FindingKind } from '../dataset/index.ts';
export type { Output } from '../io/index.ts';
export type { AllowableChange } from '../run/index.ts';
export { resolveConfig } from '../config/index.ts';
export type { Config, ConfigInput, ResolvedConfig, Setting } from '../config/index.ts';
export { isUnstainedError, UnstainedError } from '../core/index.ts';
export type { LongCall, Progress, TrainingProgress, ValidationProgress } from '../core/index.ts';
export { createImage, openImage, parseImagePath, readVolume } from '../io/index.ts';
