/** The directory of a CZI: of each subblock, what it shows and where it stands. Reduced copies (pyramids) are left out. */
import { damaged, truncated, unsupported } from '../refusals.ts';
import { bytesPerSample } from '../samples.ts';
import { CODECS, compressionName } from './codecs.ts';
import { PIXEL_TYPES, pixelTypeName, type PixelType } from './pixel-types.ts';
import { asciiOf, cziRemedy, position, readSegment, SEGMENT_HEADER_BYTES, viewOf, type CziBytes } from './segments.ts';

/** A subblock of full resolution: a rectangle of one plane, in the stage's pixels. */
export interface Tile {
  /** Where its segment stands. */
  readonly at: number;
  readonly entryBytes: number;
  readonly pixelType: number;
  readonly compression: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly time: number;
  readonly channel: number;
  readonly z: number;
  readonly scene: number;
  /** Tiles are painted in this order, which is not that of the directory; -1 where it is no tile of a mosaic. */
  readonly mosaic: number;
  /** H, V, R, I. */
  readonly others: readonly number[];
}

/** One subblock's, here and in its own segment. */
export interface Entry {
  readonly bytes: number;
  readonly at: number;
  readonly part: number;
  readonly pixelType: number;
  readonly compression: number;
  readonly spans: ReadonlyMap<string, Span>;
}

interface Span {
  readonly start: number;
  readonly size: number;
  /** Along X and Y, of the pixels that are stored; 0 in files that do not say. */
  readonly stored: number;
}

const DIRECTORY_HEADER_BYTES = 128;
const ENTRY_BYTES = 32;
const SPAN_BYTES = 20;
const MAX_SPANS = 40;
/** The least that a subblock's segment takes. */
const SUBBLOCK_BYTES = SEGMENT_HEADER_BYTES + 256;
/** Samples of one tile, decoded. */
const MAX_TILE_BYTES = 2 ** 30;
const OTHERS: Readonly<Record<string, string>> = { H: 'phases', V: 'views', R: 'rotations', I: 'illuminations' };
const AXES = 'XYZCTSMBHVRI'; // B, the block of the acquisition, says nothing on where a tile belongs

/**
 * All tiles of full resolution, in the directory's order. Each can be within the file, by its size.
 * Throws ImageError: image/unsupported, image/damaged, image/truncated.
 */
export async function readDirectory(czi: CziBytes): Promise<Tile[]> {
  const { bytes, read, directory } = czi;
  const file = bytes.name;
  const { data, used } = await readSegment(czi, directory, 'ZISRAWDIRECTORY');
  const entries = data + DIRECTORY_HEADER_BYTES;
  const have = (end: number) => {
    if (end > bytes.size)
      throw truncated(file, `its directory at byte ${directory} goes on to byte ${end} or further.`, bytes.size);
  };
  have(entries);
  const count = viewOf(await read(data, 4)).getInt32(0, true);
  if (count <= 0) throw damaged(file, `its directory says ${count} subblocks.`, { at: data });
  have(entries + count * ENTRY_BYTES);

  const tiles: Tile[] = [];
  let at = entries;
  for (let i = 0; i < count; i++) {
    have(at + ENTRY_BYTES);
    const spans = viewOf(await read(at, ENTRY_BYTES)).getInt32(28, true);
    const length = entryBytes(file, spans, at);
    have(at + length);
    const entry = parseEntry(file, await read(at, length), at);
    if (entry.part !== 0)
      throw unsupported(
        file,
        `a subblock is in part ${entry.part} of a CZI that was split into several files.`,
        'In ZEN, save it as one file.',
      );
    if (isFullResolution(file, entry, at)) tiles.push(requireReadable(czi, tileOf(file, entry, at), tiles[0]));
    at += length;
  }
  if (used !== 0 && used !== at - data)
    throw damaged(file, `its directory has ${used} bytes; its ${count} subblocks take ${at - data}.`, {
      at: directory,
    });
  if (tiles.length === 0)
    throw unsupported(file, 'none of its subblocks is an image at full resolution.', cziRemedy(file));
  return tiles;
}

function entryBytes(file: string, spans: number, at: number): number {
  if (spans < 2 || spans > MAX_SPANS) throw damaged(file, `a subblock has ${spans} dimensions (byte ${at}).`, { at });
  return ENTRY_BYTES + spans * SPAN_BYTES;
}

