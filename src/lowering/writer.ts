/** What forms write with: the ONNX graph, how activations are cut, and what was made already. */
import type { Shape } from '../graph/index.ts';
import { gridOf, type Grid } from './blocked/grid.ts';
import type { OnnxGraph } from './onnx-graph.ts';

export class Writer {
  readonly graph: OnnxGraph;
  /** Channels of a block; 1 where there are no blocks. */
  readonly block: number;
  readonly #groupVoxels: number;
  readonly #made = new WeakMap<object, Map<string, unknown>>();

  constructor(graph: OnnxGraph, block: number, groupVoxels: number) {
    this.graph = graph;
    this.block = block;
    this.#groupVoxels = groupVoxels;
  }

  /** How an activation of this shape is cut. */
  grid(shape: Shape): Grid {
    return gridOf(shape, this.block, this.#groupVoxels);
  }

  /** What `make` writes for `value`, written once: combinations of planes, turned weights. */
  once<T>(value: object, what: string, make: () => T): T {
    const known = this.#made.get(value) ?? new Map<string, unknown>();
    this.#made.set(value, known);
    if (!known.has(what)) known.set(what, make());
    return known.get(what) as T;
  }
}
