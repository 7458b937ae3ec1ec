/** The levels of a pyramid: each the one before at half its rows and columns, by means of 2 x 2 samples. */
import type { WrittenPlane } from './source.ts';

/** The rows and columns of a plane. */
export interface PlaneSize {
  readonly y: number;
  readonly x: number;
}

/** An odd last row or column becomes one of its own. */
export function halfOf({ y, x }: PlaneSize): PlaneSize {
  return { y: Math.ceil(y / 2), x: Math.ceil(x / 2) };
}

/**
 * A plane (y, x) of `halfOf(size)`: means of 2 x 2 samples, at an odd edge of the 2 or 1 that are there. Means of integers
 * are rounded to the nearest, halves up; those of floats are sums in double precision, rounded once. NaN stays NaN.
 */
export function halvePlane<P extends WrittenPlane>(plane: P, size: PlaneSize): P {
  const half = halfOf(size);
  const halved = plane.slice(0, half.y * half.x) as P; // slice keeps the type of the array
  const rounding = plane instanceof Float32Array ? 0 : 0.5; // what is stored in an integer array is cut, not rounded
  for (let y = 0, at = 0; y < half.y; y++) {
    const row = 2 * y * size.x;
    const nextRow = Math.min(2 * y + 1, size.y - 1) * size.x; // the last row twice: the mean is that of one
    for (let x = 0; x < half.x; x++, at++) {
      const next = Math.min(2 * x + 1, size.x - 1);
      const sum = plane[row + 2 * x] + plane[row + next] + plane[nextRow + 2 * x] + plane[nextRow + next];
      halved[at] = sum / 4 + rounding;
    }
  }
  return halved;
}

/** A plane's own size, then half of the one before, until the longer side is `smallest` or less. */
export function pyramidLevels({ y, x }: PlaneSize, smallest: number): PlaneSize[] {
  const levels = [{ y, x }];
  for (let last = levels[0]; Math.max(last.y, last.x) > smallest; levels.push(last)) last = halfOf(last);
  return levels;
}
