import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantiles } from './quantiles.ts';
import type { SampleArray } from './sample-array.ts';

const PARTS = [0, 0.5, 33.3, 50, 99.5, 100].map((percent) => percent / 100);

/** The generator of Numerical Recipes, easily written again in Python. */
function pseudoRandom(length: number): Uint32Array {
  let state = 1;
  return new Uint32Array(length).map(() => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0));
}

const words = pseudoRandom(1000);

// numpy 2: np.percentile(a.astype(np.float64), [0, 0.5, 33.3, 50, 99.5, 100])
const CASES: readonly (readonly [SampleArray, readonly number[]])[] = [
  [Uint8Array.from(words, (word) => word >>> 24), [0, 0, 89, 131, 255, 255]],
  [Int8Array.from(words, (word) => (word >>> 24) - 128), [-128, -128, -39, 3, 127, 127]],
  [
    Uint16Array.from(words, (word) => word >>> 16),
    [47, 120.94500000000001, 22936.346999999998, 33665.5, 65329.215, 65520],
  ],
  [Int16Array.from(words, (word) => (word >>> 16) - 32768), [-32721, -32647.055, -9831.653, 897.5, 32561.215, 32752]],
  [words, [3087320, 7975311.35, 1503186387.708, 2206332341, 4281431028.645, 4293950729]],
  [Int32Array.from(words), [-2145077408, -2129308876.465, -760760512.4240004, -28610121, 2127927552.075, 2147142799]],
  [
    Float32Array.from(words, (word) => (word - 2 ** 31) / 2 ** 20),
    [
      -2045.0556640625, -2040.394208984375, -614.4497473754883, 56.12248611450195, 2035.0908178710938,
      2047.030517578125,
    ],
  ],
];

it.each(CASES.map(([samples, expected]) => ({ type: samples.constructor.name, samples, expected })))(
  'equal those of numpy to the bit: $type',
  ({ samples, expected }) => {
    expect(quantiles(samples, PARTS)).toEqual(expected);
  },
);

it('any floats, also tiny, negative and equal ones, are put in order', () => {
  const values = fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1 });
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 1000 }), (samples, seed) => {
      const sorted = samples.toSorted();
      const rank = seed % samples.length;
      const [least, , most] = quantiles(samples, [0, 0.5, 1]);
      expect([least, most]).toEqual([sorted[0] + 0, sorted[samples.length - 1] + 0]);
      const [ranked] = quantiles(samples, [samples.length === 1 ? 0 : rank / (samples.length - 1)]);
      const [a, b] = [sorted[Math.max(0, rank - 1)], sorted[Math.min(rank + 1, samples.length - 1)]];
      expect(ranked).toBeGreaterThanOrEqual(a);
      expect(ranked).toBeLessThanOrEqual(b);
    }),
    { seed: 1 },
  );
});

it('a view into larger memory is counted alone', () => {
  expect(quantiles(Float32Array.of(9, 1, 2, 3, -9).subarray(1, 4), [0, 0.5, 1])).toEqual([1, 2, 3]);
});

it('no samples have no quantile', () => {
  expect(quantiles(new Uint8Array(0), [0.5])).toEqual([NaN]);
});
