/**
 * LZW as TIFF has it (TIFF 6.0, section 13): codes of 9 to 12 bits, most significant bit first, each width taken up one
 * code early. Encoders that let the table fill up and go on without a clear code are read too, as libtiff reads them. So
 * is what programs wrote before the specification: least significant bit first, no width taken up early.
 */
const CLEAR = 256;
const END = 257;
const MAX_CODES = 4096;

/** The first `length` bytes of what `bytes` stand for. Throws Error where they are damaged or end before. */
export function decodeLzw(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const old = bytes[0] === 0 && (bytes[1] & 1) === 1; // data begin with a clear code
  const out = new Uint8Array(length);
  // Code c stands for the bytes of code prefix[c], then suffix[c]; lengths[c] of them in all.
  const prefix = new Uint16Array(MAX_CODES);
  const suffix = new Uint8Array(MAX_CODES);
  const lengths = new Uint32Array(MAX_CODES);
  for (let c = 0; c < 256; c++) {
    suffix[c] = c;
    lengths[c] = 1;
  }
  let [bits, held, width, next, previous, at, written] = [0, 0, 9, END + 1, -1, 0, 0];
  while (written < length) {
    while (held < width) {
      if (at === bytes.length) throw new Error(`LZW data end after ${written} of ${length} bytes`);
      bits = old ? bits | (bytes[at++] << held) : ((bits << 8) | bytes[at++]) & 0xfffff;
      held += 8;
    }
    held -= width;
    const code = (old ? bits : bits >> held) & ((1 << width) - 1);
    if (old) bits >>= width;
    if (code === CLEAR) {
      [width, next, previous] = [9, END + 1, -1];
      continue;
    }
    if (code === END) throw new Error(`LZW data end after ${written} of ${length} bytes`);
    const known = previous < 0 ? 256 : next;
    if (code > known || (code === known && (previous < 0 || next === MAX_CODES)))
      throw new Error(`LZW code ${code} stands for nothing yet`);
    if (previous >= 0 && next < MAX_CODES) {
      prefix[next] = previous;
      lengths[next] = lengths[previous] + 1;
      suffix[next] = firstByte(code === next ? previous : code, prefix);
      next++;
    }
    const count = lengths[code];
    for (let c = code, i = written + count - 1; i >= written; i--, c = prefix[c]) if (i < length) out[i] = suffix[c];
    written += count;
    previous = code;
    if (next >= (1 << width) - (old ? 0 : 1) && width < 12) width++;
  }
  return out;
}

function firstByte(code: number, prefix: Uint16Array): number {
  while (code > END) code = prefix[code];
  return code;
}
