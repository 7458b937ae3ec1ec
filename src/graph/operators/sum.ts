/**
 * The sum over all elements, and its adjoint: a single number spread over a shape.
 *
 *   sum     y = sum over i  x[i]      dx = dy spread over x's shape
 *   spread  y[i] = x                  dx = sum over i  dy[i]
 */
import { apply, ShapeError, type Operator, type Shape, type Tensor } from '../tensor.ts';

export function sum(x: Tensor): Tensor {
  return apply(sumOperator, [x], {});
}

/** A single number (shape []) at every element of `shape`. */
export function spread(x: Tensor, shape: Shape): Tensor {
  return apply(spreadOperator, [x], { shape });
}

export const sumOperator: Operator<object> = {
  name: 'sum',
  shape: () => [],
  gradient: ({ inputs: [x] }, dy) => [spread(dy, x.shape)],
};

export const spreadOperator: Operator<{ readonly shape: Shape }> = {
  name: 'spread',
  shape([x], { shape }) {
    if (x.length > 0) throw new ShapeError('spread', 'only a single number can be spread', [x, shape]);
    return shape;
  },
  gradient: (_, dy) => [sum(dy)],
};
