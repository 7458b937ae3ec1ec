/** An image whose planes are pages of a TIFF. The samples of a page, if several, are channels, or one grey of equal colors. */
import type { Size } from '../../volume/index.ts';
import { unsupported } from '../refusals.ts';
import { allocateSamples, requireInside, samplesFor } from '../samples.ts';
import { channelWith, type Channel, type ImageSource } from '../source.ts';
import { blockBytes, type BlockReader, type PlanePlace } from './block-reader.ts';
import type { PageFormat } from './page.ts';
import { readRegion } from './read-region.ts';

/** What a layout makes of pages. */
export interface TiffImage {
  readonly name: string;
  readonly format: string;
  readonly times: number;
  readonly timeStep: number | null;
  /** Those of the pages, each of which may have several samples. */
  readonly channels: readonly Channel[];
  /** What the samples of a page are, where the file says. */
  readonly samples?: readonly Channel[];
  readonly planes: number; // along z
  readonly voxelSize: ImageSource['voxelSize'];
  readonly notes: readonly string[];
  /** All of one size and type. */
  plane(time: number, channel: number, z: number): PlanePlace | Promise<PlanePlace>;
}

/** Colors are compared while an image is opened, so that it is known then what it is. */
const MAX_LOOK_BYTES = 2 ** 26;
const MAX_CHANNELS = 2 ** 20;
const COLORS = ['#FF0000', '#00FF00', '#0000FF'];
const COLOR_NAMES = ['red', 'green', 'blue'];

/** Throws ImageError: image/damaged, image/truncated where the colors that it looks at are. */
export async function tiffImageSource(
  file: string,
  image: TiffImage,
  reader: BlockReader,
  close: () => Promise<void>,
): Promise<ImageSource> {
  const { format: ofPages, sample } = await image.plane(0, 0, 0);
  const pageFormat = sample === undefined ? ofPages : { ...ofPages, samples: 1, rgb: false };
  const { width, height, type, samples } = pageFormat;
  const size: Size = { z: image.planes, y: height, x: width };
  const { name, format, times, timeStep, voxelSize } = image;
  const grey = pageFormat.rgb && samples <= 4 && (await looksGrey(image, pageFormat, reader));
  if (samples * image.channels.length > MAX_CHANNELS)
    throw unsupported(
      file,
      `it has ${image.channels.length} channels of ${samples} samples.`,
      'Save it in parts.',
      `Up to ${MAX_CHANNELS} channels are read.`,
    );
  const channels =
    samples === 1 || grey ? image.channels : image.channels.flatMap((channel) => ofSamples(channel, image, pageFormat));
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
    notes: [...image.notes, ...notesOnSamples(pageFormat, grey)],
    close,
    async read({ time, channel, region, into }) {
      requireInside(file, { time, channel, region }, { times, channels: channels.length, size });
      const out = samplesFor(type, region.size.z * region.size.y * region.size.x, into);
      const pageChannel = grey ? channel : Math.floor(channel / samples);
      const planeAt = (z: number) => image.plane(time, pageChannel, z);
      const colored = await readRegion(planeAt, grey ? 'grey' : channel % samples, region, out, reader);
      if (colored === null) return out;
      const { tiff, page } = await planeAt(region.start.z + colored);
      throw unsupported(
        tiff.bytes.name,
        `page ${page.index} is a color image: its red, green and blue differ, and those of the pages looked at before are equal.`,
        'Save all pages as grey (in Fiji: Image > Type > 8-bit), or the page with the others of its kind.',
        'It was opened as grey, one intensity a pixel.',
      );
    },
  };
}

/** The channels that the samples of a page are. */
function ofSamples(channel: Channel, { samples }: TiffImage, format: PageFormat): readonly Channel[] {
  if (samples) return samples;
  return Array.from({ length: format.samples }, (_, i) => {
    const color = format.rgb ? COLOR_NAMES[i] : undefined;
    const suffix = color ?? `sample ${i + 1}`;
    return channelWith({
      name: channel.name === null ? null : `${channel.name} (${suffix})`,
      color: color ? COLORS[i] : null,
      wavelength: color ? null : channel.wavelength,
    });
  });
}

function notesOnSamples({ samples, rgb }: PageFormat, grey: boolean): string[] {
  if (samples === 1) return [];
  if (grey) return ['its pages are RGB with equal colors, read as grey'];
  const more = samples > 3 ? `, and ${samples === 4 ? 'a fourth sample (alpha)' : `${samples - 3} more samples`}` : '';
  return rgb
    ? [`its pages are RGB: red, green and blue are channels${more}`]
    : [`its pages have ${samples} samples a pixel, read as channels`];
}

/** Whether the colors of the first, the middle and the last plane are equal, as far as they are looked at. */
async function looksGrey(image: TiffImage, format: PageFormat, reader: BlockReader): Promise<boolean> {
  const { times, channels, planes } = image;
  const total = times * channels.length * planes;
  const rows = Math.max(format.blockHeight, Math.floor(2 ** 20 / (format.width * format.samples)));
  const out = allocateSamples(format.type, Math.min(rows, format.height) * format.width);
  for (const index of new Set([0, total >> 1, total - 1])) {
    const z = index % planes;
    const channel = Math.floor(index / planes) % channels.length;
    const plane = await image.plane(Math.floor(index / planes / channels.length), channel, z);
    let looked = 0;
    for (let y = 0; y < format.height && looked < MAX_LOOK_BYTES; y += rows) {
      const size = { z: 1, y: Math.min(rows, format.height - y), x: format.width };
      const part = out.subarray(0, size.y * size.x);
      const region = { start: { z: 0, y, x: 0 }, size };
      if ((await readRegion(() => plane, 'grey', region, part, reader)) !== null) return false;
      looked += Math.max(blockBytes(format), part.byteLength * format.samples);
    }
  }
  return true;
}

/** Whether two pages can be planes of one image. */
export function alike(a: PageFormat, b: PageFormat): boolean {
  return (
    a.width === b.width && a.height === b.height && a.type === b.type && a.samples === b.samples && a.rgb === b.rgb
  );
}

/** What tells a page from those of another kind. */
export function describeFormat({ height, width, type, samples, rgb }: PageFormat): string {
  return `(y ${height}, x ${width}) ${type}${samples > 1 ? ` of ${samples} ${rgb ? 'colors' : 'samples'}` : ''}`;
}
