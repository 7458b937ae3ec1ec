import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflateGzip } from './gzip.ts';

const TEXT = new TextEncoder().encode('see without dyes, '.repeat(300));
const GZIP = new Uint8Array(gzipSync(TEXT));

describe('gzip', () => {
  it('reads what zlib writes', async () => expect(await inflateGzip(GZIP, TEXT.length)).toEqual(TEXT));

  it('I1: is refused where it is cut anywhere or a byte is changed', async () => {
    for (let length = 0; length < GZIP.length; length++)
      await expect(inflateGzip(GZIP.subarray(0, length), TEXT.length), `${length}`).rejects.toThrow(Error);
    for (let at = 10; at < GZIP.length; at++) {
      const damaged = GZIP.slice();
      damaged[at] ^= 16;
      await expect(inflateGzip(damaged, TEXT.length), `${at}`).rejects.toThrow(Error);
    }
  });

  it('I2: ends where more comes out than is expected', async () => {
    await expect(inflateGzip(GZIP, TEXT.length - 1)).rejects.toThrow(/more than/);
    await expect(inflateGzip(new Uint8Array(gzipSync(new Uint8Array(2 ** 24))), 2 ** 10)).rejects.toThrow(/more than/);
  });
});
