import { expect, it } from 'vitest';
import { mul } from './operators/elementwise.ts';
import { program } from './program.ts';
import { input } from './tensor.ts';

const [a, b] = [input('a', [2]), input('b', [2])];

it('what is not carried is fed', () => {
  const { fed } = program({ y: mul(a, b) }, [{ input: a, next: mul(a, a) }]);
  expect(fed).toEqual([b]);
});
it('names that would hide one another are refused', () => {
  expect(() => program({ y: mul(a, input('a', [2])) })).toThrow(/called a/);
  expect(() => program({ a: mul(a, b) })).toThrow(/called a/);
});
it('a carried tensor keeps its shape', () =>
  expect(() => program({}, [{ input: a, next: input('c', [3]) }])).toThrow(/same shape/));
