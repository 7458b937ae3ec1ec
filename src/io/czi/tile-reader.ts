/** Reads the pixels of single tiles, keeping the last ones. */
import { recentlyUsed } from '../recently-used.ts';
import { damaged, truncated, unsupported } from '../refusals.ts';
import { bytesPerSample, samplesOf } from '../samples.ts';
import type { ByteSource, Samples } from '../source.ts';
import { CODECS } from './codecs.ts';
import { parseEntry, pixelTypeOf, tileBytes, tileOf, type Tile } from './directory.ts';
import { cziRemedy, parseSegmentHeader, position, SEGMENT_HEADER_BYTES, viewOf } from './segments.ts';

const CACHE_BYTES = 2 ** 26;
/** Sizes of metadata, attachment and pixels, before the entry that the directory has, too. */
const SIZES_BYTES = 16;
const MIN_DATA_BYTES = 256;

/** (y, x, sample) of a tile; colors are blue, green, red. */
export type ReadTile = (tile: Tile) => Promise<Samples>;

/** A function that throws ImageError: image/damaged, image/truncated; image/unsupported for Gray32 from 2^31. */
export function tileReader(bytes: ByteSource): ReadTile {
  const tiles = recentlyUsed<Samples>(CACHE_BYTES, ({ byteLength }) => byteLength);
  return (tile) => tiles(tile, () => readTile(bytes, tile));
}

async function readTile(bytes: ByteSource, tile: Tile): Promise<Samples> {
  const file = bytes.name;
  const stored = await readStoredBytes(bytes, tile);
  const pixelType = pixelTypeOf(file, tile);
  const { type } = pixelType;
  const codec = CODECS[tile.compression]; // the directory's reader has seen that it is one of them
  const length = tileBytes(tile, pixelType);
  const place = `the subblock at byte ${tile.at} (y ${tile.height}, x ${tile.width})`;
  if (stored.length * codec.ratio < length)
    throw damaged(file, `${place} has ${stored.length} bytes (${codec.name}); ${length} cannot come out of them.`, {
      at: tile.at,
    });
  let samples: Samples;
  try {
    samples = samplesOf(type, await codec.decode(stored, length, bytesPerSample(type)));
  } catch (cause) {
    throw damaged(file, `${place} cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      at: tile.at,
      cause,
    });
  }
  if (type === 'int32' && samples.some((value) => value < 0))
    throw unsupported(
      file,
      `${place} is Gray32 with the highest bit set.`,
      cziRemedy(file),
      'Some programs take it for a negative number and some for a large one.',
    );
  return samples;
}

/** The encoded pixels, where the subblock says of itself what the directory says of it: readers follow the one or the other. */
async function readStoredBytes(bytes: ByteSource, tile: Tile): Promise<Uint8Array> {
  const file = bytes.name;
  const { at } = tile;
  const entryAt = SEGMENT_HEADER_BYTES + SIZES_BYTES;
  const headerBytes = entryAt + tile.entryBytes;
  if (at + headerBytes > bytes.size) throw truncated(file, `the subblock at byte ${at} is cut.`, bytes.size);
  const header = await bytes.read(at, headerBytes);
  const { data, used } = parseSegmentHeader(file, header, at, 'ZISRAWSUBBLOCK');
  const own = tileOf(file, parseEntry(file, header.subarray(entryAt), at + entryAt), at);
  if (!sameTile(own, tile))
    throw damaged(file, `the subblock at byte ${at} is described in itself otherwise than in the directory.`, { at });

  const view = viewOf(header);
  const [metadata, attachment] = [0, 4].map((offset) => view.getInt32(SEGMENT_HEADER_BYTES + offset, true));
  const length = position(file, view, SEGMENT_HEADER_BYTES + 8);
  const before = Math.max(MIN_DATA_BYTES, SIZES_BYTES + tile.entryBytes) + metadata;
  if (metadata < 0 || attachment < 0 || (used !== 0 && used !== before + length + attachment))
    throw damaged(
      file,
      `the subblock at byte ${at} has ${used} bytes; its parts are ${metadata}, ${length} and ${attachment}.`,
      { at },
    );
  const end = data + before + length;
  if (end > bytes.size)
    throw truncated(
      file,
      `the subblock at byte ${at} ends at byte ${end}; the file has ${bytes.size} bytes.`,
      bytes.size,
    );
  return bytes.read(data + before, length);
}

function sameTile(own: Tile, listed: Tile): boolean {
  return JSON.stringify({ ...own, at: 0 }) === JSON.stringify({ ...listed, at: 0 });
}
