import { expect, it } from 'vitest';
import { decodeLzw } from './lzw.ts';

/** Codes as they were packed before the specification: least significant bit first. */
function packedOldWay(codes: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((codes.length * 9) / 8));
  codes.forEach((code, i) => {
    for (let bit = 0; bit < 9; bit++) if ((code >> bit) & 1) bytes[(i * 9 + bit) >> 3] |= 1 << ((i * 9 + bit) & 7);
  });
  return bytes;
}

it('what was packed least significant bit first, as before the specification', () => {
  const [clear, end, ab, aba] = [256, 257, 258, 260];
  const encoded = packedOldWay([clear, 65, 66, ab, aba, end]);
  expect([...encoded.subarray(0, 2)]).toEqual([0, 0b10000011]);
  expect(new TextDecoder().decode(decodeLzw(encoded, 7))).toBe('ABABABA');
  expect(() => decodeLzw(encoded, 8)).toThrow(/end after 7 of 8/);
});

it('the old way takes up each width one code later', () => {
  const literals = Array.from({ length: 254 }, (_, i) => i); // with them codes up to 510 are known, all of 9 bits
  const encoded = packedOldWay([256, ...literals, 510]);
  expect([...decodeLzw(encoded, 256)]).toEqual([...literals, 252, 253]);
});
