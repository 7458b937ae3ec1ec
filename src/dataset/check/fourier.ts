/**
 * Fourier transform of a box of complex numbers, one axis after the other by fft.js. Each extent is a power of two; an axis
 * of 1 stays as it is. Numbers are float32 between axes: the noise that this adds lies far below that of any image.
 */
import FFT from 'fft.js';
import { voxelCount, type Size } from '../../volume/index.ts';

/** Complex numbers (z, y, x), x fastest, as pairs (re, im). */
export interface Spectrum {
  readonly size: Size;
  readonly data: Float32Array;
}

export function emptySpectrum(size: Size): Spectrum {
  return { size, data: new Float32Array(2 * voxelCount(size)) };
}

/** Places along y and x. */
export interface Wanted {
  readonly y: readonly number[];
  readonly x: readonly number[];
}

/**
 * Transforms in place; `inverse` undoes it. Where only some places of the result are wanted, the others hold what came out
 * half way: with a quarter of y and of x it takes half the time.
 */
export function transform({ size, data }: Spectrum, inverse: boolean, wanted: Wanted = everywhere(size)): void {
  const row = 2 * size.x;
  const rows = upTo(size.y);
  for (let z = 0; z < size.z; z++) transformLines(data, z * size.y * row, row, rows, size.x, 2, inverse);
  for (let z = 0; z < size.z; z++) transformLines(data, z * size.y * row, 2, wanted.x, size.y, row, inverse);
  for (const y of wanted.y) transformLines(data, y * row, 2, wanted.x, size.z, row * size.y, inverse);
}

function everywhere({ y, x }: Size): Wanted {
  return { y: upTo(y), x: upTo(x) };
}

function upTo(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** Lines at once: as many as fit a cache line, so that strided axes read each of them once. */
const TOGETHER = 8;

/** The `chosen` lines of `length` numbers `stride` floats apart; line n begins n * `between` floats after `start`. */
function transformLines(
  data: Float32Array,
  start: number,
  between: number,
  chosen: readonly number[],
  length: number,
  stride: number,
  inverse: boolean,
): void {
  if (length === 1) return;
  const fft = ofLength(length);
  const lines = Array.from({ length: TOGETHER }, () => new Float64Array(2 * length));
  const out = new Float64Array(2 * length);
  for (let first = 0; first < chosen.length; first += TOGETHER) {
    const starts = chosen.slice(first, first + TOGETHER).map((line) => start + line * between);
    for (let i = 0, along = 0; i < length; i++, along += stride)
      for (let l = 0; l < starts.length; l++) {
        lines[l][2 * i] = data[starts[l] + along];
        lines[l][2 * i + 1] = data[starts[l] + along + 1];
      }
    for (let l = 0; l < starts.length; l++) {
      if (inverse) fft.inverseTransform(out, lines[l]);
      else fft.transform(out, lines[l]);
      lines[l].set(out);
    }
    for (let i = 0, along = 0; i < length; i++, along += stride)
      for (let l = 0; l < starts.length; l++) {
        data[starts[l] + along] = lines[l][2 * i];
        data[starts[l] + along + 1] = lines[l][2 * i + 1];
      }
  }
}

const plans = new Map<number, FFT>();

function ofLength(length: number): FFT {
  let plan = plans.get(length);
  if (!plan) plans.set(length, (plan = new FFT(length)));
  return plan;
}
