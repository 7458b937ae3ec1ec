/**
 * ImageJ's own TIFF, a hyperstack that opens in ImageJ without Fiji: classic, strips, `key=value` lines in the first page.
 * Time step, voxel size and colors are kept; names of channels have no place in it, and the image's name is the file's.
 */
import { UsageError } from '../../core/index.ts';
import type { ByteSink, ImageDescription, ImageSink } from '../source.ts';
import { CLASSIC_BYTES, createTiff, longestTiff, resolutionFields, type TiffPlan } from './create-tiff.ts';
import { colorFields } from './imagej-colors.ts';
import { TAG } from './tags.ts';

/** ImageJ shows at most so many channels at once. */
const MOST_TOGETHER = 7;

/**
 * Throws UsageError usage/too-large where the file could pass 4 GB. The sink takes the planes in T, C, Z order and throws
 * as that of `createTiff` does.
 */
export function createImageJTiff(sink: ByteSink, description: ImageDescription): ImageSink {
  const { size, channels } = description;
  const scale = resolutionFields(description, 1, 1); // pixels a micrometer; the unit is in the description
  const firstPage = [
    {
      tag: TAG.description,
      kind: 'text',
      bytes: new TextEncoder().encode(describe(description, scale !== null)),
    } as const,
    ...colorFields(channels),
  ];
  const text = firstPage.reduce((sum, field) => sum + ('bytes' in field ? field.bytes.length : 0), 0);
  const plan: TiffPlan = {
    tile: null,
    levels: [size],
    compression: 'deflate', // of uncompressed pages ImageJ opens only those that stand behind each other
    big: false,
    pageOrder: 'CZT',
    firstPage,
    everyPage: scale ?? [],
  };
  const longest = longestTiff(description, plan, text);
  if (longest > CLASSIC_BYTES)
    throw new UsageError('usage/too-large', {
      file: sink.name,
      what: `${sink.name}: this image can take ${(longest / 1e9).toFixed(1)} GB, and a TIFF of ImageJ's ends at ${(CLASSIC_BYTES / 1e9).toFixed(1)} GB.`,
      why: 'ImageJ opens no BigTIFF without Fiji.',
      remedy: 'Write OME-TIFF (a name that ends in .ome.tif) or OME-Zarr (.ome.zarr), which Fiji and napari open.',
    });
  return createTiff(sink, description, plan);
}

/** @param scaled whether the size of a pixel is known: ImageJ has one unit for all axes. */
function describe({ channels, size, times, timeStep, voxelSize }: ImageDescription, scaled: boolean): string {
  const together = channels.length > 1 && channels.length <= MOST_TOGETHER;
  const z = voxelSize?.z ?? null;
  const lines = [
    'ImageJ=1.54p', // whose layout this is
    `images=${channels.length * size.z * times}`,
    `channels=${channels.length}`,
    `slices=${size.z}`,
    `frames=${times}`,
    'hyperstack=true',
    `mode=${together ? 'composite' : 'grayscale'}`,
    ...(scaled ? ['unit=um'] : []),
    ...(scaled && z !== null ? [`spacing=${z}`] : []),
    ...(timeStep === null ? [] : [`finterval=${timeStep}`]),
    'loop=false',
  ];
  return lines.map((line) => `${line}\n`).join('');
}
