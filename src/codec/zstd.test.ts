import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { decodeZstd, encodeZstd } from './zstd.ts';

const TEXT = new TextEncoder().encode('see without dyes, '.repeat(5000));
const hasZstd = spawnSync('zstd', ['--version']).status === 0;
const zstd = (bytes: Uint8Array, ...options: string[]) =>
  new Uint8Array(execFileSync('zstd', ['-q', '-c', ...options], { input: bytes }));

describe('zstd', () => {
  it('comes back', async () => {
    for (const bytes of [TEXT, new Uint8Array(0), Uint8Array.of(7), noise(300000)])
      expect(await decodeZstd(await encodeZstd(bytes), bytes.length)).toEqual(bytes);
  });

  it.skipIf(!hasZstd)('reads what the zstd program writes, with and without a size (needs zstd)', async () => {
    for (const options of [[], ['--no-check'], ['-19'], ['--no-content-size'], [`--stream-size=${TEXT.length}`]])
      expect(await decodeZstd(zstd(TEXT, ...options), TEXT.length), options.join(' ')).toEqual(TEXT);
  });

  it('refuses a frame that something follows', async () => {
    const frame = await encodeZstd(noise(240));
    for (const extra of [1, 2, 100])
      await expect(decodeZstd(Uint8Array.of(...frame, ...noise(extra)), 240), `${extra}`).rejects.toThrow(/ends at/);
  });

  it('comes to an end whatever bit is flipped', async () => {
    const frame = await encodeZstd(TEXT.subarray(0, 3000));
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const changed = frame.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      const decoded = await decodeZstd(changed, 4000).catch((error: unknown) => error);
      expect(decoded instanceof Error || decoded instanceof Uint8Array, `bit ${bit}`).toBe(true);
    }
  });

  it('refuses a frame that is cut anywhere', async () => {
    const frame = await encodeZstd(TEXT);
    for (let length = 0; length < frame.length; length++)
      await expect(decodeZstd(frame.subarray(0, length), TEXT.length), `${length}`).rejects.toThrow(Error);
  });

  it.skipIf(!hasZstd)('refuses a frame without a size that is cut anywhere (needs zstd)', async () => {
    const frame = zstd(TEXT, '--no-content-size', '--no-check');
    for (let length = 0; length < frame.length; length++)
      await expect(decodeZstd(frame.subarray(0, length), TEXT.length), `${length}`).rejects.toThrow(Error);
  });

  it('refuses what becomes longer than expected, in both ways', async () => {
    await expect(decodeZstd(await encodeZstd(TEXT), TEXT.length - 1)).rejects.toThrow(/come out of it/);
    // A content size of 2^40, then nothing: magic, single segment with 8 bytes of size.
    const bomb = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0);
    await expect(decodeZstd(bomb, 2 ** 41)).rejects.toThrow(/says that/);
  });

  it.skipIf(!hasZstd)('refuses a bomb without a size while it grows (needs zstd)', async () => {
    const bomb = zstd(new Uint8Array(2 ** 26), '--no-content-size');
    await expect(decodeZstd(bomb, 2 ** 20)).rejects.toThrow(/more than/);
  });

  it('refuses a window of gigabytes', async () => {
    const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0xff, 1, 0, 0);
    await expect(decodeZstd(frame, 2 ** 20)).rejects.toThrow(/window/);
  });
});

function noise(length: number): Uint8Array {
  const { integer } = random(3);
  return Uint8Array.from({ length }, () => integer(256));
}
