/**
 * Adam (Kingma and Ba 2015), as PyTorch computes it: bias correction, epsilon added after the root, weight decay as L2.
 *
 *   g' = g + decay p      m' = b1 m + (1 - b1) g'      v' = b2 v + (1 - b2) g'^2
 *   p' = p - rate m' / (sqrt(v') + epsilon)
 *
 * Gradients come scaled by r = sqrt(1 - b2), which the loss is multiplied by: h = r g'. That saves a pass over every parameter:
 *
 *   m' = b1 m + (1 - b1) / r h      v' = b2 v + h^2
 *
 * The corrections of step t are in two numbers fed at each step:
 *
 *   rate = lr sqrt(1 - b2^t) / (1 - b1^t)      epsilon = eps sqrt(1 - b2^t)
 */
import { add, constant, div, mul, sqrt, sub, type Tensor } from '../graph/index.ts';

export interface AdamSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
}

export interface Moments {
  readonly m: Tensor;
  readonly v: Tensor;
}

/** r: what the loss must be multiplied by before it is differentiated. */
export function gradientScale({ betas: [, b2] }: Pick<AdamSettings, 'betas'>): number {
  return Math.sqrt(1 - b2);
}

/** The parameter and its moments after one step, from its scaled gradient. `rate` and `epsilon` are of shape []. */
export function adam(
  p: Tensor,
  scaledGradient: Tensor,
  { m, v }: Moments,
  { betas: [b1, b2], weightDecay }: Pick<AdamSettings, 'betas' | 'weightDecay'>,
  { rate, epsilon }: { readonly rate: Tensor; readonly epsilon: Tensor },
): Moments & { readonly p: Tensor } {
  const r = gradientScale({ betas: [b1, b2] });
  const h = weightDecay === 0 ? scaledGradient : add(scaledGradient, mul(p, constant(r * weightDecay)));
  const mNext = add(mul(h, constant((1 - b1) / r)), mul(m, constant(b1)));
  const vNext = add(mul(v, constant(b2)), mul(h, h));
  const pNext = sub(p, div(mul(mNext, rate), add(sqrt(vNext), epsilon)));
  return { p: pNext, m: mNext, v: vNext };
}

/** What to feed at a step; steps count from 1. */
export function adamNumbers(
  { lr, betas: [b1, b2], eps }: AdamSettings,
  step: number,
): { rate: number; epsilon: number } {
  const root = Math.sqrt(1 - b2 ** step);
  return { rate: (lr * root) / (1 - b1 ** step), epsilon: eps * root };
}
