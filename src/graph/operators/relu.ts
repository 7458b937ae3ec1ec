/**
 * The rectifier and the gate that its gradient needs.
 *
 *   relu  y = max(x, 0)                  dx = dy where y > 0, else 0
 *   gate  y = x where g > 0, else 0      dx = dy where g > 0, else 0      dg = 0 almost everywhere
 *
 * Gated by y, not by x: then x need not be kept.
 */
import { apply, equalShape, ShapeError, type Operator, type Tensor } from '../tensor.ts';

export function relu(x: Tensor): Tensor {
  return apply(reluOperator, [x], {});
}

/** `x` where `g` is positive, 0 elsewhere. */
export function gate(x: Tensor, g: Tensor): Tensor {
  return apply(gateOperator, [x, g], {});
}

export const reluOperator: Operator<object> = {
  name: 'relu',
  shape: ([x]) => x,
  gradient: (y, dy) => [gate(dy, y)],
};

export const gateOperator: Operator<object> = {
  name: 'gate',
  shape([x, g]) {
    if (!equalShape(x, g)) throw new ShapeError('gate', 'shapes must be equal', [x, g]);
    return x;
  },
  gradient: ({ inputs: [, g] }, dy) => [gate(dy, g), null],
};
