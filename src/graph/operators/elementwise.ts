/**
 * Arithmetic on tensors of one shape; either side of add, sub, mul and div may be a single number (shape []) instead.
 *
 *   add  y = a + b     da = dy             db = dy
 *   sub  y = a - b     da = dy             db = -dy
 *   mul  y = a b       da = dy b           db = dy a
 *   div  y = a / b     da = dy / b         db = -dy y / b
 *   sqrt y = a^1/2     da = dy / (2 y)
 *   exp  y = e^a       da = dy y
 *
 * The gradient of a single number is the sum over the shape that it was spread to.
 */
import { apply, constant, equalShape, ShapeError, type Operator, type Shape, type Tensor } from '../tensor.ts';
import { sum } from './sum.ts';

export function add(a: Tensor, b: Tensor): Tensor {
  return apply(addOperator, [a, b], {});
}

export function sub(a: Tensor, b: Tensor): Tensor {
  return apply(subOperator, [a, b], {});
}

export function mul(a: Tensor, b: Tensor): Tensor {
  return apply(mulOperator, [a, b], {});
}

export function div(a: Tensor, b: Tensor): Tensor {
  return apply(divOperator, [a, b], {});
}

export function sqrt(a: Tensor): Tensor {
  return apply(sqrtOperator, [a], {});
}

export function exp(a: Tensor): Tensor {
  return apply(expOperator, [a], {});
}

export const addOperator: Operator<object> = {
  name: 'add',
  shape: ([a, b]) => commonShape('add', a, b),
  gradient: ({ inputs: [a, b] }, dy) => [sumTo(a, dy), sumTo(b, dy)],
};

export const subOperator: Operator<object> = {
  name: 'sub',
  shape: ([a, b]) => commonShape('sub', a, b),
  gradient: ({ inputs: [a, b] }, dy) => [sumTo(a, dy), sumTo(b, mul(dy, constant(-1)))],
};

export const mulOperator: Operator<object> = {
  name: 'mul',
  shape: ([a, b]) => commonShape('mul', a, b),
  gradient: ({ inputs: [a, b] }, dy) => [sumTo(a, mul(dy, b)), sumTo(b, mul(dy, a))],
};

export const divOperator: Operator<object> = {
  name: 'div',
  shape: ([a, b]) => commonShape('div', a, b),
  gradient: (y, dy) => {
    const [a, b] = y.inputs;
    const da = div(dy, b);
    return [sumTo(a, da), sumTo(b, mul(mul(da, y), constant(-1)))];
  },
};

export const sqrtOperator: Operator<object> = {
  name: 'sqrt',
  shape: ([a]) => a,
  gradient: (y, dy) => [div(mul(dy, constant(0.5)), y)],
};

export const expOperator: Operator<object> = {
  name: 'exp',
  shape: ([a]) => a,
  gradient: (y, dy) => [mul(dy, y)],
};

function commonShape(operator: string, a: Shape, b: Shape): Shape {
  if (b.length === 0 || equalShape(a, b)) return a;
  if (a.length === 0) return b;
  throw new ShapeError(operator, 'shapes must be equal, or one side a single number', [a, b]);
}

function sumTo(input: Tensor, gradient: Tensor): Tensor {
  return input.shape.length === 0 && gradient.shape.length > 0 ? sum(gradient) : gradient;
}
