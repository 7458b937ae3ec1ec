/**
 * Shards of Zarr 3 (https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/): a file of several chunks with
 * an index at its end or start: for each chunk, in C order, its first byte and its bytes; all bits set where it is empty.
 */
import { crc32c } from '../../codec/index.ts';
import { damaged, truncated } from '../refusals.ts';
import type { ByteSource } from '../source.ts';
import type { ShardFormat } from './zarr-array.ts';

/** Where a chunk is in its shard's file; null where the shard has none. */
export type PlaceInShard = { readonly offset: number; readonly length: number } | null;

const ENTRY_BYTES = 16;
const SUM_BYTES = 4;
const EMPTY = 2n ** 64n - 1n;

/** The index as it is stored, checked against its CRC-32C where it has one. Throws ImageError: image/truncated, image/damaged. */
export async function readShardIndex({ chunks, index }: ShardFormat, bytes: ByteSource): Promise<DataView> {
  const entries = chunks.reduce((count, extent) => count * extent, ENTRY_BYTES);
  const length = entries + (index.checked ? SUM_BYTES : 0);
  if (length > bytes.size)
    throw truncated(bytes.name, `its index has ${length} bytes; the shard has ${bytes.size}.`, bytes.size);
  const stored = await bytes.read(index.atEnd ? bytes.size - length : 0, length);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  if (index.checked && crc32c(stored.subarray(0, entries)) !== view.getUint32(entries, true))
    throw damaged(bytes.name, 'the CRC-32C of its shard index does not fit: a byte of it was changed.');
  return view;
}

/** The place of chunk `at`, counted along each axis within the shard. Throws ImageError image/truncated for one outside the file. */
export function placeInShard(
  { chunks, index }: ShardFormat,
  entries: DataView,
  at: readonly number[],
  { name, size }: ByteSource,
): PlaceInShard {
  const entry = at.reduce((linear, i, axis) => linear * chunks[axis] + i, 0);
  const offset = entries.getBigUint64(entry * ENTRY_BYTES, !index.bigEndian);
  const length = entries.getBigUint64(entry * ENTRY_BYTES + 8, !index.bigEndian);
  if (offset === EMPTY && length === EMPTY) return null;
  if (offset + length > BigInt(size))
    throw truncated(name, `chunk (${at.join(', ')}) of this shard ends at byte ${offset + length} of ${size}.`, size);
  return { offset: Number(offset), length: Number(length) };
}
