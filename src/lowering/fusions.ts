/**
 * Fusions: what a device computes in one pass is made one operator, for tables that have forms of it.
 *
 *   convolution  y = relu?(sum over sources conv(x_i, w_i) + b)     from a chain of add over conv, and the relu behind it
 *   doubling     y = relu?(convTranspose(x, w) + b)                 likewise
 *   affineSum    y = relu?(x s + t + z)                             from affine, an add beside it, and the relu behind it
 *   affineGate   y = x where c s + t > 0, else 0                    from gate by relu(affine(c, s, t))
 *   scaledSum    y = k x + z                                        from add over mul by a number
 *   dot          y = sum over i  a[i] b[i]                          from sum over mul
 *
 * A tensor is fused into its user only where that is its only user, so nothing is computed twice; but for the gate, which
 * goes by what the rectified tensor was made of, so that this one need not be kept for it.
 */
import { equalShape, inOrder } from '../graph/index.ts';
import type {
  Computed,
  ConvAttributes,
  ConvTransposeAttributes,
  Operator,
  OperatorAttributes,
  OperatorName,
  Tensor,
} from '../graph/index.ts';

export interface ConvolutionAttributes extends ConvAttributes {
  /** Inputs are x and w of each source, then the bias where there is one. */
  readonly sources: number;
  readonly relu: boolean;
}

export interface DoublingAttributes extends ConvTransposeAttributes {
  readonly relu: boolean;
}

/** Inputs are x and scale, then shift, then the sum, where there are. */
export interface AffineSumAttributes {
  readonly shift: boolean;
  readonly sum: boolean;
  readonly relu: boolean;
}

export interface FusedAttributes {
  convolution: ConvolutionAttributes;
  doubling: DoublingAttributes;
  affineSum: AffineSumAttributes;
  /** Inputs are x, c, scale and shift. */
  affineGate: object;
  /** Inputs are x and z, then k where it is no constant: `factor` is null there. */
  scaledSum: { readonly factor: number | null };
  dot: object;
}

export type FusedName = keyof FusedAttributes;

/** What a table with fusions has forms of: fused operators take the place of those that they are made of. */
export type LoweredAttributes = Omit<OperatorAttributes, 'conv' | 'convTranspose' | 'affine'> & FusedAttributes;
export type LoweredName = Exclude<OperatorName, 'conv' | 'convTranspose' | 'affine'> | FusedName;

/** `roots` with their operators fused; each entry stands for the root of the same place. */
export function fuse(roots: readonly Tensor[]): Tensor[] {
  const order = inOrder(roots);
  const users = new Map<Tensor, number>();
  const use = (tensor: Tensor) => users.set(tensor, (users.get(tensor) ?? 0) + 1);
  roots.forEach(use);
  for (const tensor of order) if (tensor.kind === 'computed') tensor.inputs.forEach(use);

  const fused = new Map<Tensor, Tensor>();
  for (const tensor of order) {
    if (tensor.kind !== 'computed') {
      fused.set(tensor, tensor);
      continue;
    }
    const inputs = tensor.inputs.map((input) => fused.get(input) as Tensor);
    const alone = tensor.inputs.map((input) => users.get(input) === 1);
    const rule = (RULES as Readonly<Record<string, Rule | undefined>>)[tensor.operator.name];
    fused.set(tensor, rule?.(tensor, inputs, alone) ?? { ...tensor, inputs });
  }
  return roots.map((root) => fused.get(root) as Tensor);
}

/** What takes an operator's place, its inputs being fused already; `alone`: those that nobody else uses. */
type Rule = (tensor: Computed, inputs: readonly Tensor[], alone: readonly boolean[]) => Computed | null;

