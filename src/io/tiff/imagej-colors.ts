/** The colors of channels as ImageJ keeps them in two tags of the first page, beside its description (ij.io.TiffEncoder). */
import type { Channel } from '../source.ts';
import { TAG } from './tags.ts';
import type { Field } from './write-directory.ts';

const MAGIC = 0x494a494a; // IJIJ
const TABLES = 0x6c757473; // luts

/** A lookup table for each channel, where all have a color. */
export function colorFields(channels: readonly Channel[]): readonly Field[] {
  const tables = channels.flatMap(({ color }) => (color === null ? [] : lookupTable(color)));
  if (tables.length < channels.length * TABLE_BYTES) return [];
  const header = new Uint8Array(Uint32Array.of(MAGIC, TABLES, channels.length).buffer); // little-endian, as the file is
  return [
    { tag: TAG.imageJByteCounts, kind: 'long', values: [header.length, ...channels.map(() => TABLE_BYTES)] },
    { tag: TAG.imageJMetadata, kind: 'bytes', bytes: Uint8Array.from([...header, ...tables]) },
  ];
}

const TABLE_BYTES = 3 * 256;

/** From black to `#RRGGBB`: 256 values of red, then of green, then of blue. */
function lookupTable(color: string): number[] {
  const brightest = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return brightest.flatMap((value) => Array.from({ length: 256 }, (_, i) => Math.round((value * i) / 255)));
}
