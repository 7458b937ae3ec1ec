/**
 * What every room may use: errors with codes, seeded random numbers, progress and abort.
 * A closed list, not a drawer. Portable; imports nothing of the project.
 */
export {
  DatasetError,
  ImageError,
  Interrupted,
  isUnstainedError,
  ModelError,
  ResourceError,
  UnstainedError,
  UsageError,
} from './errors.ts';
export type { ErrorText } from './errors.ts';
export type { LongCall, Progress, TrainingProgress, ValidationProgress } from './progress.ts';
export { random, randomFromState } from './random.ts';
export type { Random } from './random.ts';
