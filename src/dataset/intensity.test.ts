import { expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { statistics } from '../volume/index.ts';
import { varyIntensity } from './intensity.ts';

const strengths = { contrast: 0.2, brightness: 0.2, noise: 0.8 };

it('contrast and brightness vary from patch to patch, and noise from voxel to voxel', () => {
  const source = random(4);
  const varied = Array.from({ length: 200 }, () => {
    const patch = new Float32Array(500).fill(1);
    varyIntensity(patch, strengths, source);
    return statistics(patch);
  });
  const means = statistics(Float32Array.from(varied, ({ mean }) => mean));
  expect(means.mean).toBeCloseTo(Math.exp(0.02), 1); // of exp(0.2 a)
  expect(means.std).toBeGreaterThan(0.2);
  expect(means.std).toBeLessThan(0.4);
  const noise = varied.map(({ std }) => std);
  expect(Math.min(...noise)).toBeLessThan(0.05);
  expect(Math.max(...noise)).toBeGreaterThan(0.7);
  expect(Math.max(...noise)).toBeLessThan(0.85);
});
it('the same random numbers vary alike', () => {
  const [a, b] = [1, 1].map(() => {
    const patch = Float32Array.of(1, 2, 3);
    varyIntensity(patch, strengths, random(9));
    return patch;
  });
  expect(a).toEqual(b);
});
