/** Sums over voxels, in float64: float32 would lose digits over a million of them. */

export interface Statistics {
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Voxels that are NaN or infinite; when there are any, the other fields are NaN. */
  readonly notFinite: number;
}

/** Mean, deviation and range of `values`, in two passes. */
export function statistics(values: Float32Array): Statistics {
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  let notFinite = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) notFinite++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (notFinite > 0 || values.length === 0) return { mean: NaN, std: NaN, min: NaN, max: NaN, notFinite };
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, std: Math.sqrt(squares / values.length), min, max, notFinite };
}
