/** IEEE 754 half precision (binary16) to single and back: JavaScript has no such array before Node 24. */

/** Exactly, bit patterns of NaN included. */
export function widenHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(halves.length); // bits, not numbers: the payload of a NaN must come through
  for (let i = 0; i < halves.length; i++) bits[i] = widen(halves[i]);
  return new Float32Array(bits.buffer);
}

/** To the nearest half, ties to even; what `widenHalves` gave comes back bit by bit. Beyond 65504 it is infinite. */
export function narrowToHalves(singles: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(singles.buffer, singles.byteOffset, singles.length);
  const halves = new Uint16Array(singles.length);
  for (let i = 0; i < bits.length; i++) halves[i] = narrow(bits[i]);
  return halves;
}

const NORMAL = 127 - 15; // the exponents' biases

function widen(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + NORMAL) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // a subnormal half is a normal single
  return sign | ((NORMAL + 1 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

function narrow(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const exponent = ((single >>> 23) & 0xff) - NORMAL;
  const fraction = single & 0x7fffff;
  if (exponent === 0xff - NORMAL)
    return sign | 0x7c00 | (fraction >>> 13) | (fraction > 0 && fraction >>> 13 === 0 ? 1 : 0);
  if (exponent >= 0x1f) return sign | 0x7c00;
  if (exponent <= 0) {
    if (exponent < -10) return sign;
    return sign | rounded(fraction | 0x800000, 14 - exponent);
  }
  return sign | rounded((exponent << 23) | fraction, 13); // a carry goes on into the exponent
}

/** `value` / 2^`bits`, to the nearest, ties to even. */
function rounded(value: number, bits: number): number {
  const rest = value & ((1 << bits) - 1);
  const half = 1 << (bits - 1);
  const down = value >>> bits;
  return rest > half || (rest === half && down % 2 === 1) ? down + 1 : down;
}
