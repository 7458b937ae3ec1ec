/** Where the encoded chunks of an array go: each to a file of its own, or many to one shard. */
import { crc32c } from '../../codec/index.ts';
import type { Size } from '../../volume/index.ts';
import type { TreeSink } from '../source.ts';

/** Which chunk: time, channel, and the number of the chunk along z, y and x. */
export interface ChunkPlace extends Size {
  readonly time: number;
  readonly channel: number;
}

export type WriteChunk = (place: ChunkPlace, bytes: Uint8Array) => Promise<void>;

/** `FOLDER/time/channel/z/y/x` for each chunk. */
export function chunkFiles(tree: TreeSink, folder: string): WriteChunk {
  return (place, bytes) => tree.append(pathOf(folder, place), bytes);
}

/**
 * Shards (Zarr 3, `sharding_indexed`, the index at the end): a file begins with its first chunk, grows by each chunk as it
 * comes, in any order, and ends with the index once all its chunks that are inside the array have come.
 *
 * The index is (z, y, x) x (offset, length) as unsigned 64-bit numbers, little-endian, all ones for a chunk outside the
 * array, and their CRC-32C. Only the indexes of open shards are held.
 */
export function shardFiles(
  tree: TreeSink,
  folder: string,
  { chunks, perShard }: { /** In the whole array. */ readonly chunks: Size; readonly perShard: Size },
): WriteChunk {
  const open = new Map<string, { readonly index: DataView; length: number; missing: number }>();
  return async (place, bytes) => {
    const shard = { ...place, ...eachAxis((axis) => Math.floor(place[axis] / perShard[axis])) };
    const path = pathOf(folder, shard);
    const inside = eachAxis((axis) => Math.min(perShard[axis], chunks[axis] - shard[axis] * perShard[axis]));
    const file = open.get(path) ?? { index: emptyIndex(perShard), length: 0, missing: inside.z * inside.y * inside.x };
    open.set(path, file);
    const { z, y, x } = eachAxis((axis) => place[axis] % perShard[axis]);
    const entry = 16 * ((z * perShard.y + y) * perShard.x + x);
    file.index.setBigUint64(entry, BigInt(file.length), true);
    file.index.setBigUint64(entry + 8, BigInt(bytes.length), true);
    file.length += bytes.length;
    await tree.append(path, bytes);
    if (--file.missing > 0) return;
    open.delete(path);
    await tree.append(path, sealed(file.index));
  };
}

function pathOf(folder: string, { time, channel, z, y, x }: ChunkPlace): string {
  return [folder, time, channel, z, y, x].join('/');
}

function eachAxis(of: (axis: keyof Size) => number): Size {
  return { z: of('z'), y: of('y'), x: of('x') };
}

/** Room for the CRC-32C included. */
function emptyIndex({ z, y, x }: Size): DataView {
  return new DataView(new Uint8Array(16 * z * y * x + 4).fill(0xff).buffer);
}

function sealed(index: DataView): Uint8Array {
  const bytes = new Uint8Array(index.buffer, index.byteOffset, index.byteLength);
  index.setUint32(bytes.length - 4, crc32c(bytes.subarray(0, -4)), true);
  return bytes;
}
