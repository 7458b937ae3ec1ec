/** How an OME-Zarr is laid out, by what is asked for: the levels of its pyramid, their chunks and shards. */
import { UsageError } from '../../core/index.ts';
import type { Size } from '../../volume/index.ts';
import { bytesPerSample } from '../samples.ts';
import type { ImageDescription } from '../source.ts';
import { pyramidLevels } from '../halve-plane.ts';
import { type ArrayLayout, chunksOf, type Compression, type OmeZarrVersion } from './write-array.ts';

export interface OmeZarrOptions {
  /** `0.5` by default; `0.4` for programs that read Zarr 2 only. */
  readonly version?: OmeZarrVersion;
  /** Voxels of a chunk: z 1, y 512, x 512 by default. `z` planes are held in memory. What passes the image is cut. */
  readonly chunk?: Size;
  /** Voxels of a shard, a multiple of `chunk` along each axis: fewer files. 0.5 only. By default each chunk is a file. */
  readonly shards?: Size;
  /** By default `zstd` in 0.5, and in 0.4 `gzip`, there in the wrapping that old readers in Java know (`zlib`). */
  readonly compression?: Compression;
  /** Whether levels of half the size follow, down to 256 or less; they do by default. */
  readonly pyramid?: boolean;
}

const CHUNK: Size = { z: 1, y: 512, x: 512 };
/** A level that fits in this square is the last. */
const SMALLEST_LEVEL = 256;
/** Of the planes of one layer of chunks. */
const MOST_HELD_BYTES = 2 ** 26;

/** The levels of the pyramid, the image itself first. `file` is for messages. Throws UsageError usage/chunk. */
export function planLevels(
  file: string,
  description: ImageDescription,
  {
    version = '0.5',
    chunk = CHUNK,
    shards,
    compression = version === '0.4' ? 'gzip' : 'zstd',
    pyramid = true,
  }: OmeZarrOptions,
): ArrayLayout[] {
  requireChunks(file, description, { version, chunk, shards });
  const { size } = description;
  const planes = pyramid ? pyramidLevels(size, SMALLEST_LEVEL) : [size];
  const levels = planes.map(({ y, x }): Size => ({ z: size.z, y, x }));
  return levels.map((size, level) => {
    const fitting = leastOf(chunk, size);
    const chunks = chunksOf({ size, chunk: fitting });
    return {
      path: String(level),
      version,
      type: description.type,
      times: description.times,
      channels: description.channels.length,
      size,
      chunk: fitting,
      perShard: shards
        ? leastOf({ z: shards.z / chunk.z, y: shards.y / chunk.y, x: shards.x / chunk.x }, chunks)
        : null,
      compression,
    };
  });
}

function leastOf(a: Size, b: Size): Size {
  return { z: Math.min(a.z, b.z), y: Math.min(a.y, b.y), x: Math.min(a.x, b.x) };
}

/** Throws UsageError usage/chunk for chunks and shards that cannot be. */
function requireChunks(
  file: string,
  { size, type }: ImageDescription,
  { version, chunk, shards }: Pick<OmeZarrOptions, 'version' | 'chunk' | 'shards'> & { chunk: Size },
): void {
  const refused = (what: string, why: string, remedy: string) =>
    new UsageError('usage/chunk', { file, what: `${file}: ${what}`, why, remedy });
  const text = ({ z, y, x }: Size) => `(z ${z}, y ${y}, x ${x})`;
  if (
    ![chunk, ...(shards ? [shards] : [])].every(({ z, y, x }) =>
      [z, y, x].every((n) => Number.isSafeInteger(n) && n > 0),
    )
  )
    throw refused(
      `chunks of ${text(chunk)}${shards ? ` in shards of ${text(shards)}` : ''} are asked for.`,
      'Chunks have one voxel or more along each axis.',
      'Give whole numbers from 1.',
    );
  if (shards && version === '0.4')
    throw refused(
      'shards are asked for in OME-Zarr 0.4.',
      'Its Zarr 2 has none.',
      'Write 0.5, or leave the shards out.',
    );
  if (shards && (shards.z % chunk.z || shards.y % chunk.y || shards.x % chunk.x))
    throw refused(
      `shards of ${text(shards)} are not made of whole chunks of ${text(chunk)}.`,
      'A chunk lies in one shard.',
      'Make each extent of the shard a multiple of the chunk\u2019s.',
    );
  const plane = size.y * size.x * bytesPerSample(type);
  const held = Math.min(chunk.z, size.z);
  if (held > 1 && held * plane > MOST_HELD_BYTES)
    throw refused(
      `chunks of ${held} planes would hold ${Math.round((held * plane) / 2 ** 20)} MB in memory.`,
      'Planes wait there until a layer of chunks is whole.',
      `Make chunks of at most z ${Math.max(1, Math.floor(MOST_HELD_BYTES / plane))}.`,
    );
}