/** @param entry begins at byte `at` of the file */
export function parseEntry(file: string, entry: Uint8Array, at: number): Entry {
  const schema = asciiOf(entry.subarray(0, 2));
  if (schema !== 'DV')
    throw damaged(file, `a subblock is described by ${JSON.stringify(schema)}, not DV (byte ${at}).`, { at });
  const view = viewOf(entry);
  const bytes = entryBytes(file, view.getInt32(28, true), at);
  if (bytes > entry.length) throw damaged(file, `a subblock's description does not end (byte ${at}).`, { at });
  const spans = new Map<string, Span>();
  for (let from = ENTRY_BYTES; from < bytes; from += SPAN_BYTES) {
    const axis = asciiOf(entry.subarray(from, from + 4)).toUpperCase();
    if (axis.length !== 1 || !AXES.includes(axis) || spans.has(axis))
      throw damaged(file, `a subblock has a dimension ${JSON.stringify(axis)} too many (byte ${at}).`, { at });
    const [start, size, stored] = [4, 8, 16].map((offset) => view.getInt32(from + offset, true));
    spans.set(axis, { start, size, stored });
  }
  return {
    bytes,
    at: position(file, view, 6),
    part: view.getInt32(14, true),
    pixelType: view.getInt32(2, true),
    compression: view.getInt32(18, true),
    spans,
  };
}

/**
 * By what is stored: the byte that should tell a pyramid's tiles cannot be relied upon.
 * Throws ImageError image/damaged where the sizes are those of neither: a tile would silently lack.
 */
function isFullResolution(file: string, { spans }: Entry, at: number): boolean {
  const [x, y] = ['X', 'Y'].map((axis) => span(file, spans, axis, at));
  const whole = ({ size, stored }: Span) => stored === size || stored === 0;
  const reduced = ({ size, stored }: Span) => (stored > 0 && stored < size) || size === 1;
  if (whole(x) && whole(y)) return true;
  if (reduced(x) && reduced(y)) return false;
  throw damaged(
    file,
    `a subblock of y ${y.size}, x ${x.size} has pixels of y ${y.stored}, x ${x.stored} (byte ${at}).`,
    { at },
  );
}

function span(file: string, spans: Entry['spans'], axis: string, at: number): Span {
  const found = spans.get(axis);
  if (!found || found.size < 1) throw damaged(file, `a subblock has no size along ${axis} (byte ${at}).`, { at });
  return found;
}

/** A subblock of full resolution. Throws ImageError image/unsupported where it is more than a plane's rectangle. */
export function tileOf(file: string, entry: Entry, at: number): Tile {
  const { spans } = entry;
  const [x, y] = [span(file, spans, 'X', at), span(file, spans, 'Y', at)];
  const start = (axis: string) => {
    const { start, size } = spans.get(axis) ?? { start: 0, size: 1 };
    if (size !== 1)
      throw unsupported(file, `a subblock has ${size} indices along ${axis} (byte ${at}).`, cziRemedy(file));
    return start;
  };
  return {
    at: entry.at,
    entryBytes: entry.bytes,
    pixelType: entry.pixelType,
    compression: entry.compression,
    x: x.start,
    y: y.start,
    width: x.size,
    height: y.size,
    time: start('T'),
    channel: start('C'),
    z: start('Z'),
    scene: start('S'),
    mosaic: Math.max(-1, spans.get('M')?.start ?? -1), // libCZI paints those without a place in the mosaic first
    others: Object.keys(OTHERS).map(start),
  };
}

/** @param first of the file's tiles, where there is one already */
function requireReadable({ bytes }: CziBytes, tile: Tile, first: Tile = tile): Tile {
  const file = bytes.name;
  const codec = CODECS[tile.compression];
  if (!codec)
    throw unsupported(
      file,
      `its pixels are compressed as ${compressionName(tile.compression)}, which is not read.`,
      cziRemedy(file),
    );
  const type = pixelTypeOf(file, tile);
  Object.entries(OTHERS).forEach(([axis, name], i) => {
    if (tile.others[i] !== first.others[i])
      throw unsupported(
        file,
        `it has several ${name} (dimension ${axis}: ${first.others[i]} and ${tile.others[i]}).`,
        `In ZEN, save one of the ${name}, or process them into one image.`,
        'They are neither times, channels nor z.',
      );
  });
  const length = tileBytes(tile, type);
  if (length > MAX_TILE_BYTES)
    throw unsupported(
      file,
      `a subblock (y ${tile.height}, x ${tile.width}, ${type.name}) has ${length} bytes; ${MAX_TILE_BYTES} are read at most.`,
      cziRemedy(file),
      'It is decoded at once, in memory.',
    );
  if (tile.at + SUBBLOCK_BYTES > bytes.size || length > bytes.size * codec.ratio)
    throw truncated(
      file,
      `a subblock (a piece of its image, ${length} bytes of pixels) should stand at byte ${tile.at}; the file has ${bytes.size} bytes.`,
      bytes.size,
    );
  return tile;
}

/** Throws ImageError image/unsupported for those that are not read. */
export function pixelTypeOf(file: string, { pixelType }: Tile): PixelType {
  const type = PIXEL_TYPES[pixelType];
  if (type) return type;
  throw unsupported(
    file,
    `its pixels are ${pixelTypeName(pixelType)} (${pixelType}), which is not read.`,
    cziRemedy(file),
  );
}

/** Of a tile's pixels, decoded. */
export function tileBytes({ width, height }: Tile, type: PixelType): number {
  return width * height * type.samples * bytesPerSample(type.type);
}
