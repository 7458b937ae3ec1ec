/**
 * What of an image is compared with another: a box whose extents are powers of two, high-passed and clipped, so that one speck
 * doesn't outweigh a field, without its mean, faded out at its borders.
 */
import { voxelCount, type Size, type Volume } from '../../volume/index.ts';

/** How a field is put in a box: binned by `bin`, then `extent` samples from `start` on, at the box's corner. */
export interface Framing {
  readonly bin: Size;
  readonly start: Size;
  readonly extent: Size;
  readonly box: Size;
}

/** Samples of a box at most: 4 million make one transform of 0.4 s, and 160 MB in all. */
const MOST_SAMPLES = 2 ** 22;
/** Of an axis, at least this part is looked at before samples are binned. */
const LEAST_PART = 0.5;
/** Standard deviation of the blur that is taken away, and beyond how many deviations of what is left values are clipped. */
const HIGH_PASS = 8;
const CLIP = 3;
/** Part of an axis over which it fades out on either side; 16 samples at most. */
const FADE = 0.1;
const MOST_FADE = 16;

/** The box for fields of `size`. */
export function frameField(size: Size): Framing {
  for (let factor = 1; ; factor++) {
    const bin = { z: 1, y: factor, x: factor };
    const extent = { z: size.z, y: Math.floor(size.y / factor), x: Math.floor(size.x / factor) };
    const box = { z: powerFrom(extent.z), y: powerFrom(extent.y), x: powerFrom(extent.x) };
    while (voxelCount(box) > MOST_SAMPLES) {
      const axes = (['z', 'y', 'x'] as const).filter((axis) => box[axis] > 8);
      const cheapest = axes.reduce((a, b) => (extent[b] / box[b] < extent[a] / box[a] ? b : a));
      box[cheapest] /= 2;
      extent[cheapest] = Math.min(extent[cheapest], box[cheapest]);
    }
    const parts = [extent.z / size.z, (extent.y * factor) / size.y, (extent.x * factor) / size.x];
    if (Math.min(...parts) < LEAST_PART) continue;
    const middle = (axis: keyof Size) => Math.floor((Math.floor(size[axis] / bin[axis]) - extent[axis]) / 2);
    return { bin, start: { z: middle('z'), y: middle('y'), x: middle('x') }, extent, box };
  }
}

/** The smallest power of two that holds `length`. */
function powerFrom(length: number): number {
  return 2 ** Math.ceil(Math.log2(length));
}

/** Of one channel, which must be finite, the framed part as (z, y, x) of `framing.extent`; null where nothing is to be seen. */
export function derivedImage(volume: Volume, framing: Framing): Float32Array | null {
  const { extent } = framing;
  const image = framed(volume, framing);
  const plane = extent.y * extent.x;
  for (let z = 0; z < extent.z; z++) {
    const values = image.subarray(z * plane, (z + 1) * plane);
    const blurred = blur(values, extent, HIGH_PASS);
    for (let i = 0; i < plane; i++) values[i] -= blurred[i];
  }
  let squares = 0;
  for (const value of image) squares += value * value;
  const most = CLIP * Math.sqrt(squares / image.length);
  if (!(most > 0)) return null;
  let sum = 0;
  for (let i = 0; i < image.length; i++) {
    image[i] = Math.max(-most, Math.min(most, image[i]));
    sum += image[i];
  }
  const mean = sum / image.length;
  const [fadeZ, fadeY, fadeX] = [fade(extent.z), fade(extent.y), fade(extent.x)];
  let at = 0;
  for (let z = 0; z < extent.z; z++)
    for (let y = 0; y < extent.y; y++)
      for (let x = 0; x < extent.x; x++, at++) image[at] = (image[at] - mean) * fadeZ[z] * fadeY[y] * fadeX[x];
  return image;
}

/** The framed part, each sample the mean of its bin. */
function framed({ data, size }: Volume, { bin, start, extent }: Framing): Float32Array {
  const out = new Float32Array(voxelCount(extent));
  const scale = 1 / voxelCount(bin);
  let to = 0;
  for (let z = 0; z < extent.z; z++)
    for (let y = 0; y < extent.y; y++)
      for (let x = 0; x < extent.x; x++, to++) {
        let sum = 0;
        for (let dy = 0; dy < bin.y; dy++) {
          const row = ((start.z + z) * size.y + (start.y + y) * bin.y + dy) * size.x + (start.x + x) * bin.x;
          for (let dx = 0; dx < bin.x; dx++) sum += data[row + dx];
        }
        out[to] = sum * scale;
      }
  return out;
}

function fade(length: number): Float64Array {
  const width = length === 1 ? 0 : Math.max(1, Math.min(MOST_FADE, Math.floor(length * FADE)));
  return Float64Array.from({ length }, (_, i) => {
    const inside = Math.min(i, length - 1 - i) + 0.5;
    return inside < width ? (1 - Math.cos((Math.PI * inside) / width)) / 2 : 1;
  });
}

/** A plane blurred along y and x by three boxes each, nearly a Gaussian of deviation `sigma`; borders are mirrored. */
export function blur(plane: Float32Array, { y: rows, x: columns }: Size, sigma: number): Float32Array {
  const radius = Math.max(1, Math.round(Math.sqrt((12 * sigma * sigma) / 3 + 1) / 2 - 0.5));
  const [from, to] = [Float32Array.from(plane), new Float32Array(plane.length)];
  for (let pass = 0; pass < 3; pass++) {
    boxLines(from, to, rows, columns, columns, 1, radius);
    boxLines(to, from, columns, rows, 1, columns, radius);
  }
  return from;
}

/** Running means of 2 radius + 1 samples along lines of `length` that lie `between` apart, samples `stride` apart. */
function boxLines(
  from: Float32Array,
  to: Float32Array,
  lines: number,
  length: number,
  between: number,
  stride: number,
  radius: number,
): void {
  const width = Math.min(radius, length - 1);
  const inside = (i: number) => (i < 0 ? -1 - i : i >= length ? 2 * length - 1 - i : i);
  for (let line = 0; line < lines; line++) {
    const start = line * between;
    let sum = 0;
    for (let i = -width; i <= width; i++) sum += from[start + inside(i) * stride];
    for (let i = 0; i < length; i++) {
      to[start + i * stride] = sum / (2 * width + 1);
      sum += from[start + inside(i + width + 1) * stride] - from[start + inside(i - width) * stride];
    }
  }
}
