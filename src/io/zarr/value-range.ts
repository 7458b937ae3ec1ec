/** The least and the greatest value of samples that come in parts. */
import type { WrittenPlane } from '../source.ts';

/** `min` is above `max` as long as nothing finite was seen. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

export const NO_VALUES: ValueRange = { min: Infinity, max: -Infinity };

/** The range that holds those of a plane too. NaN and infinities do not count. */
export function widenRange({ min, max }: ValueRange, plane: WrittenPlane): ValueRange {
  for (const value of plane) {
    if (value < min && value !== -Infinity) min = value;
    if (value > max && value !== Infinity) max = value;
  }
  return { min, max };
}
