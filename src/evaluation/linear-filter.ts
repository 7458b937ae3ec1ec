/**
 * The best linear filter: the target as a weighted sum of the signal's 3x3x3 neighborhood in every channel (3x3 in a plane),
 * by weighted least squares. What a network must do better than, or it has learned nothing that a filter would not know.
 */
import type { Region, Volume } from '../volume/index.ts';

/**
 * Every n-th voxel that counts is taken, so that this many or up to twice as many are: enough to fit a hundred numbers.
 */
const SAMPLES = 100_000;
/** Beside sums of squares near 1 a sample: keeps neighbors that are all but equal from canceling. */
const RIDGE = 1e-4;

/**
 * Fitted inside `train`, applied inside `region` (boxes of the volumes): the predicted voxels of the region, (z, y, x).
 * All NaN where no voxel of `train` counts.
 */
export function linearFilter(
  signal: Volume,
  target: Volume,
  weight: Volume | null,
  train: Region,
  region: Region,
): Float32Array {
  const taps = tapsOf(signal);
  const coefficients = fit(signal, target, weight, train, taps);
  const out = new Float32Array(region.size.z * region.size.y * region.size.x);
  const features = new Float64Array(taps.length + 1);
  let at = 0;
  eachVoxel(region, 1, (z, y, x) => {
    readFeatures(signal, taps, z, y, x, features);
    let sum = 0;
    for (let i = 0; i < features.length; i++) sum += coefficients[i] * features[i];
    out[at++] = sum;
  });
  return out;
}

interface Tap {
  readonly c: number;
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

function tapsOf({ channels, size }: Volume): Tap[] {
  const around = [-1, 0, 1];
  const taps: Tap[] = [];
  for (let c = 0; c < channels; c++)
    for (const z of size.z > 1 ? around : [0])
      for (const y of around) for (const x of around) taps.push({ c, z, y, x });
  return taps;
}

/** The neighborhood, its border repeated, and a 1 for the constant. */
function readFeatures(
  { data, size }: Volume,
  taps: readonly Tap[],
  z: number,
  y: number,
  x: number,
  out: Float64Array,
): void {
  const within = (place: number, extent: number) => Math.min(Math.max(place, 0), extent - 1);
  for (let i = 0; i < taps.length; i++) {
    const tap = taps[i];
    const row = (tap.c * size.z + within(z + tap.z, size.z)) * size.y + within(y + tap.y, size.y);
    out[i] = data[row * size.x + within(x + tap.x, size.x)];
  }
  out[taps.length] = 1;
}

function eachVoxel({ start, size }: Region, stride: number, visit: (z: number, y: number, x: number) => void): void {
  const count = size.z * size.y * size.x;
  for (let i = 0; i < count; i += stride) {
    const x = i % size.x;
    const y = Math.floor(i / size.x) % size.y;
    const z = Math.floor(i / (size.x * size.y));
    visit(start.z + z, start.y + y, start.x + x);
  }
}

/** Normal equations (A'WA + ridge) c = A'Wt, in float64, by Cholesky. Voxels without weight are passed over. */
function fit(signal: Volume, target: Volume, weight: Volume | null, train: Region, taps: readonly Tap[]): Float64Array {
  const n = taps.length + 1;
  const squares = new Float64Array(n * n);
  const products = new Float64Array(n);
  const features = new Float64Array(n);
  const { size } = target;
  const indexOf = (z: number, y: number, x: number) => (z * size.y + y) * size.x + x;
  let counting = 0;
  eachVoxel(train, 1, (z, y, x) => (counting += !weight || weight.data[indexOf(z, y, x)] > 0 ? 1 : 0));
  const every = Math.max(1, Math.floor(counting / SAMPLES));
  let seen = 0;
  let total = 0;
  eachVoxel(train, 1, (z, y, x) => {
    const i = indexOf(z, y, x);
    const w = weight ? weight.data[i] : 1;
    if (!(w > 0) || seen++ % every !== 0) return;
    readFeatures(signal, taps, z, y, x, features);
    total += w;
    for (let a = 0; a < n; a++) {
      const wa = w * features[a];
      products[a] += wa * target.data[i];
      for (let b = 0; b <= a; b++) squares[a * n + b] += wa * features[b];
    }
  });
  for (let a = 0; a < n - 1; a++) squares[a * n + a] += RIDGE * total;
  return solve(squares, products, n);
}

/** Solves a symmetric positive definite system whose lower triangle is given, in place. */
function solve(matrix: Float64Array, right: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j];
    }
  const x = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= matrix[i * n + k] * x[k];
    x[i] /= matrix[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= matrix[k * n + i] * x[k];
    x[i] /= matrix[i * n + i];
  }
  return x;
}
