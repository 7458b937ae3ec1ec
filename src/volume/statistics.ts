/** Sums over voxels, in float64: float32 would lose digits over a million of them. */
import type { SampleArray } from './sample-array.ts';

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
export function statistics(values: SampleArray): Statistics {
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Float32 samples cannot add up to more than float64 holds: a sum that is not finite has such samples in it.
  const notFinite = Number.isFinite(sum) ? 0 : countNotFinite(values);
  if (notFinite > 0 || values.length === 0) return { mean: NaN, std: NaN, min: NaN, max: NaN, notFinite };
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const off = values[i] - mean;
    squares += off * off;
  }
  return { mean, std: Math.sqrt(squares / values.length), min, max, notFinite };
}

function countNotFinite(values: SampleArray): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) count++;
  return count;
}
