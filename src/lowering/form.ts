/**
 * A form says how one operator is computed on a kind of device: a function to ONNX nodes, and when it is right.
 * An operator has one form or several; the first that applies is taken, so the choice is the same on every run.
 */
import type { OperatorAttributes, OperatorName, Shape } from '../graph/index.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import type { DeviceTraits } from './traits.ts';

/** One use of an operator in a program. */
export interface Call<Attributes> {
  /** The inputs' names in the ONNX graph, and their shapes. */
  readonly inputs: readonly string[];
  readonly shapes: readonly Shape[];
  readonly attributes: Attributes;
  /** The result's shape. */
  readonly shape: Shape;
}

export interface Form<Attributes = never> {
  readonly name: string;
  /** When the form is right, and worth it; always where there is no condition. */
  applies?(call: Call<Attributes>, traits: DeviceTraits): boolean;
  /** Writes the nodes; returns the result's name. */
  write(graph: OnnxGraph, call: Call<Attributes>): string;
}

/** Every operator's forms for one kind of device. The last of a list applies always. */
export type FormTable = { readonly [Name in OperatorName]: readonly Form<OperatorAttributes[Name]>[] };
