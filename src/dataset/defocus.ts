/**
 * A signal a little out of focus: a Gaussian blur in each plane, so that a network does not rely on one sharpness.
 *
 *   y[i] = sum over |j| <= r of g(j) x[i + j] / sum of the g      g(j) = exp(-j^2 / (2 sigma^2)),  r = floor(4 sigma + 1/2)
 *
 * Along x, then along y; planes are mirrored at their edges (x[-1] = x[0]). It is scipy's `gaussian_filter` with its defaults:
 * mode `reflect`, truncate 4.
 */
import type { Random } from '../core/index.ts';
import { mirrored } from '../volume/index.ts';

interface Plane {
  readonly y: number;
  readonly x: number;
}

/** Deviations that the Gaussian reaches. */
const TRUNCATE = 4;

/**
 * Blurs one patch (c, z, y, x), planes of (y, x) voxels one after another, in place. Sigma, in voxels, is drawn uniformly in
 * [0, most); all planes and channels are blurred alike.
 */
export function defocus(patch: Float32Array, plane: Plane, most: number, random: Random): void {
  blurPlanes(patch, plane, most * random.uniform());
}

/** As `defocus`, by a given sigma. */
export function blurPlanes(patch: Float32Array, { y, x }: Plane, sigma: number): void {
  const weights = gaussian(sigma);
  const r = weights.length >> 1;
  if (r === 0) return;
  const alongX = new Line(x, weights);
  const alongY = new Line(y, weights);
  for (let at = 0; at < patch.length; at += y * x) {
    for (let row = at; row < at + y * x; row += x) alongX.blur(patch, row, 1);
    for (let column = at; column < at + x; column++) alongY.blur(patch, column, x);
  }
}

/** Weights of a reach of r samples to either side, which add up to 1. */
function gaussian(sigma: number): Float64Array {
  const r = Math.floor(TRUNCATE * sigma + 0.5);
  if (r === 0) return Float64Array.of(1);
  const weights = Float64Array.from({ length: 2 * r + 1 }, (_, i) => Math.exp(-0.5 * ((i - r) / sigma) ** 2));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** A row or column with its mirrored ends. */
class Line {
  readonly #length: number;
  readonly #weights: Float64Array;
  readonly #padded: Float64Array;
  /** For each sample of the padded line, which of the line it is. */
  readonly #from: Int32Array;

  constructor(length: number, weights: Float64Array) {
    const r = weights.length >> 1;
    this.#length = length;
    this.#weights = weights;
    // Outputs are made four at a time, the last ones perhaps for nothing.
    this.#padded = new Float64Array(length + 2 * r + 3);
    this.#from = Int32Array.from({ length: length + 2 * r }, (_, i) => mirrored(i - r, length));
  }

  blur(data: Float32Array, start: number, stride: number): void {
    const padded = this.#padded;
    const from = this.#from;
    const weights = this.#weights;
    for (let i = 0; i < from.length; i++) padded[i] = data[start + from[i] * stride];
    const taps = weights.length;
    const length = this.#length;
    for (let i = 0; i < length; i += 4) {
      // Four neighbors share most of their samples: each is read once for all of them.
      let [a, b, c] = [padded[i], padded[i + 1], padded[i + 2]];
      let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
      for (let j = 0; j < taps; j++) {
        const d = padded[i + j + 3];
        const weight = weights[j];
        sumA += weight * a;
        sumB += weight * b;
        sumC += weight * c;
        sumD += weight * d;
        a = b;
        b = c;
        c = d;
      }
      const at = start + i * stride;
      data[at] = sumA;
      if (i + 1 < length) data[at + stride] = sumB;
      if (i + 2 < length) data[at + 2 * stride] = sumC;
      if (i + 3 < length) data[at + 3 * stride] = sumD;
    }
  }
}
