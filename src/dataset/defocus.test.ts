import fc from 'fast-check';
import { expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { blurPlanes, defocus } from './defocus.ts';

const plane = { y: 5, x: 6 };
const patch = () => new Float32Array(2 * 3 * 5 * 6).map((_, i) => (i * i * 7) % 23);

// scipy 1.17: gaussian_filter(a.astype(np.float64), (0, 0, s, s)) of the same numbers as (2, 3, 5, 6)
it.each([
  [
    0.8,
    [12.950205, 13.230933, 14.109663, 17.317445, 18.804123, 16.896043],
    [14.549734, 14.238059, 11.484916, 14.453784, 16.587697],
  ],
  [
    2.5,
    [13.932105, 14.144745, 14.515814, 14.947594, 15.323551, 15.541074],
    [14.407812, 14.356186, 14.290851, 14.248376, 14.233288],
  ],
])('blurs by sigma %d as scipy does, also where it reaches further than the plane', (sigma, row, column) => {
  const blurred = patch();
  blurPlanes(blurred, plane, sigma);
  const at = (c: number, z: number, y: number, x: number) => blurred[((c * 3 + z) * 5 + y) * 6 + x];
  row.forEach((expected, x) => expect(at(1, 2, 4, x)).toBeCloseTo(expected, 5)); // float32
  column.forEach((expected, y) => expect(at(0, 1, y, 3)).toBeCloseTo(expected, 5));
});

it('no plane takes from another, and each keeps its mean', () => {
  const sizes = fc.record({ y: fc.integer({ min: 1, max: 9 }), x: fc.integer({ min: 1, max: 9 }) });
  const sigmas = fc.double({ min: 0, max: 4, noNaN: true });
  fc.assert(
    fc.property(sizes, sigmas, ({ y, x }, sigma) => {
      const planes = new Float32Array(3 * y * x).map((_, i) => (i >= y * x && i < 2 * y * x ? (i * 37) % 11 : 0));
      const before = planes.reduce((a, b) => a + b, 0);
      blurPlanes(planes, { y, x }, sigma);
      expect(planes.reduce((a, b) => a + b, 0)).toBeCloseTo(before, 3);
      expect(planes.subarray(0, y * x).every((value) => value === 0)).toBe(true);
      expect(planes.subarray(2 * y * x).every((value) => value === 0)).toBe(true);
    }),
    { seed: 1 },
  );
});

it('draws how much for each patch anew, up to the most', () => {
  const source = random(5);
  const peaks = Array.from({ length: 300 }, () => {
    const dot = new Float32Array(41 * 41);
    dot[20 * 41 + 20] = 1;
    defocus(dot, { y: 41, x: 41 }, 2, source);
    return dot[20 * 41 + 20]; // 1 / (2 pi sigma^2) for a wide one
  });
  expect(Math.max(...peaks)).toBe(1); // hardly any
  expect(Math.min(...peaks)).toBeGreaterThan(1 / (2 * Math.PI * 2 ** 2));
  expect(Math.min(...peaks)).toBeLessThan(1 / (2 * Math.PI * 1.9 ** 2));
  const again = patch();
  defocus(again, plane, 2, random(5));
  const once = patch();
  defocus(once, plane, 2, random(5));
  expect(again).toEqual(once);
});
