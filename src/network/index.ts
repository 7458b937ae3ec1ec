/**
 * The U-Net as a description; its inference program, its training program (loss, gradients, Adam), its reach and names.
 * Portable; imports `graph` and `core`.
 */
export { adamNumbers } from './adam.ts';
export type { AdamSettings } from './adam.ts';
export { NORM_EPSILON } from './batch-norm.ts';
export { averageDecay, averageName } from './average.ts';
export { averagedNetwork, carriedTensors, firstCarried, momentNames } from './carried.ts';
export type { CarriedSettings } from './carried.ts';
export { convolutionsOf } from './description.ts';
export type { Convolution, NetworkDescription } from './description.ts';
export { encoderParameters } from './encoder.ts';
export { inferenceProgram } from './inference-program.ts';
export { outputsFor, predictedDeviation, predictedMean, targetsOf } from './loss.ts';
export type { LossKind } from './loss.ts';
export { initialTensors, parameterCount, parametersOf, statisticsOf } from './parameters.ts';
export type { NamedTensor } from './parameters.ts';
export { alignmentOf, reachOf } from './reach.ts';
export { trainingProgram } from './training-program.ts';
export type { TrainingSettings } from './training-program.ts';
export { unet } from './unet.ts';
export type { Layers } from './unet.ts';
