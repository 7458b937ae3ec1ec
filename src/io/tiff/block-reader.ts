/**
 * Reads single blocks of pages as grey samples, keeping the last ones. Typed arrays are taken to be little-endian, as they are
 * on all machines that ONNX Runtime runs on.
 */
import type { Samples } from '../source.ts';
import { bytesPerSample, greyOf, samplesOf, swapBytes } from '../samples.ts';
import { damaged, truncated, unsupported } from '../refusals.ts';
import { DECODERS, isUncompressed } from './decoders.ts';
import type { TiffBytes } from './directory.ts';
import { blockGrid, readBlockTable, type Page, type PageFormat } from './page.ts';
import { undoPredictor } from './predictor.ts';

/** Where a plane's pixels are: a page, and how many bytes after its blocks' places. */
export interface PlanePlace {
  readonly page: Page;
  readonly format: PageFormat;
  /** Other than 0 where planes follow each other under one directory (ImageJ). */
  readonly shift: number;
}

const CACHE_BYTES = 2 ** 26;

export type ReadBlock = (plane: PlanePlace, index: number) => Promise<Samples>;

/**
 * A function that gives block `index` (row by row) of a plane: (y, x), `blockWidth` samples a row.
 * It throws ImageError: image/damaged, image/truncated; image/unsupported for RGB whose colors differ.
 */
export function blockReader(tiff: TiffBytes): ReadBlock {
  const cache = new Map<string, Samples>(); // in the order of use, the last used at the end
  let held = 0;
  let table: { page: Page; places: ReturnType<typeof readBlockTable> } | null = null;

  return async (plane, index) => {
    const key = `${plane.page.index} ${plane.shift} ${index}`;
    const kept = cache.get(key);
    if (kept) {
      cache.delete(key);
      cache.set(key, kept);
      return kept;
    }
    if (table?.page !== plane.page)
      table = { page: plane.page, places: readBlockTable(tiff, plane.page, plane.format) };
    const { offsets, byteCounts } = await table.places;
    const samples = await readBlock(tiff, plane, index, offsets[index] + plane.shift, byteCounts[index]);
    if (!cache.has(key)) held += samples.byteLength; // two readers at once may have missed it
    cache.set(key, samples);
    for (const [oldest, { byteLength }] of cache) {
      if (held <= CACHE_BYTES || oldest === key) break;
      cache.delete(oldest);
      held -= byteLength;
    }
    return samples;
  };
}

async function readBlock(
  tiff: TiffBytes,
  { page, format }: PlanePlace,
  index: number,
  offset: number,
  byteCount: number,
): Promise<Samples> {
  const { bytes, littleEndian } = tiff;
  const { compression, predictor, type, samples, blockWidth, blockHeight } = format;
  const width = bytesPerSample(type);
  const { across } = blockGrid(format);
  const top = Math.floor(index / across) * blockHeight;
  const rowBytes = blockWidth * samples * width;
  const most = blockHeight * rowBytes;
  const length = format.tiled ? most : Math.min(blockHeight, format.height - top) * rowBytes;
  const place = `page ${page.index}, ${format.tiled ? 'tile' : 'strip'} ${index} (from y ${top}) at byte ${offset}`;

  const decoder = DECODERS[compression];
  if (byteCount * decoder.ratio < length)
    throw damaged(bytes.name, `${place} has ${byteCount} bytes (${decoder.name}); ${length} cannot come out of them.`, {
      at: offset,
    });
  // Lengths larger than the data are common; twice the samples is more than any encoder makes of them.
  const stored = isUncompressed(compression) ? length : Math.min(byteCount, 2 * most + 65536);
  if (offset + stored > bytes.size)
    throw truncated(bytes.name, `${place} ends at byte ${offset + stored}; the file has ${bytes.size}.`, bytes.size);
  const encoded = await bytes.read(offset, stored);
  let decoded: Uint8Array<ArrayBuffer>;
  try {
    decoded = (await decoder.decode(encoded, length, most)).subarray(0, length);
  } catch (cause) {
    throw damaged(
      bytes.name,
      `${place} cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { at: offset, cause },
    );
  }
  if (predictor !== 3 && !littleEndian) swapBytes(decoded, width);
  undoPredictor(predictor, decoded, blockWidth * samples, width, samples);
  const pixels = samplesOf(type, decoded);
  const grey = samples === 1 ? pixels : greyOf(pixels, samples);
  if (!grey)
    throw unsupported(
      bytes.name,
      `page ${page.index} is a color image: from y ${top} its red, green and blue differ.`,
      'Save one color or the luminance as grey (in Fiji: Image > Type > 8-bit).',
      'One intensity a pixel is needed, and which one is yours to choose.',
    );
  return grey;
}
