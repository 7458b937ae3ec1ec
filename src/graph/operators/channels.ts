/**
 * Per-channel arithmetic on (n, c, ...positions): the four operators that batch norm and its gradient are made of.
 *
 *   affine         y[n,c,p] = x[n,c,p] s[c] + t[c]         dx = affine(dy, s)      ds = dot(dy, x)      dt = sum(dy)
 *   channelDot     y[c] = sum over n,p  a[n,c,p] b[n,c,p]  da = affine(b, dy)      db = affine(a, dy)
 *   channelSum     y[c] = sum over n,p  x[n,c,p]           dx = spread(dy)
 *   channelSpread  y[n,c,p] = x[c]                         dx = sum(dy)
 */
import { apply, constant, equalShape, ShapeError, type Operator, type Shape, type Tensor } from '../tensor.ts';
import { mul } from './elementwise.ts';

/** `x` (n, c, ...) times `scale` (c), plus `shift` (c) where it is given. */
export function affine(x: Tensor, scale: Tensor, shift: Tensor | null): Tensor {
  return apply(affineOperator, shift ? [x, scale, shift] : [x, scale], {});
}

/** The sum of a * b over all but the channel axis: (c). */
export function channelDot(a: Tensor, b: Tensor): Tensor {
  return apply(channelDotOperator, [a, b], {});
}

/** The sum over all but the channel axis: (c). */
export function channelSum(x: Tensor): Tensor {
  return apply(channelSumOperator, [x], {});
}

/** `x` (c) at every position of `shape` (n, c, ...). */
export function channelSpread(x: Tensor, shape: Shape): Tensor {
  return apply(channelSpreadOperator, [x], { shape });
}

export const affineOperator: Operator<object> = {
  name: 'affine',
  shape([x, scale, shift]) {
    needChannels('affine', x, scale);
    if (shift) needChannels('affine', x, shift);
    return x;
  },
  gradient: ({ inputs: [x, scale, shift] }, dy) => [
    affine(dy, scale, null),
    channelDot(dy, x),
    ...(shift ? [channelSum(dy)] : []),
  ],
};

export const channelDotOperator: Operator<object> = {
  name: 'channelDot',
  shape([a, b]) {
    if (!equalShape(a, b)) throw new ShapeError('channelDot', 'shapes must be equal', [a, b]);
    return [a[1]];
  },
  gradient({ inputs: [a, b] }, dy) {
    // A sum of squares is one tensor's twice: one pass over it instead of two.
    if (a === b) return [affine(a, mul(dy, constant(2)), null), null];
    return [affine(b, dy, null), affine(a, dy, null)];
  },
};

export const channelSumOperator: Operator<object> = {
  name: 'channelSum',
  shape: ([x]) => [x[1]],
  gradient: ({ inputs: [x] }, dy) => [channelSpread(dy, x.shape)],
};

export const channelSpreadOperator: Operator<{ readonly shape: Shape }> = {
  name: 'channelSpread',
  shape([x], { shape }) {
    needChannels('channelSpread', shape, x);
    return shape;
  },
  gradient: (_, dy) => [channelSum(dy)],
};

function needChannels(operator: string, x: Shape, perChannel: Shape): void {
  if (!equalShape(perChannel, [x[1]]))
    throw new ShapeError(operator, 'one number a channel is needed', [x, perChannel]);
}
