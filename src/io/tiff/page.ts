/**
 * A page of a TIFF: what its tags say of the pixels, and where their blocks (strips or tiles) stand.
 * Refused by name, with what to do: all that cannot be given as the stored samples.
 */
import { bytesPerSample } from '../samples.ts';
import { convertRemedy, damaged, truncated, unsupported } from '../refusals.ts';
import { compressionName, DECODERS } from './decoders.ts';
import { readNumber, readNumbers, type Directory, type Tag, type TiffBytes } from './directory.ts';
import { parsePixelFormat, SAVE_AS, type PixelFormat } from './pixel-format.ts';
import type { Predictor } from './predictor.ts';
import { TAG } from './tags.ts';

/** What pages of one stack have in common. */
export interface PageFormat extends PixelFormat {
  readonly width: number;
  readonly height: number;
  readonly compression: number;
  readonly predictor: Predictor;
  readonly blockWidth: number;
  readonly blockHeight: number;
  /** Tiles are whole, also at the edge of the image; the last strip is short. */
  readonly tiled: boolean;
}

export interface Page {
  readonly index: number;
  /** Null for a thumbnail: a reduced copy that stands among the pages. */
  readonly format: PageFormat | null;
  readonly offsets: Tag | undefined;
  readonly byteCounts: Tag | undefined;
  /** Where the blocks are, if they are few; else it is read when it is needed. */
  readonly table?: BlockTable;
  /** The lengths are those of the decoded blocks, as LSM files have them. */
  readonly lengthsAreDecoded?: true;
  readonly description: Tag | undefined;
  /** What Micro-Manager says of a page, as JSON. */
  readonly microManager: Tag | undefined;
}

export interface BlockTable {
  readonly offsets: Float64Array;
  readonly byteCounts: Float64Array;
}

/** A page that is no thumbnail. */
export interface FullPage {
  readonly page: Page;
  readonly format: PageFormat;
}

const REDUCED = 1;
const FEW_BLOCKS = 32;

/** Reads what a directory says of its page. Throws ImageError: image/unsupported, image/damaged, image/truncated. */
export async function parsePage(tiff: TiffBytes, { at, tags }: Directory, index: number): Promise<Page> {
  const file = tiff.bytes.name;
  const one = (code: number, otherwise: number) => readNumber(tiff, tags.get(code), otherwise);
  const tiled = tags.has(TAG.tileOffsets) || tags.has(TAG.tileWidth);
  const place = {
    index,
    // Of tiles some old programs say it by the strips' tags.
    offsets: (tiled ? tags.get(TAG.tileOffsets) : undefined) ?? tags.get(TAG.stripOffsets),
    byteCounts: (tiled ? tags.get(TAG.tileByteCounts) : undefined) ?? tags.get(TAG.stripByteCounts),
    description: tags.get(TAG.description),
    microManager: tags.get(TAG.microManager),
  };
  if ((await one(TAG.subfileType, 0)) & REDUCED) return { ...place, format: null };

  const width = await one(TAG.width, 0);
  const height = await one(TAG.height, 0);
  const samples = await one(TAG.samplesPerPixel, 1);
  if (!isCount(width) || !isCount(height) || !isCount(samples))
    throw damaged(file, `page ${index} says it is (y ${height}, x ${width}) of ${samples} samples.`, { at });
  const compression = await one(TAG.compression, 1);
  if (!DECODERS[compression])
    throw unsupported(
      file,
      `page ${index} is compressed with ${compressionName(compression)} (TIFF compression ${compression}).`,
      `${SAVE_AS} ${convertRemedy(file)}`,
      'Without its decoder there are no pixels.',
    );
  const pixels = await parsePixelFormat(tiff, tags, index, samples);
  const { type, bits } = pixels;
  const predictor = await one(TAG.predictor, 1);
  const isFloat = type.startsWith('float');
  if (predictor !== 1 && predictor !== 2 && !(predictor === 3 && isFloat))
    throw unsupported(file, `page ${index} has ${type} samples with predictor ${predictor}.`, SAVE_AS);
  if (predictor !== 1 && bits !== 8 * bytesPerSample(type))
    throw unsupported(file, `page ${index} has packed samples of ${bits} bits with predictor ${predictor}.`, SAVE_AS);
  if (predictor !== 1 && !DECODERS[compression].predicted)
    throw unsupported(
      file,
      `page ${index} has predictor ${predictor} with compression ${compressionName(compression)}.`,
      SAVE_AS,
      'Programs do not agree on what its pixels are.',
    );

  const blockWidth = tiled ? await one(TAG.tileWidth, 0) : width;
  const blockHeight = tiled ? await one(TAG.tileLength, 0) : Math.min(height, await one(TAG.rowsPerStrip, height));
  const format: PageFormat = { ...pixels, width, height, compression, predictor, blockWidth, blockHeight, tiled };
  requireBlocks(tiff, format, place, at);
  const page = { ...place, format };
  if (blockGrid(format).total > FEW_BLOCKS) return page;
  return { ...page, table: await readBlockTable(tiff, page, format) }; // which stands near, and has been read with it
}

