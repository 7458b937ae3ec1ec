/**
 * zlib streams (RFC 1950: Deflate with a header and an Adler-32) by the platform's own streams, in Node and in a browser,
 * or by what a world has that is faster.
 *
 * Inflating stops at the length that the caller expects: a bomb costs no more than what it stands in for. The platform
 * checks the Adler-32, so a flipped byte is noticed.
 */
import { joinBytes } from './join-bytes.ts';

/** The most that a byte of Deflate can become: 258 bytes from two bits, by the format. */
export const DEFLATE_RATIO = 1032;

/** What `bytes` inflate to, in a buffer of its own. Throws Error where the stream is damaged, cut, or longer than `maxLength`. */
export type Inflate = (bytes: Uint8Array, maxLength: number) => Promise<Uint8Array<ArrayBuffer>>;

let inflate: Inflate = (bytes, maxLength) => pump(bytes, new DecompressionStream('deflate'), maxLength);

/** Makes `inflateZlib` use what a world has in place of the platform's streams. */
export function provideInflate(faster: Inflate): void {
  inflate = faster;
}

/** What `bytes` inflate to. Throws Error where the stream is damaged, cut, or longer than `maxLength`. */
export async function inflateZlib(bytes: Uint8Array, maxLength: number): Promise<Uint8Array<ArrayBuffer>> {
  return inflate(bytes, maxLength);
}

/** `bytes` as a zlib stream. */
export async function deflateZlib(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return pump(bytes, new CompressionStream('deflate'), Infinity);
}

/** `bytes` as a gzip member (RFC 1952). */
export async function deflateGzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return pump(bytes, new CompressionStream('gzip'), Infinity);
}

/** All that comes out of `through`, or an Error where that is more than `maxLength` bytes. */
export async function pump(
  bytes: Uint8Array,
  through: GenericTransformStream,
  maxLength: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = through.writable.getWriter();
  // Whatever goes wrong while writing also ends the reading below, which tells it; here it must only not go unhandled.
  const written = Promise.allSettled([writer.write(bytes), writer.close()]);
  const reader: ReadableStreamDefaultReader<Uint8Array> = through.readable.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxLength) {
      await reader.cancel();
      throw new Error(`more than ${maxLength} bytes come out of a Deflate stream of ${bytes.length}`);
    }
    chunks.push(value);
  }
  await written;
  return joinBytes(chunks);
}
