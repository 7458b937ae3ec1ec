/** An image whose planes are pages of a TIFF: reads the strips and tiles that meet a region, and no others. */
import type { Region, Size } from '../../volume/index.ts';
import { allocateSamples, copySamples, requireInside } from '../samples.ts';
import type { Channel, ImageSource, Samples } from '../source.ts';
import type { PlanePlace, ReadBlock } from './block-reader.ts';
import { blockGrid, type PageFormat } from './page.ts';

/** What a layout makes of pages. */
export interface TiffImage {
  readonly name: string;
  readonly format: string;
  readonly times: number;
  readonly timeStep: number | null;
  readonly channels: readonly Channel[];
  readonly planes: number; // along z
  readonly voxelSize: ImageSource['voxelSize'];
  readonly notes: readonly string[];
  /** All of one format. */
  plane(time: number, channel: number, z: number): PlanePlace;
}

export function tiffImageSource(
  file: string,
  image: TiffImage,
  readBlock: ReadBlock,
  close: () => Promise<void>,
): ImageSource {
  const { width, height, type } = image.plane(0, 0, 0).format;
  const size: Size = { z: image.planes, y: height, x: width };
  const { name, format, times, timeStep, channels, voxelSize, notes } = image;
  return {
    name,
    file,
    format,
    times,
    timeStep,
    channels,
    size,
    type,
    voxelSize,
    notes,
    close,
    async read({ time, channel, region }) {
      requireInside(file, { time, channel, region }, { times, channels: channels.length, size });
      const { start, size: box } = region;
      const planeLength = box.y * box.x;
      const out = allocateSamples(type, box.z * planeLength);
      for (let z = 0; z < box.z; z++)
        await readPlane(
          image.plane(time, channel, start.z + z),
          region,
          out.subarray(z * planeLength, (z + 1) * planeLength),
          readBlock,
        );
      return out;
    },
  };
}

/** Copies what the region has of a plane into `out` (y, x), block by block. */
async function readPlane(
  plane: PlanePlace,
  { start, size }: Region,
  out: Samples,
  readBlock: ReadBlock,
): Promise<void> {
  const { blockWidth, blockHeight } = plane.format;
  const { across } = blockGrid(plane.format);
  for (let row = Math.floor(start.y / blockHeight); row * blockHeight < start.y + size.y; row++)
    for (let column = Math.floor(start.x / blockWidth); column * blockWidth < start.x + size.x; column++) {
      const block = await readBlock(plane, row * across + column);
      const [top, left] = [row * blockHeight, column * blockWidth]; // of the block, in the page
      const from = Math.max(left, start.x);
      const to = Math.min(left + blockWidth, start.x + size.x);
      for (let y = Math.max(top, start.y); y < Math.min(top + blockHeight, start.y + size.y); y++) {
        const at = (y - top) * blockWidth - left;
        copySamples(out, (y - start.y) * size.x + from - start.x, block, at + from, at + to);
      }
    }
}

/** Whether two pages can be planes of one image. */
export function alike(a: PageFormat, b: PageFormat): boolean {
  return a.width === b.width && a.height === b.height && a.type === b.type && a.samples === b.samples;
}
