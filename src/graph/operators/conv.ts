/**
 * Convolution over the trailing axes (a cross-correlation, ungrouped, undilated), its transpose, and the gradient of its
 * weight. The three are closed under differentiation: the gradient of each is made of the other two.
 *
 *   conv                y[n,o,p]  = b[o] + sum over c,k  x[n,c, s p + k - a] w[o,c,k]     s strides, a pads before; per axis
 *   convTranspose       x[n,c,q]  = b[c] + sum over o, p, k with s p + k - a = q  y[n,o,p] w[o,c,k]
 *   convWeightGradient  w[o,c,k]  = sum over n,p  y[n,o,p] x[n,c, s p + k - a]
 *
 * Positions outside x count as zero. Shapes: x (n, c, z, y, x), y (n, o, z', y', x'), w (o, c, kz, ky, kx); two trailing axes
 * likewise. w is laid out alike in all three, so a transposed convolution of PyTorch (weight (in, out, ...)) takes its weight
 * as it is.
 */
import { apply, ShapeError, type Operator, type Shape, type Tensor } from '../tensor.ts';
import { channelSum } from './channels.ts';

export interface ConvAttributes {
  readonly strides: readonly number[];
  /** Zeros before and behind each trailing axis, alike on both sides. */
  readonly pads: readonly number[];
}

/** The transpose also says the extents of its result's trailing axes: a stride leaves them open. */
export interface ConvTransposeAttributes extends ConvAttributes {
  readonly extents: readonly number[];
}

/** The weight's gradient also says the kernel's extents. */
export interface ConvWeightAttributes extends ConvAttributes {
  readonly kernel: readonly number[];
}

export function conv(x: Tensor, w: Tensor, b: Tensor | null, { strides, pads }: ConvAttributes): Tensor {
  return apply(convOperator, b ? [x, w, b] : [x, w], { strides, pads });
}

export function convTranspose(y: Tensor, w: Tensor, b: Tensor | null, attributes: ConvTransposeAttributes): Tensor {
  const { strides, pads, extents } = attributes;
  return apply(convTransposeOperator, b ? [y, w, b] : [y, w], { strides, pads, extents });
}

export function convWeightGradient(x: Tensor, y: Tensor, { strides, pads, kernel }: ConvWeightAttributes): Tensor {
  return apply(convWeightGradientOperator, [x, y], { strides, pads, kernel });
}

export const convOperator: Operator<ConvAttributes> = {
  name: 'conv',
  shape([x, w, b], attributes) {
    if (x[1] !== w[1]) throw new ShapeError('conv', 'input channels differ', [x, w]);
    if (b && (b.length !== 1 || b[0] !== w[0])) throw new ShapeError('conv', 'one bias an output channel', [w, b]);
    return [x[0], w[0], ...outputExtents(x.slice(2), w.slice(2), attributes)];
  },
  gradient({ inputs: [x, w, b], attributes }, dy) {
    return [
      convTranspose(dy, w, null, { ...attributes, extents: x.shape.slice(2) }),
      convWeightGradient(x, dy, { ...attributes, kernel: w.shape.slice(2) }),
      ...(b ? [channelSum(dy)] : []),
    ];
  },
};

export const convTransposeOperator: Operator<ConvTransposeAttributes> = {
  name: 'convTranspose',
  shape([y, w, b], attributes) {
    if (y[1] !== w[0]) throw new ShapeError('convTranspose', 'channels differ', [y, w]);
    if (b && (b.length !== 1 || b[0] !== w[1])) throw new ShapeError('convTranspose', 'one bias a channel', [w, b]);
    needExtents('convTranspose', attributes.extents, w.slice(2), y, attributes);
    return [y[0], w[1], ...attributes.extents];
  },
  gradient({ inputs: [y, w, b], attributes }, dx) {
    return [
      conv(dx, w, null, attributes),
      convWeightGradient(dx, y, { ...attributes, kernel: w.shape.slice(2) }),
      ...(b ? [channelSum(dx)] : []),
    ];
  },
};

export const convWeightGradientOperator: Operator<ConvWeightAttributes> = {
  name: 'convWeightGradient',
  shape([x, y], attributes) {
    if (x[0] !== y[0]) throw new ShapeError('convWeightGradient', 'batches differ', [x, y]);
    needExtents('convWeightGradient', x.slice(2), attributes.kernel, y, attributes);
    return [y[1], x[1], ...attributes.kernel];
  },
  gradient({ inputs: [x, y], attributes }, dw) {
    return [convTranspose(y, dw, null, { ...attributes, extents: x.shape.slice(2) }), conv(x, dw, null, attributes)];
  },
};

function outputExtents(x: Shape, kernel: Shape, { strides, pads }: ConvAttributes): Shape {
  return x.map((extent, i) => {
    const out = Math.floor((extent + 2 * pads[i] - kernel[i]) / strides[i]) + 1;
    if (out < 1) throw new ShapeError('conv', 'the kernel is larger than the padded input', [x, kernel]);
    return out;
  });
}

function needExtents(operator: string, x: Shape, kernel: Shape, y: Shape, attributes: ConvAttributes): void {
  const expected = outputExtents(x, kernel, attributes);
  if (expected.some((extent, i) => extent !== y[i + 2]))
    throw new ShapeError(operator, 'the result of the convolution has other extents', [x, y]);
}
