/** How the samples of one chunk become the bytes that are stored, and back. */
import { allocateSamples, bytesPerSample, samplesOf, swapBytes } from '../samples.ts';
import type { Samples, SampleType } from '../source.ts';
import type { ByteCodec } from './byte-codecs.ts';

export interface ChunkFormat {
  readonly type: SampleType;
  /** Samples along each axis of the array. */
  readonly shape: readonly number[];
  /** The array's axes as the chunk stores them, slowest first: 0, 1, 2 in C order. */
  readonly order: readonly number[];
  /** Whether each sample is stored as its difference to the one before. */
  readonly delta: boolean;
  readonly bigEndian: boolean;
  /** In the order in which they were applied. */
  readonly codecs: readonly ByteCodec[];
}

export interface Chunk {
  readonly samples: Samples;
  /** Samples from one index to the next along each axis of the array. */
  readonly strides: readonly number[];
}

/** Bytes of a chunk's samples before they are encoded. */
export function chunkBytes({ shape, type }: Pick<ChunkFormat, 'shape' | 'type'>): number {
  return shape.reduce((count, extent) => count * extent, bytesPerSample(type));
}

/** The most bytes in which a chunk can be stored. */
export function mostStored(format: ChunkFormat): number {
  return format.codecs.reduce((length, codec) => codec.mostEncoded(length), chunkBytes(format));
}

/** Whether `stored` bytes can become a chunk at all; memory is asked for only where they can. */
export function canHold(format: ChunkFormat, stored: number): boolean {
  return format.codecs.reduce((bytes, { ratio }) => bytes * ratio, stored) >= chunkBytes(format);
}

/** Throws Error where the bytes do not become just the chunk's samples. */
export async function decodeChunk(format: ChunkFormat, bytes: Uint8Array): Promise<Chunk> {
  const { codecs, type, shape, order } = format;
  const expected = chunkBytes(format);
  const lengths = codecs.map((_, i) =>
    codecs.slice(0, i).reduce((length, codec) => codec.mostEncoded(length), expected),
  );
  let encoded = bytes;
  for (let i = codecs.length - 1; i >= 0; i--) encoded = await codecs[i].decode(encoded, lengths[i]);
  const decoded = new Uint8Array(encoded); // aligned, and nobody else's where bytes are swapped
  if (decoded.length !== expected) throw new Error(`it gives ${decoded.length} bytes; its samples are ${expected}`);
  if (format.bigEndian) swapBytes(decoded, bytesPerSample(type));
  const samples = samplesOf(type, decoded);
  if (type === 'bool' && samples.some((value) => value > 1)) throw new Error('it has a bool other than 0 and 1');
  return { samples: format.delta ? sums(samples, type) : samples, strides: stridesOf(shape, order) };
}

/** Each sample with all before it, as the type wraps. */
function sums(differences: Samples, type: SampleType): Samples {
  const out = allocateSamples(type, differences.length);
  for (let i = 0, sum = 0; i < out.length; i++) {
    out[i] = sum + differences[i];
    sum = out[i];
  }
  return out;
}

function stridesOf(shape: readonly number[], order: readonly number[]): number[] {
  const strides: number[] = Array(shape.length).fill(0);
  let stride = 1;
  for (const axis of [...order].reverse()) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}
