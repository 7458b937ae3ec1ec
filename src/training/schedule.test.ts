import { expect, it } from 'vitest';
import { learningRate } from './schedule.ts';

const optimizer = { lr: 0.002, betas: [0.5, 0.999], eps: 1e-8, weightDecay: 0 } as const;

it('a constant rate is the same at every step', () => {
  const config = {
    optimizer: { ...optimizer, warmup: 0, dropEvery: 1000, dropTo: 0.5, clip: 0, schedule: 'constant' },
    steps: 10,
  } as const;
  expect([1, 5, 10].map((step) => learningRate(config, step))).toEqual([0.002, 0.002, 0.002]);
});
it('cosine starts at the rate, is at its half in the middle, and ends just above 0', () => {
  const config = {
    optimizer: { ...optimizer, warmup: 0, dropEvery: 1000, dropTo: 0.5, clip: 0, schedule: 'cosine' },
    steps: 100,
  } as const;
  expect(learningRate(config, 1)).toBe(0.002);
  expect(learningRate(config, 51)).toBeCloseTo(0.001, 12);
  expect(learningRate(config, 100)).toBeGreaterThan(0);
  expect(learningRate(config, 100)).toBeLessThan(1e-5);
});
