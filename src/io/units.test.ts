/** Lengths of voxels: units by their many names, and numbers that stand for "unknown". */
import { expect, it } from 'vitest';
import { micrometersPer, plausibleLength, saidVoxelSize } from './units.ts';

it.each([
  ['\u00b5m', 1],
  ['\u03bcm', 1],
  ['micron', 1],
  ['Nanometre', 1e-3],
  ['mm', 1e3],
  ['inch', 25400],
  ['pixel', null],
  ['', null],
])('%s is %s micrometers', (unit, expected) => expect(micrometersPer(unit)).toBe(expected));

it('a picometer to a centimeter can be the extent of a voxel; nothing else can', () => {
  for (const length of [1e-6, 0.00025, 0.108, 353, 1e4]) expect(plausibleLength(length)).toBe(length);
  for (const length of [0, -1, NaN, Infinity, -Infinity, 1e-7, 1e5, 1e6]) expect(plausibleLength(length)).toBeNull();
});

it('a voxel size that cannot be is unknown, and told; what is not said is not told', () => {
  expect(saidVoxelSize(NaN, 0, 0.1)).toEqual({
    voxelSize: { z: null, y: null, x: 0.1 },
    notes: [expect.stringContaining('y 0 um')],
  });
  expect(saidVoxelSize(-1, 1e6, Infinity)).toMatchObject({
    voxelSize: null,
    notes: [expect.stringMatching(/z -1, y 1000000, x Infinity um/)],
  });
  expect(saidVoxelSize(NaN, NaN, NaN)).toEqual({ voxelSize: null, notes: [] });
});
