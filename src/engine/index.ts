/**
 * What runs a program: the Runtime interface, sessions, state kept between runs, device traits.
 * Portable; imports `graph`, `lowering` and `core`.
 */
export type { Runtime, Session, Tensors } from './runtime.ts';
