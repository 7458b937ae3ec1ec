/**
 * What runs a program: the Runtime interface, sessions, state kept between runs, device traits.
 * Portable; imports `graph`, `lowering` and `core`.
 */
export { FASTEST, lanesPerSample, measureConvBlock, packKernel, unpackKernel } from '../lowering/index.ts';
export type { CarriedShape, DeviceTraits, FormChoice, LoweredProgram, LoweringPlan } from '../lowering/index.ts';
export type { Machine } from './machine.ts';
export type { Runtime, Session, Tensors } from './runtime.ts';
export { formsOf, startProgram } from './start.ts';
export type { StartedProgram } from './start.ts';
