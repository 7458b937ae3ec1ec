import { expect, it } from 'vitest';
import { gradients } from './gradients.ts';
import { inOrder } from './order.ts';
import { affine, channelDot, channelSum } from './operators/channels.ts';
import { add, mul } from './operators/elementwise.ts';
import { sum } from './operators/sum.ts';
import { input, type Tensor } from './tensor.ts';

it('a tensor that the loss does not depend on has no gradient', () => {
  const [a, b] = [input('a', [2]), input('b', [2])];
  const [da, db] = gradients(sum(mul(a, a)), [a, b]);
  expect(da).not.toBeNull();
  expect(db).toBeNull();
});
it('what leads to no wanted tensor is not differentiated', () => {
  const [a, b] = [input('a', [2]), input('b', [2])];
  const [da] = gradients(sum(mul(a, b)), [a]);
  expect(inOrder([da as Tensor])).toContain(b);
  expect(inOrder([da as Tensor])).not.toContain(a);
});
it('a mean folds into the map beside it: no pass of its own', () => {
  const x = input('x', [1, 2, 4]);
  const [dx] = gradients(sum(add(channelSum(x), channelDot(x, x))), [x]);
  const names = inOrder([dx as Tensor]).map((t) => (t.kind === 'computed' ? t.operator.name : t.kind));
  expect(names).not.toContain('channelSpread');
  expect(names.filter((name) => name === 'affine')).toHaveLength(1);
});
it('only a single number is a loss', () =>
  expect(() => gradients(affine(input('x', [1, 2, 2]), input('s', [2]), null), [])).toThrow(/single number/));
