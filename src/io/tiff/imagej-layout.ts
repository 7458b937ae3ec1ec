/**
 * ImageJ's TIFF: `key=value` lines in the first description. Pages run through channels, then z, then times.
 * Files over 4 GB have one directory, and `images=N` planes that follow each other.
 */
import { damaged, truncated } from '../refusals.ts';
import { channelWith } from '../source.ts';
import { micrometersPer, type SaidVoxelSize, saidVoxelSize, voxelSizeOf } from '../units.ts';
import { consecutivePlanes } from './consecutive.ts';
import type { TiffBytes } from './directory.ts';
import { alike, type TiffImage } from './image-source.ts';
import type { FullPage } from './page.ts';
import { plainPixelSize, type Resolution } from './resolution.ts';

export function isImageJ(description: string): boolean {
  return description.startsWith('ImageJ=');
}

/**
 * @param pages without thumbnails
 *
 * Throws ImageError: image/damaged where description and pages contradict each other, image/truncated, image/unsupported.
 */
export async function imageJImage(
  description: string,
  tiff: TiffBytes,
  pages: readonly FullPage[],
  resolution: Resolution,
): Promise<TiffImage> {
  const file = tiff.bytes.name;
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

  const [{ page, format }] = pages;
  const consecutive = pages.length === 1 && images > 1;
  if (!consecutive && pages.length !== images) {
    const what = `ImageJ's description says ${images} images; it has ${pages.length} pages.`;
    throw pages.length < images ? truncated(file, what) : damaged(file, what);
  }
  for (const other of pages)
    if (!alike(other.format, format))
      throw damaged(file, `page ${other.page.index} is of another size or type than page 0 of the same ImageJ stack.`);
  const placeOf = consecutive
    ? await consecutivePlanes(tiff, page, images, "ImageJ's description says")
    : (index: number) => ({ tiff, ...pages[index], shift: 0 });
  const { voxelSize, notes } = parseVoxelSize(values, resolution);
  return {
    name: '',
    format: 'ImageJ TIFF',
    times: frames,
    timeStep: frames > 1 ? timeStep(values) : null,
    channels: Array.from({ length: channels }, () => channelWith()),
    planes: slices,
    voxelSize,
    notes: [...(!dimensions && images > 1 ? ['its pages were taken as z'] : []), ...notes],
    plane: (t, c, z) => placeOf((t * slices + z) * channels + c),
  };
}

/** Seconds from one frame to the next. */
function timeStep(values: ReadonlyMap<string, string>): number | null {
  const interval = Number(values.get('finterval') ?? NaN);
  const seconds = interval > 0 ? interval : 1 / Number(values.get('fps') ?? NaN);
  return seconds > 0 && Number.isFinite(seconds) ? seconds : null;
}

function parseVoxelSize(values: ReadonlyMap<string, string>, resolution: Resolution): SaidVoxelSize {
  const unit = values
    .get('unit')
    ?.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  if (unit === undefined) {
    const { y, x } = plainPixelSize(resolution);
    return { voxelSize: voxelSizeOf(null, y, x), notes: [] };
  }
  const micrometers = micrometersPer(unit);
  if (micrometers === null) return { voxelSize: null, notes: [] };
  // Some programs write `um` over a resolution in pixels a centimeter, which its unit says.
  const perUnit = resolution.unit === 3 && unit === 'um' ? 1e4 : micrometers;
  return saidVoxelSize(
    Number(values.get('spacing') ?? NaN) * micrometers,
    perUnit / resolution.y,
    perUnit / resolution.x,
  );
}
