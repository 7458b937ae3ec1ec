/**
 * Lowering: a program and a device's traits become one ONNX model. What is computed is the program's; how, the form's.
 *
 * Results keep their names in the model; what is carried comes out as `next NAME`. ONNX Runtime computes a graph depth first
 * from its last output back: carried tensors are written in the program's order, so each weight's gradient is used as soon as
 * it is there, and none pile up.
 */
import { encodeOnnxModel, type OnnxModel } from '../codec/index.ts';
import { inOrder } from '../graph/index.ts';
import type { Carried, Computed, Input, Program, Shape, Tensor } from '../graph/index.ts';
import { blockedForms } from './blocked/index.ts';
import { BLOCKED_DOMAIN } from './blocked/nchwc.ts';
import { asKernel, asPlain } from './convert.ts';
import type { Call, Form, FormTable, Use } from './form.ts';
import { fuse } from './fusions.ts';
import { genericForms } from './generic/index.ts';
import { kernelLayouts } from './kernel-families.ts';
import { kernelParts, packKernel, type KernelLayout } from './kernel-layout.ts';
import { OnnxGraph } from './onnx-graph.ts';
import type { DeviceTraits } from './traits.ts';
import type { PlainValue, Value } from './value.ts';
import { Writer } from './writer.ts';

/** How a program trades time for memory. */
export interface LoweringPlan {
  /** Rectified activations are computed again where the gradient needs them, not kept. */
  readonly recompute: boolean;
  /** Voxels of the samples that are computed together; at least one sample is. */
  readonly groupVoxels: number;
}

export const FASTEST: LoweringPlan = { recompute: false, groupVoxels: 131072 };

export interface LoweredProgram {
  /** The ONNX model's bytes. */
  readonly model: Uint8Array;
  readonly fed: readonly NamedShape[];
  readonly results: readonly NamedShape[];
  readonly carried: readonly CarriedShape[];
  /** Which form each operator got, in the program's order. */
  readonly forms: readonly FormChoice[];
  /**
   * Whether the runtime may rewrite the graph. Weights that never change are then put into place once, as it loads. Not for a step
   * in the blocked forms: there is nothing left to gain, it would take seconds, and nodes that are written twice on purpose
   * would be made one.
   */
  readonly optimize: boolean;
}

export interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
}

/** A tensor that a session keeps: after each run, the outputs are its value for the next. */
export interface CarriedShape extends NamedShape {
  /** How it is kept in parts where it is a weight in blocks; null where it is one tensor of its own shape. */
  readonly kernel: KernelLayout | null;
  /** The model's inputs that hold it, in the layout's order. `output` is null where it never changes. */
  readonly parts: readonly (NamedShape & { readonly output: string | null })[];
}

export interface FormChoice {
  readonly operator: string;
  /** The carried weight that it convolves with, or makes the gradient of; null elsewhere. */
  readonly weight: string | null;
  readonly form: string;
  /** In words: when this form is taken. */
  readonly when: string;
  /** Of the inputs. */
  readonly shapes: readonly Shape[];
}

const OPSET = 17;

export function lower(program: Program, traits: DeviceTraits, plan: LoweringPlan = FASTEST): LoweredProgram {
  const { model, ...lowered } = lowerToModel(program, traits, plan);
  return { ...lowered, model: encodeOnnxModel(model) };
}

