/**
 * The loop: schedule, steps, what is saved between them.
 * Portable; imports `volume`, `dataset`, `network`, `engine`, `config` and `core`.
 */
export { learningRate } from './schedule.ts';
export { layerForms } from './layer-forms.ts';
export type { FormNote, LayerForms } from './layer-forms.ts';
export { planStep } from './step-memory.ts';
export type { StepPlan } from './step-memory.ts';
export { isValidated } from './selection.ts';
export type { Selection } from './selection.ts';
export { carriedSettings, patchExtents, trainSteps, untrained } from './train-steps.ts';
export type { StepRecord, TrainingJob, TrainingState } from './train-steps.ts';
