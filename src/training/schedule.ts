/** The learning rate of each step. */
import type { Config } from '../config/index.ts';

/**
 * Of step `step` (from 1) of `steps`. In the first `warmup` steps it rises evenly, to reach `lr` in the step behind them
 * (Goyal et al. 2017). From there on, with steps counted anew:
 *
 *   constant   lr
 *   step       lr, times `dropTo` after each `dropEvery` steps
 *   cosine     half a cosine wave from lr down to 0 behind the last step (Loshchilov and Hutter, SGDR 2017, one period)
 */
export function learningRate({ optimizer, steps }: Pick<Config, 'optimizer' | 'steps'>, step: number): number {
  const { lr, schedule, warmup, dropEvery, dropTo } = optimizer;
  if (step <= warmup) return (lr * step) / (warmup + 1);
  const done = step - warmup - 1;
  switch (schedule) {
    case 'constant':
      return lr;
    case 'step':
      return lr * dropTo ** Math.floor(done / dropEvery);
    case 'cosine':
      return (lr / 2) * (1 + Math.cos((Math.PI * done) / (steps - warmup)));
  }
}