/** The same with the model as a value. */
export function lowerToModel(
  program: Program,
  traits: DeviceTraits,
  plan: LoweringPlan = FASTEST,
): Omit<LoweredProgram, 'model'> & { readonly model: OnnxModel } {
  const table = formsFor(traits);
  const resultNames = Object.keys(program.results);
  const tensors = [...Object.values(program.results), ...program.carried.map(({ next }) => next)];
  const roots = table.fused ? fuse(tensors) : tensors;
  const order = inOrder(roots);
  const resultTensors = roots.slice(0, resultNames.length);
  const nextTensors = roots.slice(resultNames.length);

  const chosen = new Map<Tensor, Form<unknown>>();
  for (const tensor of order) if (tensor.kind === 'computed') chosen.set(tensor, formFor(table, tensor, traits));
  const layouts = kernelLayouts(
    order,
    program.carried.map(({ input }, i) => [input, nextTensors[i]]),
    (tensor) => chosen.get(tensor) as Form<unknown>,
    traits.convBlock ?? 1,
  );

  const graph = new OnnxGraph();
  const writer = new Writer(graph, traits.convBlock ?? 1, plan.groupVoxels);
  const forms: FormChoice[] = [];
  const weights = weightNames(order, program.carried, nextTensors);
  const calls = new Map<Tensor, Call<unknown>>();
  const values = new Map<Tensor, Value>();
  const needed = new Set(inOrder(resultTensors));
  const kept = new Set<Tensor>(program.carried.map(({ input }) => input));

  /** What a call takes for an input: what was made, or made again where keeping it for so long would cost memory. */
  const valueFor = (input: Tensor, user: Tensor): Value => {
    const again = plan.recompute && needed.has(input) && !needed.has(user) && isRectified(input);
    if (!again) return values.get(input) as Value;
    return (chosen.get(input) as Form<unknown>).write(writer, calls.get(input) as Call<unknown>);
  };
  for (const tensor of order) {
    const kernel = layouts.get(tensor) ?? null;
    if (tensor.kind === 'input') values.set(tensor, inputValue(tensor.name, kept.has(tensor) ? kernel : null));
    else if (tensor.kind === 'constant') values.set(tensor, constantValue(graph, tensor, kernel));
    else {
      const form = chosen.get(tensor) as Form<unknown>;
      const inputs = tensor.inputs.map((input) => valueFor(input, tensor));
      const call: Call<unknown> = { ...useOf(tensor), inputs, kernel };
      calls.set(tensor, call);
      values.set(tensor, form.write(writer, call));
      forms.push({
        operator: tensor.operator.name,
        weight: weights.get(tensor) ?? null,
        form: form.name,
        when: form.when ?? '',
        shapes: call.shapes,
      });
    }
  }

  const results = resultNames.map((name, i): NamedShape => {
    const tensor = resultTensors[i];
    graph.output(name, asPlain(writer, values.get(tensor) as Value, tensor.shape).name);
    return { name, shape: tensor.shape };
  });
  const carried = program.carried.map(({ input }, i) => {
    const next = nextTensors[i];
    return carriedOn(writer, input, layouts.get(input) ?? null, next === input ? null : (values.get(next) as Value));
  });

  const fed = program.fed.map(({ name, shape }) => ({ name, shape }));
  const model: OnnxModel = {
    opsets: { '': OPSET, ...(table.fused ? { [BLOCKED_DOMAIN]: 1 } : {}) },
    inputs: [...fed, ...carried.flatMap(({ parts }) => parts)],
    outputs: [
      ...results,
      ...carried.flatMap(({ parts }) =>
        parts.flatMap(({ output, shape }) => (output === null ? [] : [{ name: output, shape }])),
      ),
    ],
    constants: graph.constants,
    nodes: graph.finished(),
  };
  return { model, fed, results, carried, forms, optimize: !table.fused || program.carried.length === 0 };
}

/** Writes the outputs that carry a tensor to the next run: `next`, or nothing where it never changes. */
function carriedOn(
  writer: Writer,
  { name, shape }: Input,
  kernel: KernelLayout | null,
  next: Value | null,
): CarriedShape {
  const { graph } = writer;
  const parts = partNames(name, kernel, shape);
  if (next === null) return { name, shape, kernel, parts: parts.map((part) => ({ ...part, output: null })) };
  const made = kernel ? asKernel(writer, next, kernel).parts : [asPlain(writer, next, shape).name];
  const moved = parts.map((part, k) => {
    const output = `next ${part.name}`;
    const from = made[k] ?? graph.filled(0, ...part.shape);
    // A form's result may be a view of another shape: outputs have the shape that they are fed with again.
    graph.output(output, kernel ? graph.reshape(from, ...part.shape) : from);
    return { ...part, output };
  });
  return { name, shape, kernel, parts: moved };
}

