/**
 * Quantiles of all voxels, exact: numpy's `percentile` with its method `linear`, in float64.
 *
 *   h = part (n - 1),  q = x[floor h] + (h - floor h) (x[ceil h] - x[floor h])      x sorted
 *
 * Nothing is sorted or copied. Samples are counted by their bits, put in an order in which they grow with the value: those of
 * up to 16 bits in one table; longer ones by their upper half first, then, in the few halves that matter, by the lower.
 */
import type { SampleArray } from './sample-array.ts';

/** Where `parts` (0 to 1) of the samples lie below. The samples must be finite; NaN where there are none. */
export function quantiles(samples: SampleArray, parts: readonly number[]): readonly number[] {
  if (samples.length === 0) return parts.map(() => NaN);
  const places = parts.map((part) => part * (samples.length - 1));
  const ranks = places.flatMap((place) => [Math.floor(place), Math.ceil(place)]);
  const found = isShort(samples) ? rankedShort(samples, ranks) : rankedLong(samples, ranks);
  return places.map((place, i) => between(found[2 * i], found[2 * i + 1], place - Math.floor(place)));
}

/** From the nearer end, as numpy does it: the same bits. */
function between(low: number, high: number, part: number): number {
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

const HALF = 65536;

type Short = Uint8Array | Int8Array | Uint16Array | Int16Array;

function isShort(samples: SampleArray): samples is Short {
  return samples.BYTES_PER_ELEMENT <= 2;
}

/** The samples that would stand at `ranks` if all were sorted. */
function rankedShort(samples: Short, ranks: readonly number[]): readonly number[] {
  const lowest = -HALF / 2;
  const counts = new Uint32Array(HALF - lowest);
  for (let i = 0; i < samples.length; i++) counts[samples[i] - lowest]++;
  return ranks.map((rank) => seek(counts, rank).bin + lowest);
}

function rankedLong(samples: Exclude<SampleArray, Short>, ranks: readonly number[]): readonly number[] {
  const bits = new Int32Array(samples.buffer, samples.byteOffset, samples.length);
  const { negative, positive } = orders(samples);
  const upper = new Uint32Array(HALF);
  for (let i = 0; i < bits.length; i++) upper[(bits[i] ^ (bits[i] < 0 ? negative : positive)) >>> 16]++;
  const places = ranks.map((rank) => seek(upper, rank));

  const halves = [...new Set(places.map(({ bin }) => bin))];
  const tableOf = new Int32Array(HALF).fill(-1);
  halves.forEach((bin, i) => (tableOf[bin] = i * HALF));
  const lower = new Uint32Array(halves.length * HALF);
  for (let i = 0; i < bits.length; i++) {
    const key = bits[i] ^ (bits[i] < 0 ? negative : positive);
    const table = tableOf[key >>> 16];
    if (table >= 0) lower[table + (key & 0xffff)]++;
  }
  return places.map(({ bin, rank }) => {
    const table = lower.subarray(tableOf[bin], tableOf[bin] + HALF);
    const key = (bin << 16) | seek(table, rank).bin;
    const value = new Int32Array([key ^ (key < 0 ? positive : negative)]);
    if (samples instanceof Float32Array) return new Float32Array(value.buffer)[0];
    return samples instanceof Uint32Array ? value[0] >>> 0 : value[0];
  });
}

/**
 * What is to be flipped in the bits of a sample, by their sign bit, so that they grow with the value as whole numbers without
 * sign. Of a negative float all: the larger its bits, the smaller it is. The sign bit of the result is that of a sample which
 * `positive` was for, so the same table leads back with its sides swapped.
 */
function orders(samples: SampleArray): { readonly negative: number; readonly positive: number } {
  const sign = 1 << 31;
  if (samples instanceof Float32Array) return { negative: -1, positive: sign };
  return samples instanceof Int32Array ? { negative: sign, positive: sign } : { negative: 0, positive: 0 };
}

/** The bin in which the `rank`th count falls, and its rank among those in the bin. */
function seek(counts: Uint32Array, rank: number): { readonly bin: number; readonly rank: number } {
  let bin = 0;
  for (; counts[bin] <= rank; bin++) rank -= counts[bin];
  return { bin, rank };
}
