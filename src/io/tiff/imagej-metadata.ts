/**
 * What ImageJ keeps beside its description, in two tags of the first page (ij.io.TiffEncoder): a label for each slice and
 * a lookup table for each channel.
 */
import type { ImageDescription } from '../source.ts';
import { TAG } from './page.ts';
import type { Field } from './write-directory.ts';

/** The names of the channels as labels, where all have one; their colors as tables, where all have one. */
export function imageJMetadataFields({ channels, size, times }: ImageDescription): readonly Field[] {
  const names = channels.flatMap(({ name }) => name ?? []);
  const colors = channels.flatMap(({ color }) => color ?? []);
  const parts: { type: string; values: Uint8Array[] }[] = [];
  if (names.length === channels.length) {
    const labels = names.map(utf16);
    parts.push({ type: 'labl', values: Array.from({ length: size.z * times }, () => labels).flat() });
  }
  if (colors.length === channels.length) parts.push({ type: 'luts', values: colors.map(lookupTable) });
  if (parts.length === 0) return [];

  // The header tells the parts and their counts; the first tag how long the header and each value are.
  const header = parts.map(({ type, values }) => [...int32(fourLetters(type)), ...int32(values.length)]);
  const blocks = [
    Uint8Array.from([...int32(fourLetters('IJIJ')), ...header.flat()]),
    ...parts.flatMap((p) => p.values),
  ];
  const bytes = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return [
    { tag: TAG.imageJByteCounts, kind: 'long', values: blocks.map(({ length }) => length) },
    { tag: TAG.imageJMetadata, kind: 'bytes', bytes },
  ];
}

/** From black to the color: 256 values of red, then of green, then of blue. */
function lookupTable(color: string): Uint8Array {
  const bright = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return Uint8Array.from(
    bright.flatMap((value) => Array.from({ length: 256 }, (_, i) => Math.round((value * i) / 255))),
  );
}

/** Little-endian, as the file is. */
function utf16(text: string): Uint8Array {
  return new Uint8Array(Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)).buffer);
}

function fourLetters(letters: string): number {
  return [...letters].reduce((code, letter) => code * 256 + letter.charCodeAt(0), 0);
}

function int32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
