/** PackBits (TIFF 6.0, section 9): runs of bytes and bytes as they are. It carries no checksum. */

/** The first `length` bytes of what `bytes` stand for. Throws Error where they end before. */
export function decodePackBits(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  let written = 0;
  for (let at = 0; written < length;) {
    const head = bytes[at++]; // undefined beyond the end
    if (head === 128) continue;
    const count = head < 128 ? head + 1 : 257 - head;
    const taken = head < 128 ? count : 1;
    if (!(at + taken <= bytes.length)) throw new Error(`PackBits data end after ${written} of ${length} bytes`);
    if (head < 128) out.set(bytes.subarray(at, at + Math.min(count, length - written)), written);
    else out.fill(bytes[at], written, written + count);
    written += count;
    at += taken;
  }
  return out;
}
