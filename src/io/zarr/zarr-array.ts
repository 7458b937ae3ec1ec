/** An array of a Zarr, in either version: what its metadata say, checked, so that whoever reads it can go by it. */
import type { ImageError } from '../../core/index.ts';
import { convertRemedy, damaged, unsupported } from '../refusals.ts';
import { chunkBytes, type ChunkFormat } from './chunk-format.ts';
import { shown } from './json-file.ts';

export interface ZarrArray {
  /** Its folder. */
  readonly path: string;
  readonly shape: readonly number[];
  /** Stands for chunks that are not there; null where the file names none. */
  readonly fill: number | null;
  /** As the writer calls the axes, where it does. */
  readonly dimensionNames: readonly unknown[] | null;
  readonly chunk: ChunkFormat;
  /** Where several chunks share a file. */
  readonly shard: ShardFormat | null;
  /** The name of a chunk's file (of a shard's, where there are shards) below `path`, with `/` between folders. */
  key(at: readonly number[]): string;
}

export interface ShardFormat {
  /** Chunks along each axis. */
  readonly chunks: readonly number[];
  readonly index: { readonly atEnd: boolean; readonly bigEndian: boolean; readonly checked: boolean };
}

const MOST_AXES = 5;
const MAX_EXTENT = 2 ** 31;
const MAX_CHUNK_BYTES = 2 ** 31;

/** Extents from metadata. Throws ImageError: image/damaged, image/unsupported for more axes than an image has. */
export function parseShape(value: unknown, what: string, file: string): readonly number[] {
  const whole = (extent: unknown) => Number.isInteger(extent) && (extent as number) >= 0;
  if (!Array.isArray(value) || !value.every(whole)) throw damaged(file, `its ${what} is ${shown(value)}.`);
  const shape = value as readonly number[]; // every one was looked at
  if (shape.length < 1 || shape.length > MOST_AXES)
    throw unsupported(
      file,
      `its ${what} has ${shape.length} axes; an image has 1 to ${MOST_AXES}.`,
      'Save the part that is meant as an array of up to five axes (t, c, z, y, x).',
      'Which axis is which cannot be told.',
    );
  if (shape.includes(0))
    throw unsupported(
      file,
      `its ${what} (${shape.join(', ')}) is empty.`,
      'Name an image that has voxels.',
      'There is nothing to read.',
    );
  if (shape.some((extent) => extent > MAX_EXTENT)) throw damaged(file, `its ${what} is (${shape.join(', ')}).`);
  return shape;
}

/** Throws ImageError image/unsupported for chunks that are too large to be read at once. */
export function requireReadable(chunk: ChunkFormat, file: string): void {
  const bytes = chunkBytes(chunk);
  if (bytes > MAX_CHUNK_BYTES)
    throw unsupported(
      file,
      `its chunks are (${chunk.shape.join(', ')}) ${chunk.type}, ${bytes} bytes each; ${MAX_CHUNK_BYTES} can be read.`,
      'Save the image with smaller chunks.',
      'A chunk is in memory as a whole.',
    );
}

/** `.` or `/`, what else stands between the numbers of a chunk could lead anywhere. */
export function parseSeparator(value: unknown, file: string): '.' | '/' {
  if (value === '.' || value === '/') return value;
  throw damaged(file, `it puts ${shown(value)} between the numbers of a chunk.`);
}

/** A part of Zarr 3 that is not read. */
export function notRead(file: string, what: string): ImageError {
  return unsupported(file, `${what}, which is not read.`, convertRemedy(file));
}
