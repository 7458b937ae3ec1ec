/** Units of length as microscopes and programs spell them; lengths are micrometers everywhere else. */

const MICROMETERS: ReadonlyMap<string, number> = new Map([
  ['m', 1e6],
  ['meter', 1e6],
  ['decimeter', 1e5],
  ['cm', 1e4],
  ['centimeter', 1e4],
  ['mm', 1e3],
  ['millimeter', 1e3],
  ['\u00b5m', 1], // the micro sign
  ['\u03bcm', 1], // the Greek letter
  ['um', 1],
  ['micron', 1],
  ['microns', 1],
  ['micrometer', 1],
  ['nm', 1e-3],
  ['nanometer', 1e-3],
  ['pm', 1e-6],
  ['picometer', 1e-6],
  ['\u00c5', 1e-4],
  ['\u212b', 1e-4],
  ['angstrom', 1e-4],
  ['in', 25400],
  ['inch', 25400],
]);

/** How many micrometers a unit is, or null for `pixel` and whatever has no length. */
export function micrometersPer(unit: string): number | null {
  return (
    MICROMETERS.get(unit.trim()) ??
    MICROMETERS.get(
      unit
        .trim()
        .toLowerCase()
        .replace(/metre$/, 'meter'),
    ) ??
    null
  );
}

/**
 * `micrometers` where it can be the extent of a voxel, from a picometer to a centimeter, else null: 0, infinity and absurd
 * numbers are written for "unknown".
 */
export function plausibleLength(micrometers: number): number | null {
  return micrometers >= 1e-6 && micrometers <= 1e4 ? micrometers : null;
}

/** A voxel size with its unknown extents, or null where all three are unknown. */
export function voxelSizeOf(
  z: number | null,
  y: number | null,
  x: number | null,
): { z: number | null; y: number | null; x: number | null } | null {
  return z === null && y === null && x === null ? null : { z, y, x };
}

/** A voxel size, and what is told of extents in it that cannot be. */
export interface SaidVoxelSize {
  readonly voxelSize: ReturnType<typeof voxelSizeOf>;
  readonly notes: readonly string[];
}

/** What is left of extents in micrometers as a file says them, NaN where it does not: what cannot be is unknown, and told. */
export function saidVoxelSize(z: number, y: number, x: number): SaidVoxelSize {
  const told = Object.entries({ z, y, x }).filter(([, um]) => !Number.isNaN(um) && plausibleLength(um) === null);
  return {
    voxelSize: voxelSizeOf(plausibleLength(z), plausibleLength(y), plausibleLength(x)),
    notes:
      told.length > 0
        ? [
            `it says a voxel size of ${told.map(([axis, um]) => `${axis} ${um}`).join(', ')} um: that cannot be, and is unknown`,
          ]
        : [],
  };
}

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['nanosecond', 1e-9],
  ['microsecond', 1e-6],
  ['millisecond', 1e-3],
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86400],
]);

/** How many seconds a unit is, by its whole name, or null for what is no time. */
export function secondsPer(unit: string): number | null {
  return SECONDS.get(unit) ?? null;
}
