/**
 * A form says how one operator is computed on a kind of device: a function to ONNX nodes, and when it is right.
 * An operator has one form or several; the first that applies is taken, so the choice is the same on every run.
 */
import type { OperatorAttributes, Shape } from '../graph/index.ts';
import { asPlain } from './convert.ts';
import type { LoweredAttributes, LoweredName } from './fusions.ts';
import type { KernelLayout } from './kernel-layout.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import type { DeviceTraits } from './traits.ts';
import type { PlainValue, Value } from './value.ts';
import type { Writer } from './writer.ts';

/** What is known of one use of an operator before anything is written. */
export interface Use<Attributes> {
  /** Of the inputs. */
  readonly shapes: readonly Shape[];
  readonly attributes: Attributes;
  /** The result's shape. */
  readonly shape: Shape;
}

/** One use of an operator in a program. */
export interface Call<Attributes> extends Use<Attributes> {
  readonly inputs: readonly Value[];
  /** How the result lies where it is a weight in blocks. */
  readonly kernel: KernelLayout | null;
}

export interface Form<Attributes = never> {
  readonly name: string;
  /** In words: when it is taken. */
  readonly when?: string;
  /** When the form is right, and worth it; always where there is no condition. */
  applies?(use: Use<Attributes>, traits: DeviceTraits): boolean;
  /** The inputs that it takes as weights in blocks, by number. */
  kernels?(use: Use<Attributes>): readonly number[];
  /** Writes the nodes; returns the result. */
  write(writer: Writer, call: Call<Attributes>): Value;
}

/** A form that takes and gives tensors in the program's own layout. */
export interface PlainForm<Attributes = never> {
  readonly name: string;
  readonly when?: string;
  applies?(use: Use<Attributes>, traits: DeviceTraits): boolean;
  /** `inputs` are names in the graph, and so is the result. */
  write(graph: OnnxGraph, call: PlainCall<Attributes>): string;
}

export interface PlainCall<Attributes> extends Use<Attributes> {
  readonly inputs: readonly string[];
}

/** A plain form where any may stand: what comes in another layout is brought to the plain one first. */
export function plain<A>({ write, ...form }: PlainForm<A>): Form<A> {
  return {
    ...form,
    write(writer, { inputs, ...use }): PlainValue {
      const names = inputs.map((value, i) => asPlain(writer, value, use.shapes[i]).name);
      return { layout: 'plain', name: write(writer.graph, { ...use, inputs: names }) };
    },
  };
}

/** Every operator's forms for one kind of device, in the order of preference. The last of a list applies always. */
export interface FormTable {
  /** Whether programs are fused for it: it then has forms of the fused operators. */
  readonly fused: boolean;
  readonly forms: { readonly [Name in LoweredName]?: readonly Form<LoweredAttributes[Name]>[] } & {
    readonly [Name in keyof OperatorAttributes]?: readonly Form<OperatorAttributes[Name]>[];
  };
}
