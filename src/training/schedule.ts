/** The learning rate of each step. */
import type { Config } from '../config/index.ts';

/**
 * Of step `step` (from 1) of `steps`. Constant, or half a cosine wave from `lr` down to 0 behind the last step: Loshchilov
 * and Hutter, SGDR (2017), one period.
 */
export function learningRate(
  { optimizer: { lr, schedule }, steps }: Pick<Config, 'optimizer' | 'steps'>,
  step: number,
): number {
  return schedule === 'constant' ? lr : (lr / 2) * (1 + Math.cos((Math.PI * (step - 1)) / steps));
}
