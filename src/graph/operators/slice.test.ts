import { expect, it } from 'vitest';
import { constant } from '../tensor.ts';
import { expectGradient } from '../testing/expect-gradient.ts';
import { compute } from '../testing/reference.ts';
import { embed, slice } from './slice.ts';

it('slice: gradient equals the difference', () => expectGradient({ x: [2, 5, 2] }, ({ x }) => slice(x, 1, 1, 3)));
it('embed: gradient equals the difference', () => expectGradient({ x: [2, 2, 2] }, ({ x }) => embed(x, 1, 1, 4)));
it('embed puts zeros around, slice takes them away', () => {
  const x = constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
  const [wide, back] = compute([embed(x, 1, 1, 4), slice(embed(x, 1, 1, 4), 1, 1, 2)], {});
  expect([...wide]).toEqual([0, 1, 2, 0, 0, 3, 4, 0]);
  expect([...back]).toEqual([1, 2, 3, 4]);
});
it('a range that is not there is refused', () =>
  expect(() => slice(constant(0, [2, 2]), 1, 1, 2)).toThrow(/1..3 of axis 1/));
