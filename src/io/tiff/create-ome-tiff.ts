/**
 * OME-TIFF (https://docs.openmicroscopy.org/ome-model/6.3.1/ome-tiff/), written as the planes come.
 *
 * Planes below 2,048 pixels a side stand in strips: ImageJ without Bio-Formats opens no tiled TIFF. Larger ones stand in
 * tiles with a pyramid: a viewer that had to read whole rows of whole planes would be no use there. Deflate without a
 * predictor is read by everything; ImageJ shows zeros for predictor 3, and old ones other numbers for predictor 2.
 * BigTIFF, which ImageJ refuses, only where 4 GB could be passed.
 */
import type { ByteSink, ImageDescription, ImageSink } from '../source.ts';
import { pyramidLevels } from '../halve-plane.ts';
import { CLASSIC_BYTES, createTiff, longestTiff, resolutionFields } from './create-tiff.ts';
import { writeOmeXml } from './ome-xml-writing.ts';
import { TAG } from './tags.ts';
import type { WrittenCompression } from './write-blocks.ts';

export interface OmeTiffOptions {
  /** `zstd` is quick, and read by Bio-Formats and tifffile, not by ImageJ alone. */
  readonly compression?: WrittenCompression;
  /** The side of a tile, a multiple of 16; null for strips. */
  readonly tile?: number | null;
  /** Reduced copies of each plane, by means of two by two pixels: `auto` where it is large. */
  readonly pyramid?: boolean | 'auto';
  readonly bigTiff?: 'auto' | true;
}

/** Pixels a side from which a plane is large. */
const LARGE = 2048;
const TILE = 512;
/** A level of this side fits a screen. */
const SMALLEST_LEVEL = 512;

/**
 * Throws RangeError for a tile of a wrong size. The sink takes the planes in T, C, Z order and throws as that of
 * `createTiff` does.
 */
export function createOmeTiff(
  sink: ByteSink,
  description: ImageDescription,
  { compression = 'deflate', tile: wantedTile, pyramid = 'auto', bigTiff = 'auto' }: OmeTiffOptions = {},
): ImageSink {
  const { size } = description;
  const large = Math.max(size.y, size.x) >= LARGE;
  const tile = wantedTile === undefined ? (large ? TILE : null) : wantedTile;
  if (tile !== null && !(Number.isInteger(tile / 16) && tile > 0))
    throw new RangeError(`the side of a tile is a multiple of 16, not ${tile}`); // TIFF 6.0, section 15
  const levels = (pyramid === 'auto' ? large : pyramid) ? pyramidLevels(size, SMALLEST_LEVEL) : [size];
  // Of uncompressed pages ImageJ opens only those that stand behind each other.
  const pageOrder = compression === 'none' ? 'ZCT' : 'CZT';
  const xml = new TextEncoder().encode(writeOmeXml(description, pageOrder));
  return createTiff(sink, description, {
    tile,
    compression,
    levels,
    pageOrder,
    big: bigTiff === true || longestTiff(description, { levels, tile }, xml.length) > CLASSIC_BYTES,
    firstPage: [{ tag: TAG.description, kind: 'text', bytes: xml }],
    everyPage: resolutionFields(description, MICROMETERS_PER_CENTIMETER, CENTIMETER) ?? [],
  });
}

const MICROMETERS_PER_CENTIMETER = 1e4;
/** By this unit ImageJ alone knows the size of a pixel. */
const CENTIMETER = 3;
