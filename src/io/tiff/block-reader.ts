/**
 * Decodes single blocks of pages and keeps the last ones. Typed arrays are taken to be little-endian, as they are on all
 * machines that ONNX Runtime runs on.
 */
import { readInto } from '../read-into.ts';
import { recentlyUsed } from '../recently-used.ts';
import type { Samples } from '../source.ts';
import { allocateSamples, bytesPerSample, samplesOf, swapBytes } from '../samples.ts';
import { damaged, truncated } from '../refusals.ts';
import { DECODERS, isUncompressed } from './decoders.ts';
import type { TiffBytes } from './directory.ts';
import { blockGrid, blockRowBytes, readBlockTable, type BlockTable, type Page, type PageFormat } from './page.ts';
import { undoPredictor } from './predictor.ts';
import { unpackBits } from './unpack-bits.ts';

/** Where a plane's pixels are: a page, and how many bytes after its blocks' places. */
export interface PlanePlace {
  readonly tiff: TiffBytes;
  readonly page: Page;
  readonly format: PageFormat;
  /** Other than 0 where planes follow each other under one directory (ImageJ, MetaMorph). */
  readonly shift: number;
  /** Where a sample of the page is a plane of its own, which one. */
  readonly sample?: number;
}

export interface BlockReader {
  /** Where the blocks of a plane's page stand, without its shift. */
  table(plane: PlanePlace): Promise<BlockTable>;
  /**
   * Block `index` (row by row) of a plane: (y, x, sample), `blockWidth` pixels a row. `keep`: whether more of it may be
   * wanted soon.
   * Throws ImageError: image/damaged, image/truncated.
   */
  block(plane: PlanePlace, index: number, keep: boolean): Promise<Samples>;
}

const CACHE_BYTES = 2 ** 26;
const TABLES = 64;

export function blockReader(): BlockReader {
  const blocks = recentlyUsed<Samples>(CACHE_BYTES, ({ byteLength }) => byteLength);
  const tables = new Map<Page, Promise<BlockTable>>();
  const scratch: Uint8Array<ArrayBuffer>[] = []; // for encoded blocks: to ask the system for memory takes longer than to read

  const table = async ({ tiff, page, format }: PlanePlace): Promise<BlockTable> => {
    if (page.table) return page.table;
    const known = tables.get(page);
    if (known) return known;
    const [oldest] = tables.keys();
    if (tables.size >= TABLES) tables.delete(oldest);
    const places = readBlockTable(tiff, page, format);
    tables.set(page, places);
    return places;
  };

  const block = (plane: PlanePlace, index: number, keep: boolean): Promise<Samples> => {
    const key = `${plane.tiff.bytes.name} ${plane.page.index} ${plane.shift} ${index}`;
    const read = async () => {
      const { offsets, byteCounts } = await table(plane);
      return readBlock(plane, index, offsets[index] + plane.shift, byteCounts[index], scratch);
    };
    return keep ? blocks(key, read) : read();
  };
  return { table, block };
}

/** Bytes of a whole block in memory. */
export function blockBytes({ blockWidth, blockHeight, samples, planar, type }: PageFormat): number {
  return blockWidth * blockHeight * (planar ? 1 : samples) * allocateSamples(type, 0).BYTES_PER_ELEMENT;
}

async function readBlock(
  { tiff, page, format }: PlanePlace,
  index: number,
  offset: number,
  byteCount: number,
  scratch: Uint8Array<ArrayBuffer>[],
): Promise<Samples> {
  const { bytes, littleEndian } = tiff;
  const { compression, predictor, type, bits, planar, blockWidth, blockHeight } = format;
  const samples = planar ? 1 : format.samples;
  const width = bytesPerSample(type);
  const { across, down } = blockGrid(format);
  const top = (Math.floor(index / across) % down) * blockHeight;
  const rowBytes = blockRowBytes(format);
  const most = blockHeight * rowBytes;
  const rows = format.tiled ? blockHeight : Math.min(blockHeight, format.height - top);
  const length = rows * rowBytes;
  const place = `page ${page.index}, ${format.tiled ? 'tile' : 'strip'} ${index} (from y ${top}) at byte ${offset}`;

  const decoder = DECODERS[compression];
  if (byteCount * decoder.ratio < length)
    throw damaged(bytes.name, `${place} has ${byteCount} bytes (${decoder.name}); ${length} cannot come out of them.`, {
      at: offset,
    });
  // Lengths larger than the data are common; twice the samples is more than any encoder makes of them.
  const said = isUncompressed(compression) ? length : Math.min(byteCount, 2 * most + 65536);
  const stored = page.lengthsAreDecoded ? Math.min(said, Math.max(0, bytes.size - offset)) : said;
  if (offset < 0 || offset + stored > bytes.size)
    throw truncated(bytes.name, `${place} ends at byte ${offset + stored}; the file has ${bytes.size}.`, bytes.size);
  const memory = memoryFor(stored, scratch);
  const encoded = await readInto(bytes, offset, memory.subarray(0, stored));
  let decoded: Uint8Array<ArrayBuffer>;
  try {
    decoded = (await decoder.decode(encoded, length, most)).subarray(0, length);
    scratch.push(memory); // not after a failure: a decoder may still be reading it
  } catch (cause) {
    throw damaged(
      bytes.name,
      `${place} cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { at: offset, cause },
    );
  }
  if (bits !== 8 * width) return unpackBits(type, decoded, bits, rows, blockWidth * samples);
  if (predictor !== 3 && !littleEndian) swapBytes(decoded, width);
  undoPredictor(predictor, decoded, blockWidth * samples, width, samples);
  return samplesOf(type, decoded);
}

/** A buffer of at least `length` bytes: one that is free, or a new one, a bit larger for blocks that come out longer. */
function memoryFor(length: number, scratch: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const free = scratch.pop();
  return free && free.length >= length ? free : new Uint8Array(Math.ceil((length * 9) / 8));
}
