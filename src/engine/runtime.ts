/**
 * What runs a lowered program: `node/` implements it on onnxruntime-node, a page would on onnxruntime-web.
 *
 * A session runs beside the main thread: while a step computes, progress is drawn and Ctrl-C is heard.
 */
import type { DeviceTraits, LoweredProgram } from '../lowering/index.ts';

/** Tensors by name: float32, of the shapes that the program says, last axis fastest. */
export type Tensors = Record<string, Float32Array>;

export interface Runtime {
  readonly traits: DeviceTraits;
  /** Builds the program's session. Throws ResourceError when the device cannot hold or run it. */
  load(program: LoweredProgram): Promise<Session>;
  /** Ends what runs beside the main thread. */
  close(): Promise<void>;
}

/**
 * One program on the device. Carried tensors (parameters, moments, running statistics) stay there from run to run: a run
 * takes the rest of the inputs and moves them on. Feeds may be taken over (their memory moved away): do not use them after.
 */
export interface Session {
  /** Runs once and returns the results, those named in `wanted` where it is given. */
  run(feeds: Tensors, wanted?: readonly string[]): Promise<Tensors>;
  /** A copy of the carried tensors, in the program's own shapes and names. */
  readCarried(): Promise<Tensors>;
  /** Sets carried tensors, all of them, before the first run or to go on from a checkpoint. */
  writeCarried(values: Tensors): Promise<void>;
  close(): Promise<void>;
}
