/**
 * What training makes small: a mean over all elements of the target, each counted as its weight says where there is a map.
 *
 *   mse, weighted-mse   d^2                          d = prediction - target
 *   l1                  |d|
 *   gaussian            (exp(-s) d^2 + s) / 2        d of the predicted mean, s = ln variance
 *
 * gaussian is the negative log-likelihood of a normal distribution, less a constant (Kendall and Gal, NeurIPS 2017): the network
 * also says how sure it is, voxel by voxel. It has two outputs a target, all means first and then as many outputs t, from which
 *
 *   s = 10 t / sqrt(100 + t^2)
 *
 * s is t where it is small, and always within -10..10: exp cannot overflow, and no gradient is cut off. In normalized units
 * deviations lie within exp(-5) = 0.0067 and exp(5) = 148.
 */
import {
  add,
  constant,
  div,
  elementCount,
  exp,
  mul,
  relu,
  slice,
  sqrt,
  sub,
  sum,
  type Tensor,
} from '../graph/index.ts';

export type LossKind = 'mse' | 'weighted-mse' | 'l1' | 'gaussian';

const LARGEST_LOG_VARIANCE = 10;

/** Outputs that a network needs for so many targets. */
export function outputsFor(loss: LossKind, targets: number): number {
  return loss === 'gaussian' ? 2 * targets : targets;
}

/** Targets that so many outputs of a network predict. */
export function targetsOf(loss: LossKind, outputs: number): number {
  return loss === 'gaussian' ? outputs / 2 : outputs;
}

/** The loss, a single number; `weight` is of the target's shape (n, targets, ...), the prediction (n, outputs, ...). */
export function lossOf(kind: LossKind, prediction: Tensor, target: Tensor, weight: Tensor | null): Tensor {
  const { each, share } = elementLoss(kind, prediction, target);
  const weighted = weight ? mul(each, weight) : each;
  return mul(sum(weighted), constant(share / elementCount(target.shape)));
}

/** Of each element of the target, and the factor that they all have. */
function elementLoss(kind: LossKind, prediction: Tensor, target: Tensor): { each: Tensor; share: number } {
  if (kind === 'gaussian') {
    const targets = target.shape[1];
    const d = sub(slice(prediction, 1, 0, targets), target);
    const t = slice(prediction, 1, targets, targets);
    const root = sqrt(add(mul(t, t), constant(LARGEST_LOG_VARIANCE ** 2)));
    const minusS = div(mul(t, constant(-LARGEST_LOG_VARIANCE)), root);
    return { each: sub(mul(exp(minusS), mul(d, d)), minusS), share: 0.5 };
  }
  const d = sub(prediction, target);
  if (kind === 'l1') return { each: add(relu(d), relu(mul(d, constant(-1)))), share: 1 };
  return { each: mul(d, d), share: 1 };
}

/** Of a gaussian prediction (outputs, ...) the means (targets, ...), in units of the normalized target. A view. */
export function predictedMean(prediction: Float32Array): Float32Array {
  return prediction.subarray(0, prediction.length / 2);
}

/** Of a gaussian prediction (outputs, ...) the standard deviations (targets, ...), in units of the normalized target. */
export function predictedDeviation(prediction: Float32Array): Float32Array {
  return prediction.subarray(prediction.length / 2).map((t) => {
    const logVariance = (LARGEST_LOG_VARIANCE * t) / Math.hypot(LARGEST_LOG_VARIANCE, t);
    return Math.exp(logVariance / 2);
  });
}
