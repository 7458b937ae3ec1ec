import { crc32 as ofZlib } from 'node:zlib';
import { expect, it } from 'vitest';
import { crc32 } from './crc32.ts';

it("is the catalog's check value for the digits 1 to 9, and what zlib computes of any bytes", () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  for (const length of [0, 1, 255, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3);
    expect(crc32(bytes)).toBe(ofZlib(bytes));
  }
});
