/**
 * Which tensors are weights in blocks: those that a form takes as such, and all that meet them element by element: their
 * gradients, Adam's moments, the next step's values. Then nothing is converted from step to step.
 *
 * A range of the input channels (slice, embed along axis 1) belongs to the family too: it is some of the parts.
 */
import { equalShape, type Computed, type SliceAttributes, type Tensor } from '../graph/index.ts';
import type { Form, Use } from './form.ts';
import type { KernelLayout } from './kernel-layout.ts';

/** `twins` are pairs that must lie alike: what a program carries, and its next value. */
export function kernelLayouts(
  order: readonly Tensor[],
  twins: readonly (readonly [Tensor, Tensor])[],
  formOf: (tensor: Computed) => Form<unknown>,
  block: number,
): Map<Tensor, KernelLayout> {
  const families = new Families();
  const taken = new Set<Tensor>();
  for (const tensor of order) {
    if (tensor.kind !== 'computed') continue;
    const { operator, inputs, attributes, shape } = tensor;
    const use: Use<unknown> = { shapes: inputs.map((input) => input.shape), attributes, shape };
    for (const i of formOf(tensor).kernels?.(use) ?? []) taken.add(inputs[i]);
    if (ELEMENTWISE.has(operator.name)) {
      for (const input of inputs) if (equalShape(input.shape, shape)) families.join(input, tensor);
    } else if (isRange(tensor)) families.join(inputs[0], tensor);
  }
  for (const [a, b] of twins) families.join(a, b);

  const members = new Map<Tensor, Tensor[]>();
  for (const tensor of new Set([...order, ...twins.flat()])) {
    const family = members.get(families.of(tensor));
    if (family) family.push(tensor);
    else members.set(families.of(tensor), [tensor]);
  }
  const layouts = new Map<Tensor, KernelLayout>();
  for (const root of new Set([...taken].map((tensor) => families.of(tensor)))) {
    const family = members.get(root) as Tensor[];
    const whole = Math.max(...family.map(({ shape }) => shape[1]));
    const cuts = new Set([0, whole]);
    for (const tensor of family) {
      if (tensor.kind !== 'computed' || !isRange(tensor)) continue;
      const { start } = tensor.attributes;
      cuts.add(start).add(start + Math.min(tensor.shape[1], tensor.inputs[0].shape[1]));
    }
    const sorted = [...cuts].toSorted((a, b) => a - b);
    const sources = sorted.slice(1).map((cut, i) => cut - sorted[i]);
    for (const tensor of family) {
      const { shape } = tensor;
      layouts.set(tensor, { shape, block, sources: shape[1] === whole ? sources : [shape[1]] });
    }
  }
  return layouts;
}

/** Operators that keep every number at its place. */
const ELEMENTWISE = new Set(['add', 'sub', 'mul', 'div', 'sqrt', 'scaledSum']);

function isRange(tensor: Computed): tensor is Computed<SliceAttributes> {
  const { name } = tensor.operator;
  return (name === 'slice' || name === 'embed') && (tensor.attributes as SliceAttributes).axis === 1;
}

/** Disjoint sets of tensors. */
class Families {
  readonly #parent = new Map<Tensor, Tensor>();

  of(tensor: Tensor): Tensor {
    let root = tensor;
    for (let next = this.#parent.get(root); next; next = this.#parent.get(root)) root = next;
    if (root !== tensor) this.#parent.set(tensor, root);
    return root;
  }

  join(a: Tensor, b: Tensor): void {
    const [rootOfA, rootOfB] = [this.of(a), this.of(b)];
    if (rootOfA !== rootOfB) this.#parent.set(rootOfA, rootOfB);
  }
}
