/**
 * Writes the planes of an image as pages of a TIFF, as they come: memory holds a few blocks, and where the others stand.
 *
 * The pages can run through channels first, as ImageJ's do, though the planes come in another order: all directories are at
 * the end.
 */
import { bytesPerSample } from '../samples.ts';
import type { ByteSink, ImageDescription, ImageSink } from '../source.ts';
import { halvePlane, type PlaneSize } from '../halve-plane.ts';
import { TAG } from './tags.ts';
import { createTiffFile } from './tiff-file.ts';
import { pixelFields, storedSamples, writeBlocks, type BlockLayout, type WrittenBlocks } from './write-blocks.ts';
import { MAX_RATIONAL, type Field } from './write-directory.ts';

export type PageOrder = 'CZT' | 'ZCT';

export interface TiffPlan extends BlockLayout {
  readonly big: boolean;
  /** Which runs fastest: channels, then z, then times; or, as the planes come, z, then channels, then times. */
  readonly pageOrder: PageOrder;
  /** Of each plane: its own size, then those of its reduced copies. */
  readonly levels: readonly PlaneSize[];
  /** What is said once, in the first page. */
  readonly firstPage: readonly Field[];
  readonly everyPage: readonly Field[];
}

/** Where a classic TIFF ends: its offsets have 32 bits. */
export const CLASSIC_BYTES: number = 2 ** 32;
/** Encoders may lengthen what they cannot shorten. */
const LONGEST_ENCODED = 1.05;
/** Of a directory, but for its list of tiles; and an encoder's own bytes where a plane is tiny. */
const DIRECTORY_BYTES = 512;
/** Of a tile: its offset and length, and an encoder's own bytes. */
const TILE_BYTES = 64;

/** How long the file can become, `text` bytes of descriptions included. */
export function longestTiff(
  { size, channels, times, type }: ImageDescription,
  { levels, tile }: Pick<TiffPlan, 'levels' | 'tile'>,
  text: number,
): number {
  const samples = levels.reduce((sum, level) => sum + storedSamples(level, tile), 0);
  const tiles = tile === null ? 0 : samples / tile ** 2;
  const pixels = samples * bytesPerSample(type) * LONGEST_ENCODED;
  return size.z * channels.length * times * (pixels + tiles * TILE_BYTES + levels.length * DIRECTORY_BYTES) + text;
}

/**
 * The planes come in T, C, Z order: `times * channels * z` of them. Nothing is written before the first plane.
 * Its methods throw what the sink throws, and RangeError for planes of a wrong length, type or number.
 */
export function createTiff(sink: ByteSink, description: ImageDescription, plan: TiffPlan): ImageSink {
  const { size, channels, times, type } = description;
  const planes = size.z * channels.length * times;
  const samples = size.y * size.x;
  const file = createTiffFile(sink, plan.big);
  /** Of each plane, as they came, its levels. */
  const written: (readonly WrittenBlocks[])[] = [];

  return {
    async writePlane(plane) {
      if (plane.length !== samples || plane.byteLength !== samples * bytesPerSample(type) || written.length === planes)
        throw new RangeError(
          `${sink.name}: plane ${written.length} of ${planes} has ${plane.length} samples in ${plane.byteLength} bytes, ${type} (y ${size.y}, x ${size.x}) is wanted`,
        );
      const blocks: WrittenBlocks[] = [];
      let level = plane;
      for (const [index, levelSize] of plan.levels.entries()) {
        if (index > 0) level = halvePlane(level, plan.levels[index - 1]);
        blocks.push(await writeBlocks(file, level, levelSize, plan));
      }
      written.push(blocks);
    },

    async finish() {
      if (written.length !== planes)
        throw new RangeError(`${sink.name}: ${written.length} of ${planes} planes were written`);
      const pages: (() => readonly Field[])[] = [];
      for (const [whole, ...reduced] of plan.pageOrder === 'CZT' ? channelsFirst(written, description) : written) {
        const copies: number[] = [];
        for (const [index, blocks] of reduced.entries())
          copies.push(
            await file.appendDirectory([
              { tag: TAG.subfileType, kind: 'long', values: [REDUCED] },
              ...pixelFields(plan.levels[index + 1], type, plan, blocks),
            ]),
          );
        const first = pages.length === 0;
        pages.push(() => [
          ...pixelFields(size, type, plan, whole),
          { tag: TAG.software, kind: 'text', bytes: new TextEncoder().encode('Unstained') },
          ...(copies.length > 0 ? [{ tag: TAG.subIfds, kind: 'directory', values: copies } as const] : []),
          ...(first ? plan.firstPage : []),
          ...plan.everyPage,
        ]);
      }
      await file.finish(pages);
    },

    abandon: () => sink.abandon(),
  };
}

const REDUCED = 1;

/** From z fastest, then channels, to channels fastest, then z. */
function channelsFirst<T>(planes: readonly T[], { size, channels, times }: ImageDescription): T[] {
  const ordered: T[] = [];
  for (let t = 0; t < times; t++)
    for (let z = 0; z < size.z; z++)
      for (let c = 0; c < channels.length; c++) ordered.push(planes[(t * channels.length + c) * size.z + z]);
  return ordered;
}

/**
 * Pixels a unit, or null where they are not known. Both or none: a program that finds one of them takes the other for 1.
 * @param micrometers of the unit
 * @param unit 1 none, 2 inch, 3 centimeter
 */
export function resolutionFields(
  { voxelSize }: ImageDescription,
  micrometers: number,
  unit: 1 | 3,
): readonly Field[] | null {
  const [x, y] = [voxelSize?.x, voxelSize?.y].map((extent) => micrometers / (extent ?? NaN));
  if (![x, y].every((pixels) => pixels > 0 && pixels <= MAX_RATIONAL)) return null;
  return [
    { tag: TAG.xResolution, kind: 'rational', values: [x] },
    { tag: TAG.yResolution, kind: 'rational', values: [y] },
    { tag: TAG.resolutionUnit, kind: 'short', values: [unit] },
  ];
}
