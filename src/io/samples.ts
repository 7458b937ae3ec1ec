/** Sample types: their arrays, their bytes, what is inside an image, and grey from equal colors. */
import { narrowToHalves, widenHalves } from '../codec/index.ts';
import type { Size } from '../volume/index.ts';
import type { ReadAt, Samples, SampleType } from './source.ts';

/** What samples are in memory; a float16 is widened by who reads it. */
const ARRAYS = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
} satisfies Record<SampleType, new (length: number) => Samples>;

/** Every type. */
export const SAMPLE_TYPES: readonly SampleType[] = Object.keys(ARRAYS) as SampleType[]; // the compiler holds the keys to them

/** Bytes of a stored sample. */
export function bytesPerSample(type: SampleType): number {
  return type === 'float16' ? 2 : ARRAYS[type].BYTES_PER_ELEMENT;
}

export function allocateSamples(type: SampleType, length: number): Samples {
  return new ARRAYS[type](length);
}

/** Memory for a read of `length` samples: that of an earlier one where it fits (`ReadAt.into`). */
export function samplesFor(type: SampleType, length: number, into: Samples | undefined): Samples {
  return into instanceof ARRAYS[type] && into.length === length ? into : allocateSamples(type, length);
}

/** Stored bytes in the machine's order as samples. They must start a buffer of their own, and may be what is returned. */
export function samplesOf(type: SampleType, bytes: Uint8Array<ArrayBuffer>): Samples {
  if (type === 'float16') return widenHalves(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2));
  return new ARRAYS[type](bytes.buffer, bytes.byteOffset, bytes.byteLength / ARRAYS[type].BYTES_PER_ELEMENT);
}

/** Samples as the bytes that the file's type has for them, little-endian: what digests are made of. */
export function storedBytes(type: SampleType, samples: Samples): Uint8Array {
  const stored = type === 'float16' ? narrowToHalves(samples as Float32Array) : samples;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength); // hosts are little-endian
}

/** Whole samples of `width` bytes turned end for end, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 2 && bytes.byteOffset % 2 === 0) {
    const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] << 8) | (words[i] >> 8); // most images are of 16 bits
    return;
  }
  for (let at = 0; at < bytes.length; at += width)
    for (let low = at, high = at + width - 1; low < high; low++, high--) {
      const byte = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = byte;
    }
}

/**
 * One grey sample a pixel from pixels of `count` samples (grey and alpha, RGB, RGB and alpha), or null where the colors
 * differ or the alpha is not full everywhere: then no single grey is what was stored.
 */
export function greyOf<S extends Samples>(pixels: S, count: number): S | null {
  const colors = count <= 2 ? 1 : 3;
  const opaque = 2 ** (8 * pixels.BYTES_PER_ELEMENT) - 1;
  const grey = pixels.slice(0, pixels.length / count) as S; // slice keeps the type of the array
  for (let i = 0, at = 0; at < pixels.length; i++, at += count) {
    grey[i] = pixels[at];
    if (colors === 3 && (pixels[at + 1] !== pixels[at] || pixels[at + 2] !== pixels[at])) return null;
    if (count > colors && pixels[at + colors] !== opaque) return null;
  }
  return grey;
}

/** What an image of one plane, time and channel gives for a read. Throws RangeError as `requireInside` does. */
export function cropPlane(file: string, plane: Samples, size: Size, at: ReadAt): Samples {
  requireInside(file, at, { times: 1, channels: 1, size });
  const { start, size: box } = at.region;
  if (box.y === size.y && box.x === size.x) return plane.slice();
  const crop = plane.slice(0, box.y * box.x);
  for (let y = 0; y < box.y; y++) {
    const from = (start.y + y) * size.x + start.x;
    copySamples(crop, y * box.x, plane, from, from + box.x);
  }
  return crop;
}

/** Samples `from` to `to` of `source` to `at` in `target`. Both are of one type, which TypeScript cannot follow. */
export function copySamples(target: Samples, at: number, source: Samples, from: number, to: number): void {
  (target as Float64Array).set(source.subarray(from, to), at);
}

/** A read outside the image is a defect of the caller: RangeError. */
export function requireInside(file: string, at: ReadAt, image: { times: number; channels: number; size: Size }): void {
  const { start, size: box } = at.region;
  const inside = (['z', 'y', 'x'] as const).every(
    (axis) => start[axis] >= 0 && box[axis] >= 1 && start[axis] + box[axis] <= image.size[axis],
  );
  if (!inside || !(at.time >= 0 && at.time < image.times && at.channel >= 0 && at.channel < image.channels))
    throw new RangeError(`${file}: a read outside the image: ${JSON.stringify(at)} in ${JSON.stringify(image)}`);
}
