/**
 * ImageJ's TIFF: `key=value` lines in the first description. Pages run through channels, then z, then times.
 * Files over 4 GB have one directory, and `images=N` planes that follow each other.
 */
import { damaged, truncated, unsupported } from '../refusals.ts';
import { channelWith } from '../source.ts';
import { micrometersPer, plausibleLength, voxelSizeOf } from '../units.ts';
import type { PlanePlace } from './block-reader.ts';
import { isUncompressed } from './decoders.ts';
import { alike, type TiffImage } from './image-source.ts';
import { blockGrid, pageBytes, type Page } from './page.ts';
import { plainPixelSize, type Resolution } from './plain-layout.ts';

export function isImageJ(description: string): boolean {
  return description.startsWith('ImageJ=');
}

/**
 * @param pages without thumbnails
 * @param firstOffset where the pixels of the first page begin
 *
 * Throws ImageError: image/damaged where description and pages contradict each other, image/truncated, image/unsupported.
 */
export function imageJImage(
  description: string,
  file: string,
  fileSize: number,
  pages: readonly Page[],
  firstOffset: number,
  resolution: Resolution,
): TiffImage {
  const values = new Map(
    description.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).trim()]),
  );
  const count = (key: string, otherwise: number): number => {
    const text = values.get(key);
    const value = text === undefined ? otherwise : Number(text);
    if (Number.isInteger(value) && value >= 1 && value < 2 ** 31) return value;
    throw damaged(file, `ImageJ's description says ${key}=${text?.slice(0, 40)}.`);
  };
  const images = count('images', 1);
  const dimensions = ['channels', 'slices', 'frames'].some((key) => values.has(key));
  const channels = count('channels', 1);
  const frames = count('frames', 1);
  const slices = count('slices', dimensions ? 1 : images);
  const total = channels * slices * frames;
  if (total !== images)
    throw damaged(
      file,
      `ImageJ's description says ${images} images, and ${channels} channels, ${slices} slices, ${frames} frames.`,
    );

  const { page, format } = formatOf(pages[0], file);
  const consecutive = pages.length === 1 && images > 1;
  if (consecutive) requireConsecutive(page, images, file, fileSize, firstOffset);
  else if (pages.length !== images) {
    const what = `ImageJ's description says ${images} images; it has ${pages.length} pages.`;
    throw pages.length < images ? truncated(file, what) : damaged(file, what);
  }
  for (const other of pages)
    if (!alike(formatOf(other, file).format, format))
      throw damaged(file, `page ${other.index} is of another size or type than page 0 of the same ImageJ stack.`);

  const bytes = pageBytes(format);
  const notes = [];
  if (!dimensions && images > 1) notes.push('its pages were taken as z');
  if (format.samples > 1) notes.push('its pages are RGB with equal colors, read as grey');
  return {
    name: '',
    format: 'ImageJ TIFF',
    times: frames,
    timeStep: null,
    channels: Array.from({ length: channels }, () => channelWith()),
    planes: slices,
    voxelSize: voxelSize(values, resolution),
    notes,
    plane(t, c, z): PlanePlace {
      const index = (t * slices + z) * channels + c;
      return consecutive ? { page, format, shift: index * bytes } : { ...formatOf(pages[index], file), shift: 0 };
    },
  };
}

function formatOf(page: Page, file: string): Pick<PlanePlace, 'page' | 'format'> {
  if (!page.format) throw damaged(file, `page ${page.index} is a thumbnail.`);
  return { page, format: page.format };
}

/** One directory stands for all planes only where they are stored as they are, one strip each, to the last. */
function requireConsecutive(
  { format }: Page,
  images: number,
  file: string,
  fileSize: number,
  firstOffset: number,
): void {
  if (!format || !isUncompressed(format.compression) || format.tiled || blockGrid(format).down !== 1)
    throw unsupported(
      file,
      `ImageJ's description says ${images} images, and it has one page, which is not stored as it is in one strip.`,
      'Open it in Fiji and save it again.',
      'Where the other images are cannot be known.',
    );
  const end = firstOffset + images * pageBytes(format);
  if (end > fileSize)
    throw truncated(file, `its ${images} images end at byte ${end}; the file has ${fileSize}.`, fileSize);
}

function voxelSize(values: ReadonlyMap<string, string>, resolution: Resolution): TiffImage['voxelSize'] {
  const unit = values
    .get('unit')
    ?.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  if (unit === undefined) {
    const { y, x } = plainPixelSize(resolution);
    return voxelSizeOf(null, y, x);
  }
  const micrometers = micrometersPer(unit);
  if (micrometers === null) return null;
  // Some programs write `um` over a resolution in pixels a centimeter, which its unit says.
  const perUnit = resolution.unit === 3 && unit === 'um' ? 1e4 : micrometers;
  return voxelSizeOf(
    plausibleLength(Number(values.get('spacing') ?? NaN) * micrometers),
    plausibleLength(perUnit / resolution.y),
    plausibleLength(perUnit / resolution.x),
  );
}
