import { it } from 'vitest';
import {
  add,
  affine,
  channelDot,
  channelSpread,
  channelSum,
  div,
  embed,
  exp,
  gate,
  mul,
  relu,
  slice,
  spread,
  sqrt,
  sub,
  sum,
} from '../../graph/index.ts';
import { expectLowering } from '../testing/expect-lowering.ts';

const pair = { a: [2, 3, 4], b: [2, 3, 4] };
const withNumber = { a: [2, 3, 4], b: [] };

it.each([pair, withNumber])('add, sub, mul, div of %o are computed as the equations say', async (shapes) => {
  await expectLowering(shapes, ({ a, b }) => add(a, b));
  await expectLowering(shapes, ({ a, b }) => sub(a, b));
  await expectLowering(shapes, ({ a, b }) => mul(a, b));
  await expectLowering(shapes, ({ a, b }) => div(a, b), { positive: true });
});
it('sqrt, exp, relu and gate likewise', async () => {
  await expectLowering({ a: [7] }, ({ a }) => sqrt(a), { positive: true });
  await expectLowering({ a: [3, 50] }, ({ a }) => exp(a));
  await expectLowering({ a: [3, 50] }, ({ a }) => relu(a));
  await expectLowering({ x: [3, 50], g: [3, 50] }, ({ x, g }) => gate(x, relu(g)));
});
it('sum and spread likewise', async () => {
  await expectLowering({ x: [2, 3, 40] }, ({ x }) => sum(x));
  await expectLowering({ x: [] }, ({ x }) => spread(x, [2, 3]));
});
it.each([
  [2, 3, 4, 5],
  [1, 5, 2, 3, 4],
])('per-channel operators on (%i, %i, ...) likewise', async (...shape) => {
  const c = [shape[1]];
  await expectLowering({ x: shape, s: c, t: c }, ({ x, s, t }) => affine(x, s, t));
  await expectLowering({ x: shape, s: c }, ({ x, s }) => affine(x, s, null));
  await expectLowering({ a: shape, b: shape }, ({ a, b }) => channelDot(a, b));
  await expectLowering({ x: shape }, ({ x }) => channelSum(x));
  await expectLowering({ x: c }, ({ x }) => channelSpread(x, shape));
});
it('slice and embed likewise', async () => {
  await expectLowering({ x: [2, 5, 3] }, ({ x }) => slice(x, 1, 1, 3));
  await expectLowering({ x: [2, 2, 3] }, ({ x }) => embed(x, 1, 1, 4));
});
