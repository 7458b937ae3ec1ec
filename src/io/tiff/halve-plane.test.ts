/** Reduced copies are means of what is there, also where the size is odd. */
import { expect, it } from 'vitest';
import { halfSize, halvePlane, pyramidLevels } from './halve-plane.ts';

it('each sample is the mean of two by two, at the far edges of those that are there', () => {
  const plane = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  expect(halfSize({ y: 3, x: 3 })).toEqual({ y: 2, x: 2 });
  expect(halvePlane(plane, { y: 3, x: 3 })).toEqual(Float32Array.of(3, 4.5, 7.5, 9));
  expect(halvePlane(plane.subarray(0, 3), { y: 1, x: 3 })).toEqual(Float32Array.of(1.5, 3));
  expect(halvePlane(plane.subarray(0, 3), { y: 3, x: 1 })).toEqual(Float32Array.of(1.5, 3));
});

it('whole numbers are rounded, and none passes the largest of its type', () => {
  expect(halvePlane(Uint8Array.of(255, 255, 255, 254), { y: 2, x: 2 })).toEqual(Uint8Array.of(255));
  expect(halvePlane(Uint16Array.of(0, 1, 0, 0), { y: 2, x: 2 })).toEqual(Uint16Array.of(0));
  expect(halvePlane(Uint16Array.of(65535, 65534), { y: 1, x: 2 })).toEqual(Uint16Array.of(65535));
});

it('levels go on until one fits a screen', () => {
  expect(pyramidLevels({ y: 512, x: 1 })).toEqual([{ y: 512, x: 1 }]);
  expect(pyramidLevels({ y: 5, x: 2049 })).toEqual([
    { y: 5, x: 2049 },
    { y: 3, x: 1025 },
    { y: 2, x: 513 },
    { y: 1, x: 257 },
  ]);
});
