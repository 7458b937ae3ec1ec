/** TIFF without a word on its axes: pages are taken as z, and that is said. */
import { unsupported } from '../refusals.ts';
import { channelWith } from '../source.ts';
import { voxelSizeOf } from '../units.ts';
import { alike, type TiffImage } from './image-source.ts';
import type { Page, PageFormat } from './page.ts';

/** Pixels a unit, as the tags have it: unit 2 is the inch, 3 the centimeter; 0 or NaN where they do not say. */
export interface Resolution {
  readonly unit: number;
  readonly y: number;
  readonly x: number;
}

const CENTIMETER = 3;

/** Micrometers, where the resolution can be that of a microscope: dots an inch are what printers are told. */
export function plainPixelSize({ unit, y, x }: Resolution): { y: number | null; x: number | null } {
  const size = (pixels: number) => {
    const micrometers = 1e4 / pixels;
    return unit === CENTIMETER && micrometers >= 0.001 && micrometers <= 100 ? micrometers : null;
  };
  return { y: size(y), x: size(x) };
}

/** @param pages without thumbnails. Throws ImageError image/unsupported where they are of unlike size or type. */
export function plainImage(file: string, pages: readonly Page[], resolution: Resolution): TiffImage {
  const formats = pages.map(({ format }) => format!); // only thumbnails have none
  const odd = formats.findIndex((format) => !alike(format, formats[0]));
  if (odd > 0)
    throw unsupported(
      file,
      `page ${pages[odd].index} is ${describe(formats[odd])}, page ${pages[0].index} ${describe(formats[0])}.`,
      'Save the pages of each kind as a file of their own.',
      'They are not planes of one stack.',
    );
  const notes = [];
  if (pages.length > 1) notes.push(`its ${pages.length} pages were taken as z: the file does not say what they are`);
  if (formats[0].samples > 1) notes.push('it is RGB with equal colors, read as grey');
  const { y, x } = plainPixelSize(resolution);
  return {
    name: '',
    format: 'TIFF',
    times: 1,
    timeStep: null,
    channels: [channelWith()],
    planes: pages.length,
    voxelSize: voxelSizeOf(null, y, x),
    notes,
    plane: (_time, _channel, z) => ({ page: pages[z], format: formats[z], shift: 0 }),
  };
}

function describe({ height, width, type, samples }: PageFormat): string {
  return `(y ${height}, x ${width}) ${type}${samples > 1 ? ` of ${samples} colors` : ''}`;
}
