/**
 * PNG (https://www.w3.org/TR/png-3/) with 8 or 16 bits a sample: grey, RGB, each with alpha or without.
 *
 * fast-png inflates whatever it is given and takes what is missing for zeros. So the chunks are walked first: only the
 * header and the pixel data go on, whose inflated length must be what the header says, and whose checksums are checked.
 * Refused: palettes, and fewer than 8 bits a sample.
 */
import { decode, encode } from 'fast-png';
import { joinBytes } from './join-bytes.ts';
import { ImageError } from '../core/index.ts';
import { DEFLATE_RATIO, inflateZlib } from './zlib.ts';

/** Samples of a pixel stand side by side: (y, x, channel), channel fastest. */
export interface PngImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint16Array;
  readonly channels: 1 | 3 | 4;
}

/** What a PNG says before its pixels. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Bits a sample. */
  readonly depth: 8 | 16;
}

export interface DecodedPng extends PngHeader {
  readonly data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const CHANNELS_OF_COLOR_TYPE: Readonly<Record<number, 1 | 2 | 3 | 4>> = { 0: 1, 2: 3, 4: 2, 6: 4 };
/** Of the signature and the IHDR chunk, with its length, type and checksum. */
const HEADER_BYTES = 33;

/** A whole file. Throws RangeError where `data` is not width * height * channels samples. */
export function encodePng({ width, height, data, channels }: PngImage): Uint8Array<ArrayBuffer> {
  const png = encode({ width, height, data, channels, depth: data instanceof Uint16Array ? 16 : 8 });
  return new Uint8Array(png); // a copy of its own length: fast-png gives a view on a larger buffer
}

/** Whether `bytes` begin as every PNG does. */
function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * What the first `HEADER_BYTES` (33) or more say. `file` is what messages call them.
 * Throws ImageError: image/damaged, image/truncated, or image/unsupported for palettes and fewer than 8 bits.
 */
export function decodePngHeader(bytes: Uint8Array, file: string): PngHeader {
  return parseHeader(bytes, file).header;
}

/**
 * The pixels of a whole file. `file` is what messages call it.
 * Throws ImageError: image/damaged, image/truncated, or image/unsupported for palettes and fewer than 8 bits.
 */
export async function decodePng(bytes: Uint8Array, file = 'PNG'): Promise<DecodedPng> {
  const { header, interlaced } = parseHeader(bytes, file);
  const chunks = pixelChunks(bytes, file);
  const stream = joinBytes(chunks.map((chunk) => chunk.subarray(8, -4)));
  const expected = interlaced ? interlacedLength(header) : filteredLength(header, header.width, header.height);
  if (stream.length * DEFLATE_RATIO < expected) throw wrongLength(file, header, stream.length);
  const length = await inflateZlib(stream, expected).then(
    (inflated) => inflated.length,
    (cause: unknown) => Promise.reject(damaged(file, `its pixels cannot be inflated to ${expected} bytes`, cause)),
  );
  if (length !== expected) throw wrongLength(file, header, length);

  const end = Uint8Array.of(0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130); // an IEND chunk
  try {
    const { data } = decode(joinBytes([bytes.subarray(0, HEADER_BYTES), ...chunks, end]), { checkCrc: true });
    // decode gives the array that it allocated, of the type that the depth asks for
    return { ...header, data: data as Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> };
  } catch (cause) {
    throw damaged(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function parseHeader(bytes: Uint8Array, file: string): { header: PngHeader; interlaced: boolean } {
  if (bytes.length < HEADER_BYTES) throw truncated(file, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isPng(bytes) || view.getUint32(8) !== 13 || chunkType(bytes, 8) !== 'IHDR')
    throw damaged(file, 'it does not begin with the header of a PNG');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [depth, colorType, compression, filter, interlace] = bytes.subarray(24, 29);
  if (
    width < 1 ||
    height < 1 ||
    width > 2 ** 31 - 1 ||
    height > 2 ** 31 - 1 ||
    compression + filter !== 0 ||
    interlace > 1
  )
    throw damaged(file, 'its header says what no PNG can be');
  const channels = CHANNELS_OF_COLOR_TYPE[colorType];
  if (!channels || (depth !== 8 && depth !== 16))
    throw new ImageError('image/unsupported', {
      file,
      what: `${file}: a PNG with ${depth} bits ${colorType === 3 ? 'that point into a palette' : `a sample (color type ${colorType})`}.`,
      why: 'Only 8 and 16 bits a sample, without a palette, are intensities as they were measured.',
      remedy: 'Save it as 8-bit or 16-bit grey.',
    });
  return { header: { width, height, channels, depth }, interlaced: interlace === 1 };
}

/** The IDAT chunks, each with length, type and checksum. Other chunks are left out: none of them changes a sample. */
function pixelChunks(bytes: Uint8Array, file: string): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Uint8Array[] = [];
  for (let at = HEADER_BYTES; ;) {
    if (at + 12 > bytes.length) throw truncated(file, bytes.length);
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) throw truncated(file, bytes.length);
    const type = chunkType(bytes, at);
    if (type === 'IEND') return chunks;
    if (type === 'IDAT') chunks.push(bytes.subarray(at, end));
    at = end;
  }
}

function chunkType(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at + 4, at + 8));
}

/** Bytes of `height` rows before unfiltering: each has a byte for its filter. */
function filteredLength({ channels, depth }: PngHeader, width: number, height: number): number {
  return width === 0 ? 0 : height * (1 + (width * channels * depth) / 8);
}

/** Adam7: seven images of every n-th pixel, one after the other. */
function interlacedLength(header: PngHeader): number {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ];
  const along = (extent: number, start: number, step: number) => Math.max(0, Math.ceil((extent - start) / step));
  return passes.reduce(
    (sum, [x, y, dx, dy]) => sum + filteredLength(header, along(header.width, x, dx), along(header.height, y, dy)),
    0,
  );
}

function wrongLength(file: string, { width, height, channels, depth }: PngHeader, length: number): ImageError {
  return damaged(
    file,
    `its header says (y ${height}, x ${width}) of ${channels} x ${depth} bits, its pixel data have ${length} bytes`,
  );
}

function damaged(file: string, how: string, cause?: unknown): ImageError {
  return new ImageError('image/damaged', {
    file,
    cause,
    what: `${file}: this PNG is damaged: ${how}.`,
    why: 'Its pixels cannot be trusted.',
    remedy: 'Copy it again from where it was made.',
  });
}

function truncated(file: string, length: number): ImageError {
  return new ImageError('image/truncated', {
    file,
    at: length,
    what: `${file}: this PNG breaks off after ${length} bytes.`,
    why: 'Zeros would stand where pixels are missing.',
    remedy: 'Copy it again from where it was made.',
  });
}
