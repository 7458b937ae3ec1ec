import { describe, it } from 'vitest';
import { constant, type Shape } from '../tensor.ts';
import { expectGradient } from '../testing/expect-gradient.ts';
import { add, div, exp, mul, sqrt, sub } from './elementwise.ts';

const shapes: { a: Shape; b: Shape }[] = [
  { a: [2, 3], b: [2, 3] },
  { a: [2, 3], b: [] },
  { a: [], b: [4] },
];

describe.each(shapes)('with shapes ($a) and ($b)', (of) => {
  it('add: gradient equals the difference', () => expectGradient(of, ({ a, b }) => add(a, b)));
  it('sub: gradient equals the difference', () => expectGradient(of, ({ a, b }) => sub(a, b)));
  it('mul: gradient equals the difference', () => expectGradient(of, ({ a, b }) => mul(a, b)));
  it('div: gradient equals the difference', () => expectGradient(of, ({ a, b }) => div(a, b)));
});
it('sqrt: gradient equals the difference', () => expectGradient({ a: [5] }, ({ a }) => sqrt(a), { positive: true }));
it('exp: gradient equals the difference', () => expectGradient({ a: [5] }, ({ a }) => exp(a)));
it('a tensor used twice gets both gradients', () =>
  expectGradient({ a: [3] }, ({ a }) => mul(add(a, constant(2)), mul(a, a))));
