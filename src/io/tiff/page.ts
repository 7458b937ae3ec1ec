/**
 * A page of a TIFF: what its tags say of the pixels, and where their blocks (strips or tiles) stand.
 * Refused by name, with what to do: all that cannot be given as the stored samples.
 */
import type { SampleType } from '../source.ts';
import { bytesPerSample } from '../samples.ts';
import { convertRemedy, damaged, truncated, unsupported } from '../refusals.ts';
import { compressionName, DECODERS } from './decoders.ts';
import { readNumber, readNumbers, type Directory, type Tag, type TiffBytes } from './directory.ts';
import type { Predictor } from './predictor.ts';

export const TAG = {
  subfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  description: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  software: 305,
  predictor: 317,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  subIfds: 330,
  sampleFormat: 339,
  imageDepth: 32997,
  imageJByteCounts: 50838,
  imageJMetadata: 50839,
} as const;

/** What pages of one stack have in common. */
export interface PageFormat {
  readonly width: number;
  readonly height: number;
  readonly type: SampleType;
  /** 1, or those of an RGB image: 3, or 4 with alpha. They stand side by side. */
  readonly samples: number;
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
}

const SAVE_AS = 'Save it as 8-bit, 16-bit or 32-bit grey TIFF, uncompressed or with LZW or Deflate.';
const REDUCED = 1;

/** Reads what a directory says of its page. Throws ImageError: image/unsupported, image/damaged, image/truncated. */
export async function parsePage(tiff: TiffBytes, { at, tags }: Directory, index: number): Promise<Page> {
  const file = tiff.bytes.name;
  const one = (code: number, otherwise: number) => readNumber(tiff, tags.get(code), otherwise);
  const tiled = tags.has(TAG.tileOffsets);
  const place = {
    index,
    offsets: tags.get(tiled ? TAG.tileOffsets : TAG.stripOffsets),
    byteCounts: tags.get(tiled ? TAG.tileByteCounts : TAG.stripByteCounts),
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
  await refuseUnread(tiff, tags, index, samples);
  const type = await sampleType(tiff, tags, index, samples);
  const predictor = await one(TAG.predictor, 1);
  if (predictor !== 1 && predictor !== 2 && !(predictor === 3 && type.startsWith('float')))
    throw unsupported(file, `page ${index} has ${type} samples with predictor ${predictor}.`, SAVE_AS);
  if (predictor !== 1 && !DECODERS[compression].predicted)
    throw unsupported(
      file,
      `page ${index} has predictor ${predictor} with compression ${compressionName(compression)}.`,
      SAVE_AS,
      'Programs do not agree on what its pixels are.',
    );

  const blockWidth = tiled ? await one(TAG.tileWidth, 0) : width;
  const blockHeight = tiled ? await one(TAG.tileLength, 0) : Math.min(height, await one(TAG.rowsPerStrip, height));
  const format: PageFormat = { width, height, type, samples, compression, predictor, blockWidth, blockHeight, tiled };
  requireBlocks(tiff, format, place, at);
  return { ...place, format };
}

/** A whole number of at least 1 and below 2^31. */
function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value < 2 ** 31;
}

/** Blocks across and down the page. */
export function blockGrid({ width, height, blockWidth, blockHeight }: PageFormat): { across: number; down: number } {
  return { across: Math.ceil(width / blockWidth), down: Math.ceil(height / blockHeight) };
}

/** Bytes of a page's samples as they are in memory. */
export function pageBytes({ width, height, samples, type }: PageFormat): number {
  return width * height * samples * bytesPerSample(type);
}

