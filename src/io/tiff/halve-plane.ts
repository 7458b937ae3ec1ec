/** Planes at half their size, for the levels of a pyramid. */
import type { WrittenPlane } from '../source.ts';

export interface PlaneSize {
  readonly y: number;
  readonly x: number;
}

export function halfSize({ y, x }: PlaneSize): PlaneSize {
  return { y: Math.ceil(y / 2), x: Math.ceil(x / 2) };
}

/** A plane's own size, then those of its reduced copies, to one that fits a screen. */
export function pyramidLevels(size: PlaneSize): PlaneSize[] {
  const levels = [{ y: size.y, x: size.x }];
  for (let level = levels[0]; Math.max(level.y, level.x) > SMALLEST_LEVEL;) {
    level = halfSize(level);
    levels.push(level);
  }
  return levels;
}

const SMALLEST_LEVEL = 512;

/** Means of two by two samples, of what there is at the far edges of an odd size; whole numbers are rounded. */
export function halvePlane<P extends WrittenPlane>(plane: P, { y, x }: PlaneSize): P {
  const half = halfSize({ y, x });
  const means = plane.slice(0, half.y * half.x) as P; // slice keeps the type of the array
  const round = plane instanceof Float32Array ? (mean: number) => mean : Math.round;
  let at = 0;
  for (let row = 0; row < y; row += 2) {
    const above = row * x;
    const below = Math.min(row + 1, y - 1) * x;
    for (let left = 0; left < x; left += 2) {
      const right = Math.min(left + 1, x - 1);
      means[at++] = round(
        (plane[above + left] + plane[above + right] + plane[below + left] + plane[below + right]) / 4,
      );
    }
  }
  return means;
}
