/** Lengths of voxels: units by their many names, and numbers that stand for "unknown". */
import { expect, it } from 'vitest';
import { micrometersPer, plausibleLength } from './units.ts';

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
