/** The codecs that make bytes of bytes, by their names in both versions of Zarr; what is not here is refused by its name. */
import {
  BLOSC_RATIO,
  crc32c,
  decodeBlosc,
  decodeLz4,
  decodeZstd,
  DEFLATE_RATIO,
  inflateGzip,
  inflateZlib,
  LZ4_RATIO,
  unshuffleBytes,
  ZSTD_RATIO,
} from '../../codec/index.ts';
import { damaged, unsupported } from '../refusals.ts';
import { shown, type JsonObject } from './json-file.ts';

export interface ByteCodec {
  readonly name: string;
  /** The most bytes that one byte can become: what is larger cannot be in the file. */
  readonly ratio: number;
  /** The most bytes that an encoder makes of `length`. */
  mostEncoded(length: number): number;
  /** At most `maxLength` bytes, or Error. */
  decode(bytes: Uint8Array, maxLength: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Compressors add a little to what they cannot compress: a header, and a few bytes a block. */
const compressed = (length: number) => length + Math.ceil(length / 64) + 65536;

type FromSettings = (settings: JsonObject, file: string) => ByteCodec;

const gzip: ByteCodec = { name: 'gzip', ratio: DEFLATE_RATIO, mostEncoded: compressed, decode: inflateGzip };
const zlib: ByteCodec = { name: 'zlib', ratio: DEFLATE_RATIO, mostEncoded: compressed, decode: inflateZlib };
const zstd: ByteCodec = { name: 'zstd', ratio: ZSTD_RATIO, mostEncoded: compressed, decode: decodeZstd };
const blosc: ByteCodec = { name: 'blosc', ratio: BLOSC_RATIO, mostEncoded: compressed, decode: decodeBlosc };

const SIZE_BYTES = 4;

const lz4: ByteCodec = {
  name: 'lz4',
  ratio: LZ4_RATIO,
  mostEncoded: compressed,
  async decode(bytes, maxLength) {
    if (bytes.length < SIZE_BYTES) throw new Error(`LZ4 data of ${bytes.length} bytes end in their length`);
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    if (length > maxLength || length > bytes.length * LZ4_RATIO)
      throw new Error(`LZ4 data of ${bytes.length} bytes say that ${length} come out of them, not ${maxLength}`);
    const out = new Uint8Array(length);
    decodeLz4(bytes.subarray(SIZE_BYTES), out);
    return out;
  },
};

const SUM_BYTES = 4;

const checksum: ByteCodec = {
  name: 'crc32c',
  ratio: 1,
  mostEncoded: (length) => length + SUM_BYTES,
  async decode(bytes) {
    const end = bytes.length - SUM_BYTES;
    if (end < 0) throw new Error(`${bytes.length} bytes end in their CRC-32C`);
    const sum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end, true);
    if (crc32c(bytes.subarray(0, end)) !== sum) throw new Error('its CRC-32C does not fit: a byte of it was changed');
    return new Uint8Array(bytes.subarray(0, end));
  },
};

const shuffle: FromSettings = ({ elementsize: width }, file) => {
  if (!Number.isInteger(width) || !((width as number) >= 1 && (width as number) <= 255))
    throw damaged(file, `its codec shuffle says elementsize ${shown(width)}.`);
  return {
    name: 'shuffle',
    ratio: 1,
    mostEncoded: (length) => length,
    decode: async (bytes) => unshuffleBytes(bytes, width as number),
  };
};

/** Bits were cleared before encoding; what is left is what is stored. */
const bitround: ByteCodec = {
  name: 'bitround',
  ratio: 1,
  mostEncoded: (length) => length,
  decode: async (bytes) => new Uint8Array(bytes),
};

const CODECS: ReadonlyMap<string, FromSettings> = new Map<string, FromSettings>([
  ['gzip', () => gzip],
  ['zlib', () => zlib],
  ['zstd', () => zstd],
  ['blosc', () => blosc],
  ['lz4', () => lz4],
  ['crc32c', () => checksum],
  ['shuffle', shuffle],
  ['bitround', () => bitround],
]);

/** Throws ImageError: image/unsupported for a codec that is not read, image/damaged for settings that make no sense. */
export function byteCodec(name: string, settings: JsonObject, file: string): ByteCodec {
  const fromSettings = CODECS.get(name);
  if (fromSettings) return fromSettings(settings, file);
  throw unsupported(
    file,
    `its codec ${name.slice(0, 60)} is not read (${[...CODECS.keys()].join(', ')} are).`,
    'Save the image again with one of those, or as OME-TIFF.',
  );
}
