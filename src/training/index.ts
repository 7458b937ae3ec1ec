/**
 * The loop: schedule, steps, what is saved between them.
 * Portable; imports `volume`, `dataset`, `network`, `engine`, `config` and `core`.
 */
export { learningRate } from './schedule.ts';
export { requireStepFits, stepMemoryBytes } from './step-memory.ts';
export { trainSteps, untrained } from './train-steps.ts';
export type { StepRecord, TrainingJob, TrainingState } from './train-steps.ts';
