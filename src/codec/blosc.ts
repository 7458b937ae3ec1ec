/**
 * Blosc 1 (https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst): a chunk of blocks, each compressed on its own
 * after its samples' bytes or bits were put together. Read with BloscLZ, LZ4, zlib and zstd inside; Snappy is not.
 *
 * All lengths are checked against each other and against what the reader expects, so that a cut chunk never passes.
 */
import { BLOSCLZ_RATIO, decodeBlosclz } from './blosclz.ts';
import { decodeLz4, LZ4_RATIO } from './lz4.ts';
import { unshuffleBits, unshuffleBytes } from './shuffle.ts';
import { DEFLATE_RATIO, inflateZlib } from './zlib.ts';
import { decodeZstd, ZSTD_RATIO } from './zstd.ts';

/** The most that a byte can become, by the compressor inside that can most. */
export const BLOSC_RATIO: number = ZSTD_RATIO;

const HEADER_BYTES = 16;
const VERSION = 2;
const SHUFFLED = 1;
const STORED = 2;
const BIT_SHUFFLED = 4;
const RESERVED = 8;
const NOT_SPLIT = 16;
const MAX_SPLIT_WIDTH = 16;
const MIN_SPLIT_BYTES = 128;

interface Compressor {
  readonly ratio: number;
  /** Fills `out`, or throws Error. */
  decode(bytes: Uint8Array, out: Uint8Array): void | Promise<void>;
}

/** By their numbers in the header's flags; 2 is Snappy. */
const COMPRESSORS: Readonly<Record<number, Compressor>> = {
  0: { ratio: BLOSCLZ_RATIO, decode: decodeBlosclz },
  1: { ratio: LZ4_RATIO, decode: decodeLz4 },
  3: { ratio: DEFLATE_RATIO, decode: async (bytes, out) => fill(out, await inflateZlib(bytes, out.length)) },
  4: { ratio: ZSTD_RATIO, decode: async (bytes, out) => fill(out, await decodeZstd(bytes, out.length)) },
};

function fill(out: Uint8Array, decoded: Uint8Array): void {
  if (decoded.length !== out.length) throw new Error(`${decoded.length} bytes come out of it, not ${out.length}`);
  out.set(decoded);
}

/**
 * What a chunk becomes, at most `maxLength` bytes. Throws Error where it is damaged, cut, longer than it says, of another
 * version or compressed with Snappy.
 */
export async function decodeBlosc(chunk: Uint8Array, maxLength: number): Promise<Uint8Array<ArrayBuffer>> {
  if (chunk.length < HEADER_BYTES) throw new Error(`a Blosc chunk of ${chunk.length} bytes ends in its header`);
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const [version, flags, width] = [chunk[0], chunk[2], chunk[3]];
  const length = view.getUint32(4, true);
  const blockLength = view.getUint32(8, true);
  const stored = view.getUint32(12, true);
  if (version !== VERSION || flags & RESERVED) throw new Error(`a Blosc chunk of version ${version} cannot be read`);
  if (stored !== chunk.length) throw new Error(`a Blosc chunk says it has ${stored} bytes; it has ${chunk.length}`);
  if (length > maxLength) throw new Error(`a Blosc chunk says that ${length} bytes come out of it, not ${maxLength}`);
  if (flags & STORED) {
    if (stored !== HEADER_BYTES + length) throw new Error(`a Blosc chunk stores ${length} bytes in ${stored}`);
    return new Uint8Array(chunk.subarray(HEADER_BYTES));
  }
  if (length === 0) return new Uint8Array(0);
  const compressor = COMPRESSORS[flags >>> 5];
  if (!compressor)
    throw new Error(
      `its Blosc compressor is ${flags >>> 5 === 2 ? 'Snappy' : `number ${flags >>> 5}`}, which is not read`,
    );
  if (blockLength < 1 || blockLength > length || width < 1)
    throw new Error(`a Blosc chunk of ${length} bytes says blocks of ${blockLength}, samples of ${width}`);
  if (length > stored * compressor.ratio)
    throw new Error(`a Blosc chunk of ${stored} bytes says that ${length} come out of it`);
  const blocks = Math.ceil(length / blockLength);
  if (HEADER_BYTES + 4 * blocks > stored) throw new Error(`a Blosc chunk of ${stored} bytes says ${blocks} blocks`);

  const out = new Uint8Array(length);
  for (let i = 0; i < blocks; i++) {
    const block = out.subarray(i * blockLength, (i + 1) * blockLength);
    const split =
      !(flags & NOT_SPLIT) &&
      width <= MAX_SPLIT_WIDTH &&
      Math.floor(blockLength / width) >= MIN_SPLIT_BYTES &&
      block.length === blockLength;
    await decodeParts(chunk, view.getUint32(HEADER_BYTES + 4 * i, true), block, split ? width : 1, compressor);
    if (flags & SHUFFLED && width > 1) block.set(unshuffleBytes(block, width));
    else if (flags & BIT_SHUFFLED && block.length >= width) block.set(unshuffleBits(block, width));
  }
  return out;
}

/** The parts of a block stand one after the other, each behind its length. */
async function decodeParts(
  chunk: Uint8Array,
  start: number,
  block: Uint8Array,
  parts: number,
  compressor: Compressor,
): Promise<void> {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const partLength = Math.floor(block.length / parts);
  if (partLength * parts !== block.length) throw new Error(`a Blosc block of ${block.length} bytes has ${parts} parts`);
  for (let part = 0, at = start; part < parts; part++) {
    if (at > chunk.length - 4) throw new Error(`a Blosc block begins at byte ${at} of ${chunk.length}`);
    const stored = view.getUint32(at, true);
    at += 4;
    if (stored > chunk.length - at) throw new Error(`a Blosc block has ${stored} bytes at ${at} of ${chunk.length}`);
    const bytes = chunk.subarray(at, at + stored);
    const out = block.subarray(part * partLength, (part + 1) * partLength);
    if (stored === partLength) out.set(bytes);
    else await compressor.decode(bytes, out);
    at += stored;
  }
}
