/** Compressions of TIFF by number: those that are read, and the names of those that are refused. */
import { decodeZstd, DEFLATE_RATIO, inflateZlib, ZSTD_RATIO } from '../../codec/index.ts';
import { decodeLzw } from './lzw.ts';
import { decodePackBits } from './pack-bits.ts';

export interface Decoder {
  readonly name: string;
  /** The most bytes that one byte can become: what is larger cannot be in the file. */
  readonly ratio: number;
  /** Whether a predictor may go before it. After the others libtiff passes over the tag, and tifffile does not. */
  readonly predicted: boolean;
  /**
   * At least `length` bytes, those of a block's rows; encoders may pad the last block up to `most`.
   * Throws Error where `bytes` do not give as many.
   */
  decode(bytes: Uint8Array, length: number, most: number): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
}

const deflate: Decoder = {
  name: 'Deflate',
  ratio: DEFLATE_RATIO,
  predicted: true,
  async decode(bytes, length, most) {
    const inflated = await inflateZlib(bytes, most);
    if (inflated.length < length) throw new Error(`Deflate data give ${inflated.length} of ${length} bytes`);
    return inflated;
  },
};

const zstd: Decoder = {
  name: 'zstd',
  ratio: ZSTD_RATIO,
  predicted: true,
  async decode(bytes, length, most) {
    const decoded = await decodeZstd(bytes, most);
    if (decoded.length < length) throw new Error(`zstd data give ${decoded.length} of ${length} bytes`);
    return decoded;
  },
};

const UNCOMPRESSED = 1;

export const DECODERS: Readonly<Record<number, Decoder>> = {
  [UNCOMPRESSED]: {
    name: 'none',
    ratio: 1,
    predicted: false,
    decode: (bytes, length) => new Uint8Array(bytes.subarray(0, length)),
  },
  5: { name: 'LZW', ratio: 2560, predicted: true, decode: decodeLzw },
  8: deflate,
  32946: deflate,
  32773: { name: 'PackBits', ratio: 64, predicted: false, decode: decodePackBits },
  50000: zstd,
};

export function isUncompressed(compression: number): boolean {
  return compression === UNCOMPRESSED;
}

const NAMES: Readonly<Record<number, string>> = {
  2: 'CCITT',
  3: 'CCITT',
  4: 'CCITT',
  6: 'JPEG',
  7: 'JPEG',
  22610: 'JPEG XR',
  33003: 'JPEG 2000',
  33005: 'JPEG 2000',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  34934: 'JPEG XR',
  50001: 'WebP',
  50002: 'JPEG XL',
};

/** What people call a compression. */
export function compressionName(compression: number): string {
  return DECODERS[compression]?.name ?? NAMES[compression] ?? 'unknown';
}
