import { expect, it } from 'vitest';
import { input } from '../graph/index.ts';
import { compute } from '../graph/testing/reference.ts';
import { averageDecay, averaging } from './average.ts';

it('an average moves toward the next value by what the decay leaves', () => {
  const moved = averaging(input('decay', []))(input('average', [3]), input('next', [3]));
  const [values] = compute([moved], { decay: [0.75], average: [1, 2, -4], next: [1, 6, 4] });
  expect([...values]).toEqual([1, 3, -2]);
});
it('a value that stays is its own average, whatever the decay in float32', () => {
  const moved = averaging(input('decay', []))(input('average', [1]), input('next', [1]));
  for (let step = 1; step < 1000; step += 7) {
    const [values] = compute([moved], { decay: [Math.fround(averageDecay(0.999, step))], average: [0.7], next: [0.7] });
    expect(values[0]).toBeCloseTo(0.7, 12);
  }
});
it('the decay rises to the one that is set', () => {
  // tf.train.ExponentialMovingAverage: min(decay, (1 + num_updates) / (10 + num_updates)).
  expect([1, 2, 8, 89, 8990, 8991, 100_000].map((step) => averageDecay(0.999, step))).toEqual([
    2 / 11,
    3 / 12,
    9 / 18,
    90 / 99,
    8991 / 9000,
    0.999,
    0.999,
  ]);
});
