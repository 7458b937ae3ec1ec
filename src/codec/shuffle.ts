/** The orders in which Blosc puts the bytes, or the bits, of samples together before they are compressed; undone here. */

/** Bytes that stand as all first bytes of the samples, all second bytes, ...; what is less than a sample stays at the end. */
export function unshuffleBytes(shuffled: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(shuffled.length);
  const samples = Math.floor(shuffled.length / width);
  for (let byte = 0; byte < width; byte++)
    for (let i = 0, from = byte * samples, to = byte; i < samples; i++, to += width) out[to] = shuffled[from + i];
  out.set(shuffled.subarray(samples * width), samples * width);
  return out;
}

/**
 * Bits that stand as all lowest bits of the samples, all second bits, ... (https://github.com/kiyo-masui/bitshuffle).
 * Where the samples are no multiple of 8, c-blosc leaves them as they are.
 */
export function unshuffleBits(shuffled: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(shuffled); // a copy: what is not moved stays
  const samples = Math.floor(shuffled.length / width);
  if (samples % 8 !== 0) return out;
  const row = samples / 8; // bytes that hold one bit of every sample
  for (let byte = 0; byte < width; byte++)
    for (let i = 0, from = byte * 8 * row, to = byte; i < row; i++, from++, to += 8 * width) {
      // Eight bits of eight samples as two words of four rows; three exchanges of ever larger squares transpose them.
      let low =
        shuffled[from] |
        (shuffled[from + row] << 8) |
        (shuffled[from + 2 * row] << 16) |
        (shuffled[from + 3 * row] << 24);
      let high =
        shuffled[from + 4 * row] |
        (shuffled[from + 5 * row] << 8) |
        (shuffled[from + 6 * row] << 16) |
        (shuffled[from + 7 * row] << 24);
      let exchanged = (low ^ (low >>> 7)) & 0x00aa00aa;
      low ^= exchanged ^ (exchanged << 7);
      exchanged = (high ^ (high >>> 7)) & 0x00aa00aa;
      high ^= exchanged ^ (exchanged << 7);
      exchanged = (low ^ (low >>> 14)) & 0x0000cccc;
      low ^= exchanged ^ (exchanged << 14);
      exchanged = (high ^ (high >>> 14)) & 0x0000cccc;
      high ^= exchanged ^ (exchanged << 14);
      exchanged = ((low >>> 4) ^ high) & 0x0f0f0f0f;
      high ^= exchanged;
      low ^= exchanged << 4;
      for (let sample = 0, at = to; sample < 4; sample++, at += width) {
        out[at] = low >>> (8 * sample);
        out[at + 4 * width] = high >>> (8 * sample);
      }
    }
  return out;
}
