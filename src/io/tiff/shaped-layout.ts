/** tifffile's plain TIFF: `{"shape": [2, 3, 5, 6], "axes": "TCYX"}` in the first page's description says what its pages are. */
import { channelWith } from '../source.ts';
import { voxelSizeOf } from '../units.ts';
import { consecutivePlanes } from './consecutive.ts';
import type { PlanePlace } from './block-reader.ts';
import type { TiffBytes } from './directory.ts';
import type { TiffImage } from './image-source.ts';
import type { FullPage, PageFormat } from './page.ts';
import { plainPixelSize, type Resolution } from './resolution.ts';

export function isShaped(description: string): boolean {
  return /^\{\s*"shape"\s*:/.test(description);
}

/**
 * The image that tifffile wrote, or null where the description does not say what the pages are, or does not fit them.
 * @param pages all of one format
 * Throws ImageError: image/truncated, image/unsupported where one page stands for planes that cannot follow it.
 */
export async function shapedImage(
  tiff: TiffBytes,
  pages: readonly FullPage[],
  description: string,
  resolution: Resolution,
): Promise<TiffImage | null> {
  const [{ page, format }] = pages;
  const shape = parseShape(description, format);
  if (!shape) return null;
  const { extents, strides, planes, perPage, named } = shape;
  const count = planes / perPage; // of pages
  const consecutive = pages.length === 1 && count > 1;
  if (!consecutive && count !== pages.length) return null;
  const pageAt = consecutive
    ? await consecutivePlanes(tiff, page, count, "tifffile's description says")
    : (index: number) => ({ tiff, ...pages[index], shift: 0 });
  const placeOf = (index: number): PlanePlace =>
    perPage === 1 ? pageAt(index) : { ...pageAt(Math.floor(index / perPage)), sample: index % perPage };
  const { y, x } = plainPixelSize(resolution);
  return {
    name: '',
    format: 'TIFF',
    times: extents.T,
    timeStep: null,
    channels: Array.from({ length: extents.C }, () => channelWith()),
    planes: extents.Z,
    voxelSize: voxelSizeOf(null, y, x),
    notes: named ? [] : [`its ${planes} pages were taken as z: the file does not say what they are`],
    plane: (t, c, z) => placeOf(t * strides.T + c * strides.C + z * strides.Z),
  };
}

interface Shape {
  readonly extents: Record<'T' | 'C' | 'Z', number>;
  /** Planes from one to the next. */
  readonly strides: Record<'T' | 'C' | 'Z', number>;
  readonly planes: number;
  /** The samples of a page, where they are planes: tifffile takes three or four for colors. */
  readonly perPage: number;
  /** Whether all axes are known. */
  readonly named: boolean;
}

/** The axes before those of a page, which must be as the page is. */
function parseShape(description: string, { width, height, samples, planar }: PageFormat): Shape | null {
  let json: { shape?: unknown; axes?: unknown };
  try {
    json = JSON.parse(description) as typeof json; // begins with {, so it is an object
  } catch {
    return null;
  }
  const { shape, axes } = json;
  const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 1 && Number(value) < 2 ** 31;
  if (!Array.isArray(shape) || shape.length > 16 || !shape.every(isCount)) return null;
  const ofPage = samples === 1 ? [height, width] : planar ? [samples, height, width] : [height, width, samples];
  const before = shape.length - ofPage.length;
  if (before < 0 || ofPage.some((extent, i) => shape[before + i] !== extent)) return null;
  const letters = typeof axes === 'string' && axes.length === shape.length ? axes : '?'.repeat(shape.length);
  const extents = { T: 1, C: 1, Z: 1 };
  const strides = { T: 0, C: 0, Z: 0 };
  let [planes, named] = [1, true];
  const sampleAxis = planar ? before : shape.length - 1;
  const perPage = samples > 1 && /[TZC]/.test(letters[sampleAxis]) ? samples : 1;
  const axesOfPlanes = [...Array(before).keys(), ...(perPage > 1 ? [sampleAxis] : [])];
  for (const i of axesOfPlanes.reverse()) {
    const extent = Number(shape[i]);
    if (extent === 1) continue;
    const known = letters[i] === 'T' || letters[i] === 'C' || letters[i] === 'Z';
    const axis = known ? (letters[i] as 'T' | 'C' | 'Z') : 'Z';
    named &&= known;
    if (extents[axis] > 1) return null;
    extents[axis] = extent;
    strides[axis] = planes;
    planes *= extent;
  }
  return planes < 2 ** 31 ? { extents, strides, planes, perPage, named } : null;
}