/** The model's names for what is carried, or fed, as `name`. */
function partNames(name: string, kernel: KernelLayout | null, shape: Shape): NamedShape[] {
  if (kernel === null) return [{ name, shape }];
  return kernelParts(kernel).map((part) => ({ name: `${name}#${part.source}.${part.z}`, shape: part.shape }));
}

function inputValue(name: string, kernel: KernelLayout | null): Value {
  if (kernel === null) return { layout: 'plain', name };
  return { layout: 'kernel', kernel, parts: partNames(name, kernel, []).map((part) => part.name) };
}

function constantValue(
  graph: OnnxGraph,
  { data, shape }: { readonly data: Float32Array; readonly shape: Shape },
  kernel: KernelLayout | null,
): PlainValue | Value {
  if (kernel === null) return { layout: 'plain', name: graph.floats(data, shape) };
  const packed = packKernel(data, kernel);
  const parts = kernelParts(kernel).map((part, k) => graph.floats(packed[k], part.shape));
  return { layout: 'kernel', kernel, parts };
}

/** For each convolution the carried weight that it takes, for each gradient of a weight the one that it moves. */
function weightNames(
  order: readonly Tensor[],
  carried: readonly Carried[],
  next: readonly Tensor[],
): ReadonlyMap<Tensor, string> {
  const names = new Map<Tensor, string>();
  const nameOf = (tensor: Tensor): string | null => {
    if (tensor.kind === 'input') return tensor.name;
    return tensor.kind === 'computed' && tensor.operator.name === 'slice' ? nameOf(tensor.inputs[0]) : null;
  };
  for (const tensor of order) {
    if (tensor.kind !== 'computed' || !/^conv|^doubling/.test(tensor.operator.name)) continue;
    const name = tensor.operator.name === 'convWeightGradient' ? null : nameOf(tensor.inputs[1]);
    if (name !== null) names.set(tensor, name);
  }
  carried.forEach(({ input }, i) => {
    const stack = [next[i]];
    for (let tensor = stack.pop(); tensor; tensor = stack.pop()) {
      if (tensor.kind !== 'computed' || names.has(tensor)) continue;
      if (tensor.operator.name === 'convWeightGradient') names.set(tensor, input.name);
      else if (MOVES_WEIGHTS.has(tensor.operator.name)) stack.push(...tensor.inputs);
    }
  });
  return names;
}

/** What stands between a weight's gradient and its next value. */
const MOVES_WEIGHTS = new Set(['add', 'sub', 'mul', 'div', 'sqrt', 'scaledSum', 'embed', 'slice']);

function isRectified(tensor: Tensor): boolean {
  return (
    tensor.kind === 'computed' &&
    tensor.operator.name === 'affineSum' &&
    (tensor.attributes as { readonly relu: boolean }).relu
  );
}

/** The forms for a kind of device. */
function formsFor({ convBlock }: DeviceTraits): FormTable {
  return convBlock === null ? genericForms : blockedForms;
}

function useOf({ inputs, attributes, shape }: Computed): Use<unknown> {
  return { shapes: inputs.map((input) => input.shape), attributes, shape };
}

function formFor(table: FormTable, tensor: Computed, traits: DeviceTraits): Form<unknown> {
  const { name } = tensor.operator;
  const forms = ((table.forms as Record<string, unknown>)[name] ?? []) as readonly Form<unknown>[];
  const use = useOf(tensor);
  const form = forms.find(({ applies }) => !applies || applies(use, traits));
  if (!form) throw new Error(`lowering: no form of ${name} applies`);
  return form;
}
