/**
 * Program and device traits -> ONNX: how each operator is computed there.
 * Portable; imports `graph`, `codec` and `core`.
 */
export { lower } from './lower.ts';
export type { CarriedShape, FormChoice, LoweredProgram, NamedShape } from './lower.ts';
export type { DeviceTraits } from './traits.ts';
