/**
 * A block of LZ4 (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): literals, and copies of what came before.
 * It carries no checksum: a flipped byte is noticed only where the lengths no longer fit.
 */
import { copyWithin } from './copy-within.ts';

/** The most that a byte of LZ4 can become: each byte of a length adds up to 255. */
export const LZ4_RATIO = 255;

/** Fills `out` with what `block` stands for. Throws Error where that is more, or less, or copied from outside. */
export function decodeLz4(block: Uint8Array, out: Uint8Array): void {
  let at = 0;
  let written = 0;

  /** Four bits, and bytes after them as long as they are 255. */
  const lengthFrom = (bits: number): number => {
    let length = bits;
    for (let byte = bits === 15 ? 255 : 0; byte === 255; length += byte) {
      if (at >= block.length) throw new Error('an LZ4 block ends within a length');
      byte = block[at++];
    }
    return length;
  };

  for (;;) {
    if (at >= block.length) throw new Error(`an LZ4 block ends after ${written} of ${out.length} bytes`);
    const token = block[at++];
    const literals = lengthFrom(token >>> 4);
    if (literals > block.length - at || literals > out.length - written)
      throw new Error(`an LZ4 block has ${literals} literals after ${written} of ${out.length} bytes`);
    out.set(block.subarray(at, at + literals), written);
    at += literals;
    written += literals;
    if (at === block.length) break; // the last sequence has no copy
    if (at + 2 > block.length) throw new Error('an LZ4 block ends within an offset');
    const offset = block[at] | (block[at + 1] << 8);
    at += 2;
    const length = lengthFrom(token & 15) + 4;
    copyWithin(out, written, offset, length);
    written += length;
  }
  if (written !== out.length) throw new Error(`an LZ4 block gives ${written} of ${out.length} bytes`);
}
