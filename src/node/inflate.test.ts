/** node:zlib in threads says what the platform's streams say. */
import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inflateZlib } from '../codec/index.ts';
import { inflateInThreads } from './inflate.ts';

it.each([
  ['the platform', inflateZlib],
  ['threads', inflateInThreads],
])('%s: gives all bytes in a buffer of their own, and refuses what is longer, cut or changed', async (_, inflate) => {
  for (const length of [0, 1, 100, 70_000, 2 ** 20]) {
    const bytes = Uint8Array.from({ length }, (_value, i) => (i * i) >> 5);
    const deflated = new Uint8Array(deflateSync(bytes));
    const inflated = await inflate(deflated, length + 1);
    expect(Buffer.compare(inflated, bytes)).toBe(0);
    expect(inflated.byteOffset).toBe(0);
    if (length > 1) await expect(inflate(deflated, length - 1)).rejects.toBeInstanceOf(Error);
    await expect(inflate(deflated.subarray(0, -1), length + 1)).rejects.toBeInstanceOf(Error);
    const changed = deflated.slice();
    changed[changed.length - 1] ^= 1; // of the checksum
    await expect(inflate(changed, length + 1)).rejects.toBeInstanceOf(Error);
  }
});
