/** What a directory says of its samples: their type, how many a pixel has, and which of them are colors. */
import { convertRemedy, unsupported } from '../refusals.ts';
import { SAMPLE_TYPES, bytesPerSample } from '../samples.ts';
import type { SampleType } from '../source.ts';
import { readNumber, readNumbers, type Tag, type TiffBytes } from './directory.ts';
import { TAG } from './tags.ts';

export interface PixelFormat {
  readonly type: SampleType;
  /** Of a sample as it is stored: those of the type, or fewer, packed without gaps. */
  readonly bits: number;
  /** A pixel's. */
  readonly samples: number;
  /** The samples of one kind stand in blocks of their own, all of the first kind first; else those of a pixel side by side. */
  readonly planar: boolean;
  /** The first three samples are red, green and blue. */
  readonly rgb: boolean;
}

export const SAVE_AS = 'Save it as 8-bit, 16-bit or 32-bit TIFF, uncompressed or with LZW or Deflate.';

const COLORS: Readonly<Record<number, string>> = {
  4: 'a mask',
  5: 'CMYK',
  6: 'YCbCr',
  8: 'L*a*b*',
  9: 'L*a*b*',
  10: 'L*a*b*',
  32803: 'a raw color filter array',
};
const RGB = 2;
const SEPARATE = 2;
const MOST_PACKED_BITS = 16;
const MOST_SAMPLES = 4096;
const TYPES = SAMPLE_TYPES.filter((type) => type !== 'bool'); // which is told by its one bit

type Tags = ReadonlyMap<number, Tag>;

/** Throws ImageError: image/unsupported, image/truncated. Palettes only say how values are shown: the values are the data. */
export async function parsePixelFormat(
  tiff: TiffBytes,
  tags: Tags,
  index: number,
  samples: number,
): Promise<PixelFormat> {
  const file = tiff.bytes.name;
  const one = (code: number, otherwise: number) => readNumber(tiff, tags.get(code), otherwise);
  const photometric = await one(TAG.photometric, 1);
  if (COLORS[photometric])
    throw unsupported(file, `page ${index} is ${COLORS[photometric]}, not grey or RGB.`, SAVE_AS);
  if ((await one(TAG.fillOrder, 1)) !== 1)
    throw unsupported(file, `the bits of page ${index} run backwards (FillOrder 2).`, SAVE_AS);
  if ((await one(TAG.imageDepth, 1)) !== 1)
    throw unsupported(file, `page ${index} holds several planes (ImageDepth).`, SAVE_AS);
  if (samples > MOST_SAMPLES)
    throw unsupported(
      file,
      `page ${index} has ${samples} samples a pixel.`,
      SAVE_AS,
      `Up to ${MOST_SAMPLES} are read.`,
    );
  const planar = samples > 1 && (await one(TAG.planarConfiguration, 1)) === SEPARATE;
  const rgb = photometric === RGB && samples >= 3;
  return { ...(await sampleType(tiff, tags, index, samples)), samples, planar, rgb };
}

async function sampleType(
  tiff: TiffBytes,
  tags: Tags,
  index: number,
  samples: number,
): Promise<Pick<PixelFormat, 'type' | 'bits'>> {
  const all = (await readNumbers(tiff, tags.get(TAG.bitsPerSample), samples)) ?? [1];
  const formats = (await readNumbers(tiff, tags.get(TAG.sampleFormat), samples)) ?? [1];
  const kind = { 1: 'uint', 2: 'int', 3: 'float', 4: 'uint' }[formats[0]];
  const alike = all.every((b) => b === all[0]) && formats.every((f) => f === formats[0]);
  const bits = all[0];
  const type = alike ? (TYPES.find((name) => name === `${kind}${bits}`) ?? packedType(kind, bits)) : null;
  if (!type)
    throw unsupported(
      tiff.bytes.name,
      `page ${index} has samples of ${[...new Set(all)].slice(0, 4).join(' and ')} bits${kind === 'float' ? ' (floating point)' : ''}.`,
      `${SAVE_AS} ${convertRemedy(tiff.bytes.name)}`,
      `Only ${TYPES.join(', ')} are read, and whole numbers packed in up to ${MOST_PACKED_BITS} bits.`,
    );
  return { type, bits };
}

function packedType(kind: string | undefined, bits: number): SampleType | null {
  if (kind !== 'uint' || !Number.isInteger(bits) || bits < 1 || bits > MOST_PACKED_BITS) return null;
  if (bits === 1) return 'bool';
  return bits < 8 * bytesPerSample('uint8') ? 'uint8' : 'uint16';
}
