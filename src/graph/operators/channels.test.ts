import { it } from 'vitest';
import { constant, type Tensor } from '../tensor.ts';
import { expectGradient } from '../testing/expect-gradient.ts';
import { affine, channelDot, channelSpread, channelSum } from './channels.ts';
import { add, div, mul, sqrt, sub } from './elementwise.ts';

it('affine: gradient equals the difference', () =>
  expectGradient({ x: [2, 3, 2, 2], s: [3], t: [3] }, ({ x, s, t }) => affine(x, s, t)));
it('affine without shift: gradient equals the difference', () =>
  expectGradient({ x: [2, 3, 4], s: [3] }, ({ x, s }) => affine(x, s, null)));
it('channelDot: gradient equals the difference', () =>
  expectGradient({ a: [2, 3, 2, 2], b: [2, 3, 2, 2] }, ({ a, b }) => channelDot(a, b)));
it('channelDot of a tensor with itself: gradient equals the difference', () =>
  expectGradient({ a: [2, 3, 2, 2] }, ({ a }) => channelDot(a, a)));
it('channelSum: gradient equals the difference', () => expectGradient({ x: [2, 3, 5] }, ({ x }) => channelSum(x)));
it('channelSpread: gradient equals the difference', () =>
  expectGradient({ x: [3] }, ({ x }) => channelSpread(x, [2, 3, 2, 2])));
it('batch norm put together of them: gradient equals the difference, the mean folded into the variance', () =>
  expectGradient({ x: [2, 3, 2, 2], gamma: [3], beta: [3] }, ({ x, gamma, beta }) => batchNorm(x, gamma, beta)));

function batchNorm(x: Tensor, gamma: Tensor, beta: Tensor): Tensor {
  const share = constant(1 / 8);
  const mean = mul(channelSum(x), share);
  const variance = sub(mul(channelDot(x, x), share), mul(mean, mean));
  const scale = div(gamma, sqrt(add(variance, constant(1e-5))));
  return affine(x, scale, sub(beta, mul(mean, scale)));
}
