/** Small TIFFs as microscopes' programs write them, by what is known of their formats. */
import { writeTiff, type TiffLayout } from './write-tiff.ts';

const LAYOUT: TiffLayout = { width: 4, height: 2, type: 'uint8' };
const UIC2 = 33629;
const CZ_LSMINFO = 34412;
const MICRO_MANAGER = 51123;

/** Plane n holds 10 n + 1 and so on. */
export function numberedPlanes(
  count: number,
  length: number = LAYOUT.width * LAYOUT.height,
): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, (_, n) => Uint8Array.from({ length }, (_value, i) => 10 * n + i + 1));
}

/** MetaMorph: planes under one directory, each with its distance and its day. */
export function writeStk(
  planes: readonly { readonly distance: number; readonly day: number }[],
): Uint8Array<ArrayBuffer> {
  const all = Uint8Array.from(numberedPlanes(planes.length).flatMap((plane) => [...plane]));
  const bytes = writeTiff([all], {
    ...LAYOUT,
    height: LAYOUT.height * planes.length,
    tags: {
      257: { type: 4, values: [LAYOUT.height] },
      278: { type: 4, values: [LAYOUT.height] },
      279: { type: 4, values: [8] },
      [UIC2]: { type: 5, values: planes.flatMap(({ distance, day }) => [distance, day, 0]) },
    },
  });
  patchTag(bytes, UIC2, 5, planes.length);
  return bytes;
}

/** Zeiss LSM of one channel. */
export function writeLsm(times: number, planes: number): Uint8Array<ArrayBuffer> {
  const info = new DataView(new ArrayBuffer(120));
  [0x0400494c, 120, LAYOUT.width, LAYOUT.height, planes, 1, times].forEach((value, i) =>
    info.setUint32(4 * i, value, true),
  );
  [1e-7, 2e-7, 5e-7].forEach((meters, i) => info.setFloat64(40 + 8 * i, meters, true));
  info.setUint16(88, 6, true);
  info.setFloat64(112, 1.5, true);
  const values = Array.from({ length: 30 }, (_, i) => info.getUint32(4 * i, true));
  const bytes = writeTiff(numberedPlanes(times * planes), { ...LAYOUT, tags: { [CZ_LSMINFO]: { type: 4, values } } });
  patchTag(bytes, CZ_LSMINFO, 1, 120);
  return bytes;
}

/** NDTiff with its index; the planes stand in the order of `axes`. */
export function writeNdtiff(
  name: string,
  axes: readonly Readonly<Record<string, number | string>>[],
): { tiff: Uint8Array<ArrayBuffer>; index: Uint8Array<ArrayBuffer> } {
  const tiff = writeTiff(numberedPlanes(axes.length), {
    ...LAYOUT,
    tags: { [MICRO_MANAGER]: { type: 4, values: [1] } },
  });
  const entries = axes.flatMap((plane, n) => {
    const word = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)];
    const text = (value: string) => [...word(value.length), ...new TextEncoder().encode(value)];
    const offset = tiff.findIndex((_, at) =>
      numberedPlanes(axes.length)[n].every((value, i) => tiff[at + i] === value),
    );
    const numbers = [offset, LAYOUT.width, LAYOUT.height, 0, 0, 0, 0, 0].flatMap(word);
    return [...text(JSON.stringify(plane)), ...text(name), ...numbers];
  });
  return { tiff, index: Uint8Array.from(entries) };
}

/** RGB in planes of their own, (y 2, x 4). */
export function writePlanarRgb(): Uint8Array<ArrayBuffer> {
  const all = Uint8Array.from(numberedPlanes(3).flatMap((plane) => [...plane]));
  const short = (...values: number[]) => ({ type: 3, values }) as const;
  return writeTiff([all], {
    ...LAYOUT,
    height: 6,
    blocks: { rows: 2 },
    tags: { 257: short(2), 258: short(8, 8, 8), 262: short(2), 277: short(3), 284: short(2), 339: short(1, 1, 1) },
  });
}

/** The same file, whose only block is encoded otherwise. */
export function withBlock(
  bytes: Uint8Array<ArrayBuffer>,
  block: Uint8Array,
  compression: number,
): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(bytes.length + block.length);
  grown.set(bytes);
  grown.set(block, bytes.length);
  const values: Readonly<Record<number, number>> = { 259: compression, 273: bytes.length, 279: block.length };
  for (const [tag, value] of Object.entries(values))
    new DataView(grown.buffer).setUint32(entryOf(grown, Number(tag)) + 8, value, true);
  return grown;
}

/** Type and count that `writeTiff` does not write. */
function patchTag(bytes: Uint8Array<ArrayBuffer>, tag: number, type: number, count: number): void {
  const view = new DataView(bytes.buffer);
  for (let first = view.getUint32(4, true); first !== 0;) {
    const at = entryOf(bytes, tag, first);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    first = view.getUint32(first + 2 + 12 * view.getUint16(first, true), true);
  }
}

/** Where the entry of a tag stands in a directory of a classic little-endian file. */
function entryOf(
  bytes: Uint8Array<ArrayBuffer>,
  tag: number,
  first = new DataView(bytes.buffer).getUint32(4, true),
): number {
  const view = new DataView(bytes.buffer);
  for (let at = first + 2; ; at += 12) if (view.getUint16(at, true) === tag) return at;
}
