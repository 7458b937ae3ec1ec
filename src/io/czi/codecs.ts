/** Compressions of CZI by number: those that are read, and the names of those that are refused. */
import { decodeZstd, ZSTD_RATIO } from '../../codec/index.ts';

export interface Codec {
  readonly name: string;
  /** The most bytes that one byte can become: what is larger cannot be in the file. */
  readonly ratio: number;
  /**
   * Exactly `length` bytes in a buffer of their own.
   * @param sampleBytes bytes of a sample
   * Throws Error where `bytes` do not give as many.
   */
  decode(bytes: Uint8Array, length: number, sampleBytes: number): Promise<Uint8Array<ArrayBuffer>>;
}

export const CODECS: Readonly<Record<number, Codec>> = {
  0: {
    name: 'none',
    ratio: 1,
    async decode(bytes, length) {
      if (bytes.length < length) throw new Error(`there are ${bytes.length} of ${length} bytes`);
      return new Uint8Array(bytes.subarray(0, length));
    },
  },
  5: { name: 'zstd0', ratio: ZSTD_RATIO, decode: decodeFrame },
  6: { name: 'zstd1', ratio: ZSTD_RATIO, decode: decodeZstd1 },
};

async function decodeFrame(frame: Uint8Array, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const decoded = await decodeZstd(frame, length);
  if (decoded.length !== length) throw new Error(`zstd gives ${decoded.length} of ${length} bytes`);
  return decoded;
}

/** A header (its length, then chunks) and a frame. The one kind of chunk that there is says how bytes were sorted. */
async function decodeZstd1(bytes: Uint8Array, length: number, sampleBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const [headerBytes, chunk, flags] = bytes;
  if (headerBytes === 1) return decodeFrame(bytes.subarray(1), length);
  if (headerBytes !== 3 || chunk !== 1 || flags > 1)
    throw new Error(`its zstd1 header is ${[...bytes.subarray(0, 3)].join(', ')}`);
  const decoded = await decodeFrame(bytes.subarray(3), length);
  if (flags === 0) return decoded;
  if (sampleBytes !== 2) throw new Error(`low and high bytes are sorted in samples of ${sampleBytes} bytes`);
  return joinLowAndHigh(decoded);
}

/** The first half of `sorted` are all the low bytes, the second all the high bytes. */
function joinLowAndHigh(sorted: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(sorted.length);
  const half = sorted.length / 2;
  for (let i = 0; i < half; i++) {
    joined[2 * i] = sorted[i];
    joined[2 * i + 1] = sorted[half + i];
  }
  return joined;
}

const REFUSED: Readonly<Record<number, string>> = { 1: 'JPEG', 2: 'LZW', 4: 'JPEG XR' };

/** What people call a compression. */
export function compressionName(compression: number): string {
  const camera = compression >= 100 ? `a camera's own (${compression})` : `unknown (${compression})`;
  return CODECS[compression]?.name ?? REFUSED[compression] ?? camera;
}
