/**
 * The exponential moving average of what training moves, which predicts better than the last step's (Polyak and Juditsky 1992;
 * Tarvainen and Valpola 2017): parameters, and the norms' running statistics.
 *
 *   average' = decay average + (1 - decay) next
 *
 * The decay is fed at each step: it begins low, so that the first values are soon forgotten.
 */
import { add, constant, mul, sub, type Tensor } from '../graph/index.ts';

/** A tensor's average, by its name. */
export function averageName(tensor: string): string {
  return `average.${tensor}`;
}

/** How an average moves: from it and the next value to its next one. `decay` is of shape []. */
export function averaging(decay: Tensor): (average: Tensor, next: Tensor) => Tensor {
  const share = sub(constant(1), decay);
  return (average, next) => add(mul(next, share), mul(average, decay));
}

/** The decay to feed at a step; steps count from 1: min(decay, (1 + step) / (10 + step)), as in TensorFlow. */
export function averageDecay(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}
