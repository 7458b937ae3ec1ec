/** PNG: what is written is read, and no damage passes for pixels. */
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePng, decodePngHeader, encodePng, type PngImage } from './png.ts';

const image = fc
  .record({
    width: fc.integer({ min: 1, max: 9 }),
    height: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1 as const, 3 as const, 4 as const),
    wide: fc.boolean(),
  })
  .chain(({ width, height, channels, wide }) => {
    const length = width * height * channels;
    const samples = fc.array(fc.integer({ min: 0, max: wide ? 65535 : 255 }), { minLength: length, maxLength: length });
    return samples.map((values): PngImage => {
      const data = wide ? new Uint16Array(values) : new Uint8Array(values);
      return { width, height, channels, data };
    });
  });

it('what was encoded decodes to the same samples', async () => {
  await fc.assert(
    fc.asyncProperty(image, async (original) => {
      const decoded = await decodePng(encodePng(original));
      const depth = original.data instanceof Uint16Array ? 16 : 8;
      expect(decoded).toEqual({ ...original, depth });
    }),
    { seed: 1, numRuns: 60 },
  );
});

it('an interlaced PNG gives the pixels of one that is not', async () => {
  for (const [width, height] of [
    [1, 1],
    [3, 7],
    [13, 9],
    [2, 1],
  ]) {
    const data = Uint16Array.from({ length: width * height }, (_, i) => (i * 7919) % 65536);
    const png = encode({ width, height, data, channels: 1, depth: 16 }, { interlace: 'Adam7' });
    expect((await decodePng(png)).data).toEqual(data);
  }
});

it('the header alone tells the size', () => {
  const png = encodePng({ width: 3, height: 2, channels: 1, data: new Uint16Array(6) });
  expect(decodePngHeader(png.subarray(0, 33), 'a.png')).toEqual({ width: 3, height: 2, channels: 1, depth: 16 });
});

describe('I1: right or refused', () => {
  const data = Uint8Array.from({ length: 8 * 8 }, (_, i) => (i * 37) % 251);
  const png = encodePng({ width: 8, height: 8, channels: 1, data });

  it('a PNG cut at any length is refused by name', async () => {
    for (let length = 0; length < png.length; length++)
      await expect(decodePng(png.subarray(0, length), 'a.png'), `${length} bytes`).rejects.toMatchObject({
        file: 'a.png',
        code: length >= 33 ? 'image/truncated' : expect.stringMatching(/^image\/(truncated|damaged)$/),
      });
  });

  it('a PNG with any one bit flipped is refused or gives the same pixels', async () => {
    for (let bit = 0; bit < png.length * 8; bit++) {
      const flipped = png.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const outcome = await decodePng(flipped).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toMatchObject({ exitCode: 3 });
      else expect(outcome).toMatchObject({ data });
    }
  });

  it('I2: a small image whose data inflate to 300 MB is refused before they do', async () => {
    const bomb = withPixels(16, 16, deflateSync(new Uint8Array(300e6)));
    const before = process.memoryUsage().arrayBuffers;
    await expect(decodePng(bomb)).rejects.toMatchObject({
      code: 'image/damaged',
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
  });

  it('I2: a header that says 2^31 pixels over a few bytes is refused at once', async () => {
    const pixels = deflateSync(new Uint8Array(100));
    await expect(decodePng(withPixels(65536, 32768, pixels))).rejects.toMatchObject({ code: 'image/damaged' });
  });

  it('pixel data that are too short are not filled up', async () => {
    await expect(decodePng(withPixels(16, 16, deflateSync(new Uint8Array(16 * 17 - 1))))).rejects.toMatchObject({
      code: 'image/damaged',
    });
  });

  it('a palette is refused', async () => {
    const indexed = png.slice();
    indexed[25] = 3;
    await expect(decodePng(indexed, 'p.png')).rejects.toMatchObject({ code: 'image/unsupported', file: 'p.png' });
  });
});

/** An 8-bit grey PNG of these sizes around any bytes; checksums are left out. */
function withPixels(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const chunk = (type: string, body: Uint8Array) => {
    const bytes = new Uint8Array(12 + body.length);
    new DataView(bytes.buffer).setUint32(0, body.length);
    bytes.set(new TextEncoder().encode(type), 4);
    bytes.set(body, 8);
    return [...bytes];
  };
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header[8] = 8;
  const signature = [137, 80, 78, 71, 13, 10, 26, 10];
  return Uint8Array.from([
    ...signature,
    ...chunk('IHDR', header),
    ...chunk('IDAT', pixels),
    ...chunk('IEND', new Uint8Array()),
  ]);
}
