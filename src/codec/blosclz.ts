/**
 * BloscLZ, a dialect of FastLZ that c-blosc uses where no other compressor is named. A control byte below 32 announces that
 * many literals and one; others a copy: three bits of length, five of distance, and the bytes after them.
 * No checksum: a flipped byte is noticed only where the lengths no longer fit.
 */
import { copyWithin } from './copy-within.ts';

/** The most that a byte of BloscLZ can become. */
export const BLOSCLZ_RATIO = 255;

const FAR = 8191; // distances beyond have two more bytes

/** Fills `out` with what `block` stands for. Throws Error where that is more, or less, or copied from outside. */
export function decodeBlosclz(block: Uint8Array, out: Uint8Array): void {
  let at = 0;
  let written = 0;
  const next = (): number => {
    if (at >= block.length) throw new Error(`a BloscLZ block ends after ${written} of ${out.length} bytes`);
    return block[at++];
  };
  let control = next() & 31; // the first announces literals; its upper bits are a version
  for (;;) {
    if (control < 32) {
      const literals = control + 1;
      if (literals > block.length - at || literals > out.length - written)
        throw new Error(`a BloscLZ block has ${literals} literals after ${written} of ${out.length} bytes`);
      out.set(block.subarray(at, at + literals), written);
      at += literals;
      written += literals;
    } else {
      let length = (control >>> 5) + 2;
      if (control >>> 5 === 7)
        for (let byte = 255; byte === 255;) {
          byte = next();
          length += byte;
        }
      const high = (control & 31) << 8;
      const low = next();
      let distance = high + low;
      if (low === 255 && high === 31 << 8) distance = FAR + next() * 256 + next();
      copyWithin(out, written, distance + 1, length);
      written += length;
    }
    if (at === block.length) break;
    control = next();
  }
  if (written !== out.length) throw new Error(`a BloscLZ block gives ${written} of ${out.length} bytes`);
}
