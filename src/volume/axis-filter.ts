/**
 * One axis on another grid: Keys' cubic convolution (a = -1/2; IEEE ASSP 29, 1153, 1981), widened where the step grows.
 *
 *   y[i] = sum over j of k((j + 1/2 - (i + 1/2) r) / w) x[j], divided by the sum of the k      r = new step / old, w = max(1, r)
 *   k(t) = 3/2 |t|^3 - 5/2 t^2 + 1 up to |t| = 1,  -1/2 |t|^3 + 5/2 t^2 - 4 |t| + 2 up to 2,  0 beyond
 *
 * Why this one: it keeps ramps and parabolas where it interpolates, which Lanczos' filters do not; it reaches two samples, not
 * three; and widened by the factor it takes away what the coarser grid cannot show. It overshoots at edges by a few percent.
 * Sample i stands in the middle of its voxel, at (i + 1/2) steps from the corner, which both grids share. Beyond its ends the
 * axis is mirrored there (x[-1] = x[0]), so that sums are kept. Constants stay constants, by the division.
 */

/** Old samples from `first` on, and what each counts in a new one. */
export interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** What a stretch of the new axis is made of. */
export interface AxisFilter {
  /** The old samples that are needed: `length` from `start` on. */
  readonly start: number;
  readonly length: number;
  /** One a new sample, their `first` counted from `start`; null where old samples stay as they are. */
  readonly taps: readonly Taps[] | null;
}

/** Old samples on either side that a new one is made of, in widened steps. */
const REACH = 2;

/**
 * New samples `from` up to and without `to`, of an axis of `length` old samples whose steps become `ratio` times as long.
 * With `ratio` 1 samples stay as they are.
 */
export function axisFilter(length: number, ratio: number, from: number, to: number): AxisFilter {
  if (ratio === 1 && to <= length) return { start: from, length: to - from, taps: null };
  const taps = Array.from({ length: to - from }, (_, i) =>
    tapsAt((from + i + 0.5) * ratio, Math.max(1, ratio), length),
  );
  const start = taps.reduce((least, { first }) => Math.min(least, first), Infinity);
  const end = taps.reduce((most, { first, weights }) => Math.max(most, first + weights.length), 0);
  return { start, length: end - start, taps: taps.map((tap) => ({ ...tap, first: tap.first - start })) };
}

/** For the new sample `center` old steps from the corner. */
function tapsAt(center: number, width: number, length: number): Taps {
  const low = Math.ceil(center - REACH * width - 0.5);
  const high = Math.floor(center + REACH * width - 0.5);
  let [first, last] = [Infinity, -Infinity];
  for (let j = low; j <= high; j++) {
    if (cubic((j + 0.5 - center) / width) === 0) continue;
    first = Math.min(first, mirrored(j, length));
    last = Math.max(last, mirrored(j, length));
  }
  const weights = new Float64Array(last - first + 1);
  let sum = 0;
  for (let j = low; j <= high; j++) {
    const weight = cubic((j + 0.5 - center) / width);
    if (weight === 0) continue;
    weights[mirrored(j, length) - first] += weight;
    sum += weight;
  }
  return { first, weights: weights.map((weight) => weight / sum) };
}

function cubic(t: number): number {
  const at = Math.abs(t);
  if (at < 1) return (1.5 * at - 2.5) * at * at + 1;
  return at < 2 ? ((-0.5 * at + 2.5) * at - 4) * at + 2 : 0;
}

/** Where sample `j` of an axis that is mirrored at its ends again and again is found. */
export function mirrored(j: number, length: number): number {
  const period = 2 * length;
  const at = ((j % period) + period) % period;
  return at < length ? at : period - 1 - at;
}
