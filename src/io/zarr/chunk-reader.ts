/**
 * Reads single chunks of an array, keeping the last ones.
 *
 * A chunk whose file is not there stands for the fill value: the format says so, and writers leave out what is empty. A copy
 * that was broken off looks the same. Hence missing files are counted and told, and an array of which no chunk is there at all
 * is refused, as is a missing chunk where the file names no fill value. (A chunk that a shard's index calls empty is not
 * missing: its writer left it out.)
 */
import { ImageError } from '../../core/index.ts';
import { damaged, truncated } from '../refusals.ts';
import type { ByteSource, Files } from '../source.ts';
import { canHold, chunkBytes, decodeChunk, mostStored, type Chunk } from './chunk-format.ts';
import { openIfThere } from './json-file.ts';
import { recentlyUsed } from '../recently-used.ts';
import { placeInShard, readShardIndex } from './shard.ts';
import { holdsAnyChunk } from './whether-empty.ts';
import type { ZarrArray } from './zarr-array.ts';

const CHUNK_CACHE_BYTES = 2 ** 26;
const INDEX_CACHE_BYTES = 2 ** 24;
const MISSING_BYTES = 64; // about what it takes to remember that a chunk is not there

export interface ChunkReader {
  /** Chunk `at`, counted along each axis; null where it is not there, and the fill value stands for it. */
  read(at: readonly number[]): Promise<Chunk | null>;
  /** What was missing of all that was read so far. */
  notes(): readonly string[];
}

/** `read` throws ImageError: image/damaged, image/truncated, image/missing, each naming the chunk's file. */
export function chunkReader(files: Files, array: ZarrArray): ChunkReader {
  const { chunk: format, shard } = array;
  const withFile = sharedFiles(files);
  const chunks = recentlyUsed<Chunk | null>(CHUNK_CACHE_BYTES, (chunk) => chunk?.samples.byteLength ?? MISSING_BYTES);
  const indices = recentlyUsed<DataView>(INDEX_CACHE_BYTES, ({ byteLength }) => byteLength);
  const asked = new Set<string>();
  const missing = new Set<string>();
  let notEmpty: Promise<boolean> | null = null;

  const readStored = async (at: readonly number[]): Promise<Chunk | null> => {
    const fileAt = shard ? at.map((i, axis) => Math.floor(i / shard.chunks[axis])) : at;
    const key = array.key(fileAt);
    const path = key.split('/').reduce((folder, name) => files.join(folder, name), array.path);
    return withFile(path, async (bytes) => {
      asked.add(key);
      if (!bytes) {
        missing.add(key);
        if (array.fill === null) throw noFill(path);
        notEmpty ??= asked.size > missing.size ? Promise.resolve(true) : holdsAnyChunk(files, array);
        if (!(await notEmpty)) throw allMissing(array, path);
        return null;
      }
      if (!shard) return decode(bytes, 0, bytes.size);
      const within = at.map((i, axis) => i % shard.chunks[axis]);
      const index = await indices(key, () => readShardIndex(shard, bytes));
      const place = placeInShard(shard, index, within, bytes);
      return place && decode(bytes, place.offset, place.length);
    });
  };

  const decode = async (bytes: ByteSource, offset: number, length: number): Promise<Chunk> => {
    const expected = `(${format.shape.join(', ')}) ${format.type}, ${chunkBytes(format)} bytes`;
    const stored = `${length} bytes${shard ? ` at ${offset} of this shard` : ''}`;
    if (!canHold(format, length))
      throw truncated(bytes.name, `${stored} cannot hold a chunk ${expected}.`, offset + length);
    if (length > mostStored(format)) throw damaged(bytes.name, `${stored} are more than any chunk ${expected}.`);
    const encoded = await bytes.read(offset, length);
    try {
      return await decodeChunk(format, encoded);
    } catch (cause) {
      const how = cause instanceof Error ? cause.message : String(cause);
      throw damaged(bytes.name, `this chunk ${expected} cannot be decoded: ${how}.`, { at: offset, cause });
    }
  };

  return {
    read: (at) => chunks(at.join(' '), () => readStored(at)),
    notes: () => {
      if (missing.size === 0) return [];
      const what = shard ? 'shards' : 'chunks';
      return [`${missing.size} of ${asked.size} ${what} read so far are not there: filled with ${array.fill}`];
    },
  };
}

/** Files that are open as long as anyone reads them: chunks of one shard that are read at once share it. Null: not there. */
function sharedFiles(files: Files): <T>(path: string, use: (bytes: ByteSource | null) => Promise<T>) => Promise<T> {
  const opened = new Map<string, { readonly bytes: Promise<ByteSource | null>; users: number }>();
  return async (path, use) => {
    const file = opened.get(path) ?? { bytes: openIfThere(files, path), users: 0 };
    opened.set(path, file);
    file.users++;
    try {
      return await use(await file.bytes);
    } finally {
      if (--file.users === 0) {
        opened.delete(path);
        await (await file.bytes.catch(() => null))?.close();
      }
    }
  };
}

function noFill(path: string): ImageError {
  return new ImageError('image/missing', {
    file: path,
    what: `${path}: this chunk is not there, and the array names no fill value for it.`,
    why: 'What it held cannot be guessed.',
    remedy: 'Copy the image again from where it was made.',
  });
}

function allMissing({ path, fill }: ZarrArray, chunk: string): ImageError {
  return new ImageError('image/missing', {
    file: path,
    what: `${path}: none of its chunks is there (the first that was looked for: ${chunk}).`,
    why: `All of it would be ${fill}, as after a copy that was broken off.`,
    remedy: 'Copy the image again from where it was made, with all files in its folders.',
  });
}
