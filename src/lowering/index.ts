/**
 * Program and device traits -> ONNX: how each operator is computed there.
 * Portable; imports `graph`, `codec` and `core`.
 */
export { lanesPerSample } from './blocked/grid.ts';
export { measureConvBlock } from './blocked/probe.ts';
export { packKernel, unpackKernel } from './kernel-layout.ts';
export type { KernelLayout } from './kernel-layout.ts';
export { FASTEST, lower, lowerToModel } from './lower.ts';
export type { CarriedShape, FormChoice, LoweredProgram, LoweringPlan, NamedShape } from './lower.ts';
export type { DeviceTraits } from './traits.ts';
