/**
 * The U-Net as a description; its inference program, its training program (loss, gradients, Adam), its reach and names.
 * Portable; imports `graph` and `core`.
 */
export { adamNumbers } from './adam.ts';
export type { AdamSettings } from './adam.ts';
export { NORM_EPSILON } from './batch-norm.ts';
export { convolutionsOf } from './description.ts';
export type { Convolution, NetworkDescription } from './description.ts';
export { inferenceProgram } from './inference-program.ts';
export { initialTensors, parameterCount, parametersOf, statisticsOf } from './parameters.ts';
export type { NamedTensor } from './parameters.ts';
export { alignmentOf, reachOf } from './reach.ts';
export { momentNames, trainingProgram } from './training-program.ts';
export type { TrainingSettings } from './training-program.ts';
export { unet } from './unet.ts';
export type { Layers } from './unet.ts';
