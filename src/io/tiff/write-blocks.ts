/** A plane as the strips or tiles of a TIFF: cut, compressed several at a time, written in their order. */
import { deflateZlib, encodeZstd } from '../../codec/index.ts';
import { bytesPerSample } from '../samples.ts';
import type { WrittenPlane, WrittenType } from '../source.ts';
import type { PlaneSize } from '../halve-plane.ts';
import { TAG } from './tags.ts';
import type { TiffFile } from './tiff-file.ts';
import type { Field } from './write-directory.ts';

export type WrittenCompression = 'none' | 'deflate' | 'zstd';

export interface BlockLayout {
  /** The side of a tile, a multiple of 16; null for strips. */
  readonly tile: number | null;
  readonly compression: WrittenCompression;
}

/** Where the blocks of one plane stand, row by row, and how long they are. */
export interface WrittenBlocks {
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
}

/** Raw bytes of a strip: as much as is worth a call of an encoder, and little to read for a small region. */
const STRIP_BYTES = 2 ** 18;
/** Blocks at work at a time: enough for the threads that compress them, and little to hold. */
const AT_ONCE = 8;

const COMPRESSIONS: Readonly<
  Record<WrittenCompression, { code: number; encode(block: Uint8Array): Promise<Uint8Array> }>
> = {
  none: { code: 1, encode: async (block) => block },
  deflate: { code: 8, encode: deflateZlib },
  zstd: { code: 50000, encode: encodeZstd },
};

/** Writes the plane (y, x), x fastest, of `size`. Throws what the file throws. */
export async function writeBlocks(
  file: TiffFile,
  plane: WrittenPlane,
  size: PlaneSize,
  { tile, compression }: BlockLayout,
): Promise<WrittenBlocks> {
  const { encode } = COMPRESSIONS[compression];
  const offsets: number[] = [];
  const byteCounts: number[] = [];
  const blocks = tile === null ? stripsOf(plane, size) : tilesOf(plane, size, tile);
  for await (const block of inOrder(blocks, encode)) {
    offsets.push(await file.append(block));
    byteCounts.push(block.length);
  }
  return { offsets, byteCounts };
}

/** The fields of a directory that say how the samples stand in the file, and where. */
export function pixelFields(
  { y, x }: PlaneSize,
  type: WrittenType,
  { tile, compression }: BlockLayout,
  { offsets, byteCounts }: WrittenBlocks,
): readonly Field[] {
  return [
    { tag: TAG.width, kind: 'long', values: [x] },
    { tag: TAG.height, kind: 'long', values: [y] },
    { tag: TAG.bitsPerSample, kind: 'short', values: [8 * bytesPerSample(type)] },
    { tag: TAG.compression, kind: 'short', values: [COMPRESSIONS[compression].code] },
    { tag: TAG.photometric, kind: 'short', values: [1] }, // 0 is black
    { tag: TAG.samplesPerPixel, kind: 'short', values: [1] },
    { tag: TAG.sampleFormat, kind: 'short', values: [SAMPLE_FORMATS[type]] },
    ...(tile === null
      ? ([
          { tag: TAG.rowsPerStrip, kind: 'long', values: [rowsOfStrip({ y, x }, bytesPerSample(type))] },
          { tag: TAG.stripOffsets, kind: 'offset', values: offsets },
          { tag: TAG.stripByteCounts, kind: 'offset', values: byteCounts },
        ] as const)
      : ([
          { tag: TAG.tileWidth, kind: 'long', values: [tile] },
          { tag: TAG.tileLength, kind: 'long', values: [tile] },
          { tag: TAG.tileOffsets, kind: 'offset', values: offsets },
          { tag: TAG.tileByteCounts, kind: 'offset', values: byteCounts },
        ] as const)),
  ];
}

const SAMPLE_FORMATS: Readonly<Record<WrittenType, number>> = { uint8: 1, uint16: 1, float32: 3 };

/** Samples that a plane of `size` has in the file: tiles are whole, also at the edge of the image. */
export function storedSamples({ y, x }: PlaneSize, tile: number | null): number {
  return tile === null ? y * x : Math.ceil(y / tile) * Math.ceil(x / tile) * tile ** 2;
}

function rowsOfStrip({ y, x }: PlaneSize, sampleBytes: number): number {
  return Math.min(y, Math.max(1, Math.floor(STRIP_BYTES / (x * sampleBytes))));
}

function* stripsOf(plane: WrittenPlane, size: PlaneSize): Generator<Uint8Array> {
  const samples = rowsOfStrip(size, plane.BYTES_PER_ELEMENT) * size.x;
  for (let at = 0; at < plane.length; at += samples) yield bytesOf(plane.subarray(at, at + samples)); // the last is short
}

function* tilesOf(plane: WrittenPlane, { y, x }: PlaneSize, side: number): Generator<Uint8Array> {
  const bytes = bytesOf(plane);
  const width = plane.BYTES_PER_ELEMENT;
  for (let top = 0; top < y; top += side)
    for (let left = 0; left < x; left += side) {
      const tile = new Uint8Array(side * side * width); // what is outside the image stays 0
      const right = Math.min(left + side, x);
      for (let row = top; row < Math.min(top + side, y); row++)
        tile.set(bytes.subarray((row * x + left) * width, (row * x + right) * width), (row - top) * side * width);
      yield tile;
    }
}

/** Typed arrays are taken to be little-endian, as they are on all machines that ONNX Runtime runs on. */
function bytesOf({ buffer, byteOffset, byteLength }: WrittenPlane): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** What becomes of the blocks, in their order, with some at work at a time. */
async function* inOrder(
  blocks: Iterable<Uint8Array>,
  encode: (block: Uint8Array) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const atWork: Promise<Uint8Array>[] = [];
  for (const block of blocks) {
    if (atWork.length === AT_ONCE) yield await atWork.shift()!;
    const encoded = encode(block);
    encoded.catch(() => undefined); // told when its turn comes, if it comes
    atWork.push(encoded);
  }
  for (const encoded of atWork) yield await encoded;
}