const RULES: { readonly [Name in OperatorName]?: Rule } = {
  conv: (tensor, inputs) =>
    made(tensor, 'convolution', inputs, { ...(tensor.attributes as ConvAttributes), sources: 1, relu: false }),

  convTranspose: (tensor, inputs) =>
    made(tensor, 'doubling', inputs, { ...(tensor.attributes as ConvTransposeAttributes), relu: false }),

  affine: (tensor, inputs) =>
    made(tensor, 'affineSum', inputs, { shift: inputs.length === 3, sum: false, relu: false }),

  relu(_, [x], [alone]) {
    const open = is(x, 'convolution') || is(x, 'doubling') || is(x, 'affineSum') ? x : null;
    return open && alone && !open.attributes.relu ? { ...open, attributes: { ...open.attributes, relu: true } } : null;
  },

  gate(tensor, [x, by]) {
    const known = is(by, 'affineSum') && by.attributes.relu && by.attributes.shift && !by.attributes.sum ? by : null;
    return known && made(tensor, 'affineGate', [x, ...known.inputs], {});
  },

  add(tensor, [a, b], [aAlone, bAlone]) {
    if (is(a, 'convolution') && is(b, 'convolution') && aAlone && bAlone) return joinedConvolutions(tensor, a, b);
    for (const [x, other, alone] of [
      [a, b, aAlone],
      [b, a, bAlone],
    ] as const) {
      if (!alone || other.shape.length === 0) continue;
      if (is(x, 'affineSum') && !x.attributes.sum && !x.attributes.relu)
        return made(tensor, 'affineSum', [...x.inputs, other], { ...x.attributes, sum: true });
      const scaled = scaling(x);
      if (scaled?.by.kind === 'constant')
        return made(tensor, 'scaledSum', [scaled.x, other], { factor: scaled.by.data[0] });
      if (scaled) return made(tensor, 'scaledSum', [scaled.x, other, scaled.by], { factor: null });
    }
    return null;
  },

  sum(tensor, [x], [alone]) {
    const product = alone && x.kind === 'computed' && x.operator.name === 'mul' ? x.inputs : null;
    return product && equalShape(product[0].shape, product[1].shape) ? made(tensor, 'dot', product, {}) : null;
  },
};

function made<Name extends FusedName>(
  { shape }: Computed,
  name: Name,
  inputs: readonly Tensor[],
  attributes: FusedAttributes[Name],
): Computed {
  return { kind: 'computed', operator: lowered(name), inputs, attributes, shape };
}

/** Two convolutions of the same kernel, strides and pads, at most one with a bias, as one. */
function joinedConvolutions(tensor: Computed, a: Fused<'convolution'>, b: Fused<'convolution'>): Computed | null {
  const [sourcesOfA, biasOfA] = split(a);
  const [sourcesOfB, biasOfB] = split(b);
  const alike =
    (['strides', 'pads'] as const).every((name) => equalShape(a.attributes[name], b.attributes[name])) &&
    equalShape(sourcesOfA[1].shape.slice(2), sourcesOfB[1].shape.slice(2));
  if (!alike || a.attributes.relu || b.attributes.relu || (biasOfA && biasOfB)) return null;
  const bias = biasOfA ?? biasOfB;
  const sources = a.attributes.sources + b.attributes.sources;
  const inputs = [...sourcesOfA, ...sourcesOfB, ...(bias ? [bias] : [])];
  return made(tensor, 'convolution', inputs, { ...a.attributes, sources });
}

function split({ inputs, attributes }: Fused<'convolution'>): [readonly Tensor[], Tensor | undefined] {
  return [inputs.slice(0, 2 * attributes.sources), inputs[2 * attributes.sources]];
}

/** A product of a tensor and a number. */
function scaling(tensor: Tensor): { readonly x: Tensor; readonly by: Tensor } | null {
  if (tensor.kind !== 'computed' || tensor.operator.name !== 'mul') return null;
  const [a, b] = tensor.inputs;
  if (a.shape.length > 0 && b.shape.length === 0) return { x: a, by: b };
  if (b.shape.length > 0 && a.shape.length === 0) return { x: b, by: a };
  return null;
}

type Fused<Name extends FusedName> = Computed & { readonly attributes: FusedAttributes[Name] };

function is<Name extends FusedName>(tensor: Tensor, name: Name): tensor is Fused<Name> {
  return tensor.kind === 'computed' && tensor.operator.name === name;
}

/** An operator of lowered programs only: its shape is known already, and nobody differentiates it. */
function lowered(name: FusedName): Operator {
  const never = () => {
    throw new Error(`${name} is made by lowering, of operators that have shapes and gradients.`);
  };
  return { name, shape: never, gradient: never };
}