/** A whole number of at least 1 and below 2^31. */
function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value < 2 ** 31;
}

/** Blocks across and down the page, and how many there are of all its samples. */
export function blockGrid({ width, height, blockWidth, blockHeight, planar, samples }: PageFormat): {
  across: number;
  down: number;
  total: number;
} {
  const [across, down] = [Math.ceil(width / blockWidth), Math.ceil(height / blockHeight)];
  return { across, down, total: across * down * (planar ? samples : 1) };
}

/** Bytes of a page's samples as they are stored without compression. */
export function pageBytes({ width, height, samples, planar, bits }: PageFormat): number {
  return planar ? height * samples * Math.ceil((width * bits) / 8) : height * Math.ceil((width * samples * bits) / 8);
}

/** Bytes of a row of a block, without compression. */
export function blockRowBytes({ blockWidth, samples, planar, bits }: PageFormat): number {
  return Math.ceil((blockWidth * (planar ? 1 : samples) * bits) / 8);
}

/** Where the blocks stand and how long they are, row by row. Throws ImageError: image/damaged, image/truncated. */
export async function readBlockTable(tiff: TiffBytes, page: Page, format: PageFormat): Promise<BlockTable> {
  const { total } = blockGrid(format);
  const offsets = await readNumbers(tiff, page.offsets, total);
  const byteCounts = await readNumbers(tiff, page.byteCounts, total);
  if (!offsets || !byteCounts) throw damaged(tiff.bytes.name, `page ${page.index} does not say where its pixels are.`);
  const possible = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (!offsets.every(possible) || !byteCounts.every(possible))
    throw damaged(tiff.bytes.name, `page ${page.index} says that its pixels are where no byte can be.`);
  return { offsets, byteCounts };
}

/** The blocks cover the page, are all listed, and can be in a file of this size. */
function requireBlocks(
  tiff: TiffBytes,
  format: PageFormat,
  { index, offsets, byteCounts }: Pick<Page, 'index' | 'offsets' | 'byteCounts'>,
  at: number,
): void {
  const { name, size } = tiff.bytes;
  const { blockWidth, blockHeight, samples, type, compression, tiled } = format;
  if (!isCount(blockWidth) || !isCount(blockHeight))
    throw damaged(name, `page ${index} has blocks of (y ${blockHeight}, x ${blockWidth}).`, { at });
  if (blockWidth * blockHeight * samples * bytesPerSample(type) >= 2 ** 31)
    throw unsupported(
      name,
      `page ${index} stands in blocks of (y ${blockHeight}, x ${blockWidth}), over 2 GB each.`,
      'Save it in tiles.',
      'A block must be read as a whole.',
    );
  const { total } = blockGrid(format);
  for (const [what, tag] of [
    ['offsets', offsets],
    ['lengths', byteCounts],
  ] as const)
    if (!tag || tag.count < total)
      throw damaged(
        name,
        `page ${index} (y ${format.height}, x ${format.width}) needs ${total} ${tiled ? 'tiles' : 'strips'}, and lists the ${what} of ${tag?.count ?? 0}.`,
        { at },
      );
  const ratio = DECODERS[compression].ratio;
  if (pageBytes(format) > size * ratio)
    throw truncated(
      name,
      `page ${index} is (y ${format.height}, x ${format.width}) ${type}, ${pageBytes(format)} bytes; a file of ${size} bytes cannot hold them.`,
      size,
    );
}
