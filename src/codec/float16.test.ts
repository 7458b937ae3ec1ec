import { describe, expect, it } from 'vitest';
import { narrowToHalves, widenHalves } from './float16.ts';

describe('half precision', () => {
  it('comes back from single precision, all 65,536 of them', () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
    expect(narrowToHalves(widenHalves(halves))).toEqual(halves);
  });

  it('is what the standard says', () => {
    const known = [0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x03ff, 0x3555, 0x7c00, 0xfc00];
    const values = [0, -0, 1, -2, 65504, 2 ** -14, 2 ** -24, 1023 * 2 ** -24, 1365 * 2 ** -12, Infinity, -Infinity];
    expect([...widenHalves(Uint16Array.from(known))]).toEqual(values);
    expect(widenHalves(Uint16Array.of(0x7e00))[0]).toBeNaN();
  });

  it('takes the nearest, and of two the even one', () => {
    const step = 2 ** -10; // between 1 and 2
    const singles = Float32Array.of(
      1 + step / 2,
      1 + (3 * step) / 2,
      1 + step * 0.51,
      65519,
      65520,
      2 ** -25,
      2 ** -24 * 1.5,
    );
    expect([...narrowToHalves(singles)]).toEqual([0x3c00, 0x3c02, 0x3c01, 0x7bff, 0x7c00, 0, 2]);
  });
});
