/** What the main thread and the worker that runs sessions say to each other. */
import type { CarriedShape, Tensors } from '../engine/index.ts';

export interface ShapedTensor {
  readonly name: string;
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export type Task =
  | {
      readonly task: 'load';
      readonly session: number;
      readonly model: Uint8Array;
      readonly threads: number;
      readonly carried: readonly CarriedShape[];
      readonly results: readonly string[];
      readonly optimize: boolean;
    }
  | {
      readonly task: 'run';
      readonly session: number;
      readonly feeds: readonly ShapedTensor[];
      readonly wanted: readonly string[] | null;
    }
  | { readonly task: 'read'; readonly session: number }
  | { readonly task: 'write'; readonly session: number; readonly values: readonly ShapedTensor[] }
  | { readonly task: 'close'; readonly session: number };

/** A task with the number that its answer will carry. */
export type Order = Task & { readonly order: number };

export type Answer =
  | { readonly order: number; readonly tensors: Tensors }
  | { readonly order: number; readonly failure: string };
