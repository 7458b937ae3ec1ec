import { expect, it } from 'vitest';
import { halfOf, halvePlane } from './halve-plane.ts';

it('an odd last row or column becomes one of its own', () => {
  expect(halfOf({ y: 5, x: 4 })).toEqual({ y: 3, x: 2 });
  expect(halfOf({ y: 1, x: 1 })).toEqual({ y: 1, x: 1 });
});

it('integers become the mean of the samples that are there, halves up', () => {
  const rows = [
    [0, 1, 7],
    [0, 1, 8],
    [255, 255, 9],
  ]; // means of 2 / 4, 15 / 2, 510 / 2, 9
  expect([...halvePlane('uint8', Uint8Array.from(rows.flat()), { y: 3, x: 3 })]).toEqual([1, 8, 255, 9]);
  expect([...halvePlane('uint8', Uint8Array.of(0, 0, 0, 1), { y: 2, x: 2 })]).toEqual([0]);
  const full = new Uint16Array(4).fill(65535);
  expect([...halvePlane('uint16', full, { y: 2, x: 2 })]).toEqual([65535]);
});

it('floats become the mean in float32, and NaN stays', () => {
  const rows = [
    [0.1, 0.2, NaN],
    [-0.3, 0.5, 1],
  ];
  expect([...halvePlane('float32', Float32Array.from(rows.flat()), { y: 2, x: 3 })]).toEqual([Math.fround(0.125), NaN]);
});
