/**
 * Computes a program in float64 by the operators' equations, one loop a sum: slow, plain, and what every lowering and every
 * gradient rule is held against.
 */
import {
  elementCount,
  inOrder,
  type ConvAttributes,
  type EmbedAttributes,
  type OperatorAttributes,
  type OperatorName,
  type Shape,
  type SliceAttributes,
  type Tensor,
} from '../index.ts';

export type Numbers = Float64Array;
type Rule<A> = (inputs: readonly { data: Numbers; shape: Shape }[], attributes: A, shape: Shape) => Numbers;

/** The values of `roots`, from the values of the inputs by name. */
export function compute(roots: readonly Tensor[], fed: Readonly<Record<string, ArrayLike<number>>>): Numbers[] {
  const values = new Map<Tensor, Numbers>();
  for (const tensor of inOrder(roots)) {
    if (tensor.kind === 'input') values.set(tensor, Float64Array.from(fed[tensor.name]));
    else if (tensor.kind === 'constant') values.set(tensor, Float64Array.from(tensor.data));
    else {
      const rule = rules[tensor.operator.name as OperatorName] as Rule<unknown>;
      const inputs = tensor.inputs.map((t) => ({ data: values.get(t) as Numbers, shape: t.shape }));
      values.set(tensor, rule(inputs, tensor.attributes, tensor.shape));
    }
  }
  return roots.map((root) => values.get(root) as Numbers);
}

const rules: { [Name in OperatorName]: Rule<OperatorAttributes[Name]> } = {
  add: elementwise((a, b) => a + b),
  sub: elementwise((a, b) => a - b),
  mul: elementwise((a, b) => a * b),
  div: elementwise((a, b) => a / b),
  gate: elementwise((x, g) => (g > 0 ? x : 0)),
  sqrt: ([a]) => a.data.map(Math.sqrt),
  exp: ([a]) => a.data.map(Math.exp),
  relu: ([a]) => a.data.map((v) => Math.max(v, 0)),
  sum: ([a]) => Float64Array.of(a.data.reduce((s, v) => s + v, 0)),
  spread: ([a], _, shape) => new Float64Array(elementCount(shape)).fill(a.data[0]),
  affine: ([x, scale, shift]) =>
    x.data.map((v, i) => v * scale.data[channel(x.shape, i)] + (shift ? shift.data[channel(x.shape, i)] : 0)),
  channelDot: ([a, b]) => perChannel(a.shape, (i) => a.data[i] * b.data[i]),
  channelSum: ([x]) => perChannel(x.shape, (i) => x.data[i]),
  channelSpread: ([x], _, shape) => new Float64Array(elementCount(shape)).map((_, i) => x.data[channel(shape, i)]),
  slice([x], attributes, shape) {
    const out = new Float64Array(elementCount(shape));
    eachInRange(x.shape, attributes, (inner, outer) => (out[inner] = x.data[outer]));
    return out;
  },
  embed([x], { axis, start, length }, shape) {
    const out = new Float64Array(elementCount(shape));
    eachInRange(shape, { axis, start, length: x.shape[axis] }, (inner, outer) => (out[outer] = x.data[inner]));
    if (length !== shape[axis]) throw new Error('embed: extent');
    return out;
  },
  conv([x, w, b], attributes, shape) {
    const y = new Float64Array(elementCount(shape));
    eachProduct(x.shape, w.shape, shape, attributes, (ix, iw, iy) => (y[iy] += x.data[ix] * w.data[iw]));
    return b ? y.map((v, i) => v + b.data[channel(shape, i)]) : y;
  },
  convTranspose([y, w, b], attributes, shape) {
    const x = new Float64Array(elementCount(shape));
    eachProduct(shape, w.shape, y.shape, attributes, (ix, iw, iy) => (x[ix] += y.data[iy] * w.data[iw]));
    return b ? x.map((v, i) => v + b.data[channel(shape, i)]) : x;
  },
  convWeightGradient([x, y], attributes, shape) {
    const w = new Float64Array(elementCount(shape));
    eachProduct(x.shape, shape, y.shape, attributes, (ix, iw, iy) => (w[iw] += x.data[ix] * y.data[iy]));
    return w;
  },
};

function elementwise(f: (a: number, b: number) => number): Rule<object> {
  return ([a, b], _, shape) => {
    const [ia, ib] = [a, b].map(({ shape: { length } }) => (length === 0 ? () => 0 : (i: number) => i));
    return new Float64Array(elementCount(shape)).map((_, i) => f(a.data[ia(i)], b.data[ib(i)]));
  };
}

function channel(shape: Shape, i: number): number {
  return Math.floor(i / elementCount(shape.slice(2))) % shape[1];
}

function perChannel(shape: Shape, value: (i: number) => number): Numbers {
  const sums = new Float64Array(shape[1]);
  for (let i = 0; i < elementCount(shape); i++) sums[channel(shape, i)] += value(i);
  return sums;
}

function eachInRange(
  whole: Shape,
  range: SliceAttributes | EmbedAttributes,
  visit: (inner: number, outer: number) => void,
) {
  const inside = elementCount(whole.slice(range.axis + 1));
  const before = elementCount(whole.slice(0, range.axis));
  let inner = 0;
  for (let b = 0; b < before; b++)
    for (let i = 0; i < range.length; i++)
      for (let k = 0; k < inside; k++) visit(inner++, (b * whole[range.axis] + range.start + i) * inside + k);
}

/** Every triple (index into x, into w, into y) that a convolution multiplies: x[n,c, s p + k - a], w[o,c,k], y[n,o,p]. */
function eachProduct(
  x: Shape,
  w: Shape,
  y: Shape,
  { strides, pads }: ConvAttributes,
  visit: (ix: number, iw: number, iy: number) => void,
) {
  const kernel = w.slice(2);
  const at = (shape: Shape, position: readonly number[]) => position.reduce((i, p, axis) => i * shape[axis] + p, 0);
  for (const p of positions(y.slice(2)))
    for (const k of positions(kernel)) {
      const q = p.map((v, i) => v * strides[i] + k[i] - pads[i]);
      if (q.some((v, i) => v < 0 || v >= x[i + 2])) continue;
      for (let n = 0; n < y[0]; n++)
        for (let o = 0; o < w[0]; o++)
          for (let c = 0; c < w[1]; c++) visit(at(x, [n, c, ...q]), at(w, [o, c, ...k]), at(y, [n, o, ...p]));
    }
}

function positions(extents: Shape): number[][] {
  return extents.reduce<number[][]>(
    (found, extent) => found.flatMap((p) => Array.from({ length: extent }, (_, i) => [...p, i])),
    [[]],
  );
}
