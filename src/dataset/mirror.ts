/** Planes mirrored along y or x, as a manifest's flip columns ask for. */
import type { SampleArray, Size } from '../volume/index.ts';

/** Mirrors a plane (y, x) in place. */
export function mirror(
  plane: SampleArray,
  { y: rows, x: columns }: Size,
  flips: { readonly y: boolean; readonly x: boolean },
): void {
  if (flips.x) for (let y = 0; y < rows; y++) plane.subarray(y * columns, (y + 1) * columns).reverse();
  if (!flips.y) return;
  for (let y = 0; y < rows >> 1; y++) {
    const [upper, lower] = [y * columns, (rows - 1 - y) * columns];
    const kept = plane.slice(upper, upper + columns);
    plane.copyWithin(upper, lower, lower + columns);
    plane.set(kept, lower);
  }
}
