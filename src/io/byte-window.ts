/** Small reads close to each other, as headers and directories make them, served from one larger read. */
import type { ByteSource } from './source.ts';

const WINDOW_BYTES = 16384;

/** Reads as `bytes.read` does; what comes back may be a view on memory that other reads share. */
export function byteWindow(bytes: ByteSource): (offset: number, length: number) => Promise<Uint8Array> {
  let start = 0;
  let window = new Uint8Array(0);
  return async (offset, length) => {
    if (length > WINDOW_BYTES || offset + length > bytes.size) return bytes.read(offset, length);
    if (offset < start || offset + length > start + window.length) {
      window = (await bytes.read(offset, Math.min(WINDOW_BYTES, bytes.size - offset))) as Uint8Array<ArrayBuffer>;
      start = offset;
    }
    return window.subarray(offset - start, offset - start + length);
  };
}
