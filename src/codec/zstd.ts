/**
 * Zstandard (RFC 8878), within bounds: a frame says how much comes out of it, and is believed only up to what its reader
 * expects; of a frame that does not say, the bytes are counted as they come. Decoders are loaded when a frame needs them.
 */
import { joinBytes } from './join-bytes.ts';

/** The most that a byte of zstd was seen to become (runs of one byte). */
export const ZSTD_RATIO = 32768;
const MAX_WINDOW = 2 ** 26;
const MAGIC = 0xfd2fb528;

/**
 * What one frame becomes, at most `maxLength` bytes.
 * Throws Error where the frame is damaged, cut, followed by something, wants a dictionary, or more comes out of it.
 */
export async function decodeZstd(frame: Uint8Array, maxLength: number): Promise<Uint8Array<ArrayBuffer>> {
  const { contentSize, end } = parseFrame(frame);
  // Bytes that were put into the middle push others out behind the end; and numcodecs' decoder never comes back from them.
  if (end !== frame.length) throw new Error(`a zstd frame ends at byte ${end}, and ${frame.length} are there`);
  if (contentSize === null) return decodeCounted(frame, maxLength);
  if (contentSize > maxLength)
    throw new Error(`a zstd frame says that ${contentSize} bytes come out of it, not ${maxLength}`);
  if (contentSize > frame.length * ZSTD_RATIO)
    throw new Error(`a zstd frame of ${frame.length} bytes says that ${contentSize} come out of it`);
  const decoded = await (await loadCodec()).decode(frame);
  if (decoded.length !== contentSize)
    throw new Error(`a zstd frame says ${contentSize} bytes, and ${decoded.length} come out of it`);
  return decoded as Uint8Array<ArrayBuffer>;
}

/** One frame with its content size, which Bio-Formats needs; without a checksum. */
export async function encodeZstd(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return (await (await loadCodec()).encode(bytes)) as Uint8Array<ArrayBuffer>;
}

/** 750 kB, mostly WebAssembly. */
async function loadCodec() {
  const { default: Zstd } = await import('numcodecs/zstd');
  return Zstd.fromConfig({ id: 'zstd', level: 3 });
}

interface Frame {
  /** Null where the frame does not say. */
  readonly contentSize: number | null;
  readonly end: number;
}

/** Header and the headers of its blocks, by RFC 8878, sections 3.1.1.1 and 3.1.1.2. */
function parseFrame(frame: Uint8Array): Frame {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 6 || view.getUint32(0, true) !== MAGIC) throw new Error('a zstd frame does not begin as one');
  const descriptor = frame[4];
  const single = (descriptor & 0x20) !== 0;
  if (descriptor & 0x08) throw new Error('a zstd frame has a reserved bit');
  if (!single) {
    const window = 2 ** (10 + (frame[5] >>> 3)) * (1 + (frame[5] & 7) / 8);
    if (window > MAX_WINDOW) throw new Error(`a zstd frame wants a window of ${window} bytes`);
  }
  if ((descriptor & 3) !== 0) throw new Error('a zstd frame wants a dictionary');
  const bytes = [single ? 1 : 0, 2, 4, 8][descriptor >>> 6];
  const at = single ? 5 : 6;
  if (at + bytes > frame.length) throw new Error('a zstd frame ends in its header');
  const checksumBytes = descriptor & 4;
  return { contentSize: contentSizeAt(view, at, bytes), end: endOfBlocks(view, at + bytes) + checksumBytes };
}

function contentSizeAt(view: DataView, at: number, bytes: number): number | null {
  switch (bytes) {
    case 0:
      return null;
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true)); // beyond 2^53 it is larger than any bound all the same
  }
}

const RUN_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** Where the last block ends. */
function endOfBlocks(view: DataView, start: number): number {
  for (let at = start; at + 3 <= view.byteLength;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >>> 1) & 3;
    if (type === RESERVED_BLOCK) throw new Error(`a zstd frame has a block of no known type at byte ${at}`);
    at += 3 + (type === RUN_BLOCK ? 1 : header >>> 3);
    if (at > view.byteLength) break;
    if (header & 1) return at;
  }
  throw new Error('a zstd frame ends before its end');
}

const PART = 65536;

/** A frame that does not say its size, by a decoder that gives the bytes in parts. */
async function decodeCounted(frame: Uint8Array, maxLength: number): Promise<Uint8Array<ArrayBuffer>> {
  const { Decompress } = await import('fzstd');
  const parts: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  const decoder = new Decompress((part, final) => {
    length += part.length;
    if (length > maxLength) throw new Error(`more than ${maxLength} bytes come out of a zstd frame of ${frame.length}`);
    parts.push(part.slice());
    ended ||= final === true;
  });
  for (let at = 0; at < frame.length; at += PART)
    decoder.push(frame.subarray(at, at + PART), at + PART >= frame.length);
  if (!ended) throw new Error('a zstd frame ends before its end');
  return joinBytes(parts);
}
