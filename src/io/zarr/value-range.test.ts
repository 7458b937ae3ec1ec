import { expect, it } from 'vitest';
import { NO_VALUES, widenRange } from './value-range.ts';

it('the range is that of the finite values of all planes', () => {
  const first = widenRange(NO_VALUES, Float32Array.of(NaN, 3, -Infinity, 5, Infinity));
  expect(first).toEqual({ min: 3, max: 5 });
  expect(widenRange(first, Float32Array.of(4, -2))).toEqual({ min: -2, max: 5 });
  expect(widenRange(NO_VALUES, Float32Array.of(NaN))).toEqual(NO_VALUES);
});
