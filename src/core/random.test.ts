import { describe, expect, it } from 'vitest';
import { random, randomFromState } from './index.ts';

const draws = (seed: number, count: number): number[] => {
  const generator = random(seed);
  return Array.from({ length: count }, () => generator.uniform());
};

describe('random', () => {
  it('draws the same for the same seed, and goes on from its state', () => {
    expect(draws(7, 5)).toEqual(draws(7, 5));
    const generator = random(7);
    generator.uniform();
    const again = randomFromState(generator.state());
    expect(again.uniform()).toBe(generator.uniform());
  });

  it('draws otherwise for the next seed, from the first draw on', () => {
    // 4000 seeds, tenths of [0, 1): 400 expected, the deviation is 19; five of them.
    for (const position of [0, 1, 2, 5]) {
      const tenths = new Array<number>(10).fill(0);
      let sameSide = 0;
      for (let seed = 0; seed < 4000; seed++) {
        const value = draws(seed, 6)[position];
        tenths[Math.floor(value * 10)]++;
        if (value < 0.5 === draws(seed + 1, 6)[position] < 0.5) sameSide++;
      }
      for (const count of tenths) expect(Math.abs(count - 400)).toBeLessThan(95);
      // Half of the neighbors, with a deviation of 32.
      expect(Math.abs(sameSide - 2000)).toBeLessThan(160);
    }
  });

  it('draws uniformly and normally', () => {
    const generator = random(3);
    const values = Array.from({ length: 20_000 }, () => generator.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(20_000));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 20_000));
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 6000; i++) counts[generator.integer(6)]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * 29);
  });
});
