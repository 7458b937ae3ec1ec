/** What a tensor of the program is on the device: the names that hold it in the ONNX graph, and how they lie in memory. */
import type { Grid } from './blocked/grid.ts';
import type { KernelLayout } from './kernel-layout.ts';

export type Value = PlainValue | PlanesValue | KernelValue;

/** One name, the program's shape, last axis fastest. */
export interface PlainValue {
  readonly layout: 'plain';
  readonly name: string;
}

/** An activation in blocked planes; parts as the grid counts them. */
export interface PlanesValue {
  readonly layout: 'planes';
  readonly grid: Grid;
  readonly parts: readonly string[];
}

/** A weight in blocks; parts as the layout counts them. A part of null is all zeros. */
export interface KernelValue {
  readonly layout: 'kernel';
  readonly kernel: KernelLayout;
  readonly parts: readonly (string | null)[];
}