/** Where the blocks stand and how long they are, row by row. Throws ImageError: image/damaged, image/truncated. */
export async function readBlockTable(
  tiff: TiffBytes,
  page: Page,
  format: PageFormat,
): Promise<{ offsets: Float64Array; byteCounts: Float64Array }> {
  const { across, down } = blockGrid(format);
  const offsets = await readNumbers(tiff, page.offsets, across * down);
  const byteCounts = await readNumbers(tiff, page.byteCounts, across * down);
  if (!offsets || !byteCounts) throw damaged(tiff.bytes.name, `page ${page.index} does not say where its pixels are.`);
  const possible = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (!offsets.every(possible) || !byteCounts.every(possible))
    throw damaged(tiff.bytes.name, `page ${page.index} says that its pixels are where no byte can be.`);
  return { offsets, byteCounts };
}

async function refuseUnread(
  tiff: TiffBytes,
  tags: ReadonlyMap<number, Tag>,
  index: number,
  samples: number,
): Promise<void> {
  const file = tiff.bytes.name;
  const one = (code: number, otherwise: number) => readNumber(tiff, tags.get(code), otherwise);
  const photometric = await one(TAG.photometric, 1);
  const colors: Readonly<Record<number, string>> = {
    4: 'a mask',
    5: 'CMYK',
    6: 'YCbCr',
    8: 'L*a*b*',
    9: 'L*a*b*',
    10: 'L*a*b*',
    32803: 'a raw color filter array',
  };
  if (colors[photometric]) throw unsupported(file, `page ${index} is ${colors[photometric]}, not grey.`, SAVE_AS);
  if ((await one(TAG.fillOrder, 1)) !== 1)
    throw unsupported(file, `the bits of page ${index} run backwards (FillOrder 2).`, SAVE_AS);
  if ((await one(TAG.imageDepth, 1)) !== 1)
    throw unsupported(file, `page ${index} holds several planes (ImageDepth).`, SAVE_AS);
  const interleavedColor =
    photometric === 2 && (samples === 3 || samples === 4) && (await one(TAG.planarConfiguration, 1)) === 1;
  if (samples > 1 && !interleavedColor)
    throw unsupported(
      file,
      `page ${index} has ${samples} samples a pixel${photometric === 2 ? ' in planes of their own' : ''}.`,
      'Save each channel as pages of their own (in Fiji: Image > Color > Split Channels, then Merge Channels).',
    );
}

async function sampleType(
  tiff: TiffBytes,
  tags: ReadonlyMap<number, Tag>,
  index: number,
  samples: number,
): Promise<SampleType> {
  const bits = (await readNumbers(tiff, tags.get(TAG.bitsPerSample), samples)) ?? [1];
  const formats = (await readNumbers(tiff, tags.get(TAG.sampleFormat), samples)) ?? [1];
  const kind = { 1: 'uint', 2: 'int', 3: 'float', 4: 'uint' }[formats[0]];
  const alike = bits.every((b) => b === bits[0]) && formats.every((f) => f === formats[0]);
  const type = TYPES.find((name) => alike && name === `${kind}${bits[0]}`);
  if (!type)
    throw unsupported(
      tiff.bytes.name,
      `page ${index} has samples of ${[...new Set(bits)].join(' and ')} bits${kind === 'float' ? ' (floating point)' : ''}.`,
      `${SAVE_AS} ${convertRemedy(tiff.bytes.name)}`,
      `Only ${TYPES.join(', ')} are read.`,
    );
  if (samples > 1 && kind !== 'uint')
    throw unsupported(tiff.bytes.name, `page ${index} is RGB of ${type} samples.`, SAVE_AS);
  return type;
}

const TYPES: readonly SampleType[] = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'];

/** The blocks cover the page, are all listed, and can be in a file of this size. */
function requireBlocks(
  tiff: TiffBytes,
  format: PageFormat,
  { index, offsets, byteCounts }: Omit<Page, 'format'>,
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
  const { across, down } = blockGrid(format);
  for (const [what, tag] of [
    ['offsets', offsets],
    ['lengths', byteCounts],
  ] as const)
    if (!tag || tag.count < across * down)
      throw damaged(
        name,
        `page ${index} (y ${format.height}, x ${format.width}) needs ${across * down} ${tiled ? 'tiles' : 'strips'}, and lists the ${what} of ${tag?.count ?? 0}.`,
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
