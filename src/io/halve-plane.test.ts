import { expect, it } from 'vitest';
import { halfOf, halvePlane, pyramidLevels } from './halve-plane.ts';

it('an odd last row or column becomes one of its own', () => {
  expect(halfOf({ y: 5, x: 4 })).toEqual({ y: 3, x: 2 });
  expect(halfOf({ y: 1, x: 1 })).toEqual({ y: 1, x: 1 });
});

it('each sample is the mean of two by two, at the far edges of those that are there', () => {
  const plane = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  expect(halvePlane(plane, { y: 3, x: 3 })).toEqual(Float32Array.of(3, 4.5, 7.5, 9));
  expect(halvePlane(plane.subarray(0, 3), { y: 1, x: 3 })).toEqual(Float32Array.of(1.5, 3));
  expect(halvePlane(plane.subarray(0, 3), { y: 3, x: 1 })).toEqual(Float32Array.of(1.5, 3));
});

it('means of integers are rounded, halves up, and none passes the largest of its type', () => {
  const rows = [
    [0, 1, 7],
    [0, 1, 8],
    [255, 255, 9],
  ]; // means of 2 / 4, 15 / 2, 510 / 2, 9
  expect(halvePlane(Uint8Array.from(rows.flat()), { y: 3, x: 3 })).toEqual(Uint8Array.of(1, 8, 255, 9));
  expect(halvePlane(Uint8Array.of(0, 0, 0, 1), { y: 2, x: 2 })).toEqual(Uint8Array.of(0));
  expect(halvePlane(Uint16Array.of(65535, 65534), { y: 1, x: 2 })).toEqual(Uint16Array.of(65535));
});

it('means of floats are rounded once, and NaN stays', () => {
  const rows = [
    [0.1, 0.2, NaN],
    [-0.3, 0.5, 1],
  ];
  expect(halvePlane(Float32Array.from(rows.flat()), { y: 2, x: 3 })).toEqual(Float32Array.of(0.125, NaN));
});

it('levels go on until one is small', () => {
  expect(pyramidLevels({ y: 512, x: 1 }, 512)).toEqual([{ y: 512, x: 1 }]);
  expect(pyramidLevels({ y: 5, x: 2049 }, 512)).toEqual([
    { y: 5, x: 2049 },
    { y: 3, x: 1025 },
    { y: 2, x: 513 },
    { y: 1, x: 257 },
  ]);
});
