/**
 * Batch norm with the batch's own statistics (Ioffe and Szegedy 2015), and the running ones that prediction uses.
 *
 *   mean = sum x / M      var = sum x^2 / M - mean^2      M positions a channel, the batch's included
 *   y    = x s + (beta - mean s)                          s = gamma / sqrt(var + 1e-5)
 *   running mean' = 0.9 mean_r + 0.1 mean                 running var' = 0.9 var_r + 0.1 var M / (M - 1)
 *
 * Its gradient needs no rule of its own: that of sums and of the affine map is as short as the one written by hand.
 */
import {
  add,
  affine,
  channelDot,
  channelSum,
  constant,
  div,
  elementCount,
  mul,
  relu,
  sqrt,
  sub,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

export const NORM_EPSILON = 1e-5;
const MOMENTUM = 0.1;

export interface Normalized {
  readonly y: Tensor;
  /** Of this batch; (c). */
  readonly mean: Tensor;
  /** Of this batch, with M - 1 in the denominator; (c). */
  readonly unbiasedVariance: Tensor;
}

export function batchNorm(x: Tensor, gamma: Tensor, beta: Tensor): Normalized {
  const count = elementCount(x.shape) / x.shape[1];
  const share = constant(1 / count);
  const mean = mul(channelSum(x), share);
  const variance = relu(sub(mul(channelDot(x, x), share), mul(mean, mean))); // rounding may bring it below 0
  const scale = div(gamma, sqrt(add(variance, constant(NORM_EPSILON))));
  const y = affine(x, scale, sub(beta, mul(mean, scale)));
  return { y, mean, unbiasedVariance: mul(variance, constant(count / Math.max(count - 1, 1))) };
}

/** The norm as prediction computes it, by statistics that stay as they are; `bias` is of the convolution before it. */
export function fixedNorm(
  x: Tensor,
  { gamma, beta, bias, mean, variance }: Readonly<Record<'gamma' | 'beta' | 'bias' | 'mean' | 'variance', Tensor>>,
): Tensor {
  const scale = div(gamma, sqrt(add(variance, constant(NORM_EPSILON))));
  return affine(x, scale, add(beta, mul(sub(bias, mean), scale)));
}

/** A running statistic after one more batch. */
export function movedOn(running: Tensor, batch: Tensor): Tensor {
  return add(mul(running, constant(1 - MOMENTUM)), mul(batch, constant(MOMENTUM)));
}
