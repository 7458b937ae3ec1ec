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

/** Transforms in place; `inverse` undoes it. */
export function transform({ size, data }: Spectrum, inverse: boolean): void {
  const row = 2 * size.x;
  for (let z = 0; z < size.z; z++) transformLines(data, z * size.y * row, row, size.y, size.x, 2, inverse);
  for (let z = 0; z < size.z; z++) transformLines(data, z * size.y * row, 2, size.x, size.y, row, inverse);
  for (let y = 0; y < size.y; y++) transformLines(data, y * row, 2, size.x, size.z, row * size.y, inverse);
}

/** Lines at once: as many as fit a cache line, so that strided axes read each of them once. */
const TOGETHER = 8;

/** `count` lines of `length` numbers `stride` floats apart; the next line begins `between` floats further. */
function transformLines(
  data: Float32Array,
  start: number,
  between: number,
  count: number,
  length: number,
  stride: number,
  inverse: boolean,
): void {
  if (length === 1) return;
  const fft = ofLength(length);
  const lines = Array.from({ length: TOGETHER }, () => new Float64Array(2 * length));
  const out = new Float64Array(2 * length);
  for (let first = 0; first < count; first += TOGETHER) {
    const together = Math.min(TOGETHER, count - first);
    for (let i = 0, at = start + first * between; i < length; i++, at += stride)
      for (let l = 0, from = at; l < together; l++, from += between) {
        lines[l][2 * i] = data[from];
        lines[l][2 * i + 1] = data[from + 1];
      }
    for (let l = 0; l < together; l++) {
      if (inverse) fft.inverseTransform(out, lines[l]);
      else fft.transform(out, lines[l]);
      lines[l].set(out);
    }
    for (let i = 0, at = start + first * between; i < length; i++, at += stride)
      for (let l = 0, from = at; l < together; l++, from += between) {
        data[from] = lines[l][2 * i];
        data[from + 1] = lines[l][2 * i + 1];
      }
  }
}

const plans = new Map<number, FFT>();

function ofLength(length: number): FFT {
  let plan = plans.get(length);
  if (!plan) plans.set(length, (plan = new FFT(length)));
  return plan;
}
