/** What is read of images that are larger than the memory. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageError, Interrupted } from '../core/index.ts';
import { channelWith, type ImageSource } from '../io/index.ts';
import { cropVolume, voxelCount, type Size } from '../volume/index.ts';
import { readImages } from './checked-images.ts';
import type { OpenedImage } from './opened-sample.ts';

/** Each voxel is its own place, counted through times, channels, z, y, x. */
function counting(size: Size, { times = 1, channels = 1 } = {}): ImageSource {
  return {
    name: '',
    file: 'a.tif',
    format: 'counting',
    times,
    timeStep: null,
    channels: Array.from({ length: channels }, () => channelWith()),
    size,
    type: 'uint16',
    voxelSize: { z: null, y: 0.1, x: 0.1 },
    notes: [],
    async read({ time, channel, region: { start, size: box } }) {
      const out = new Float32Array(voxelCount(box));
      for (let i = 0; i < out.length; i++) {
        const [z, y, x] = [Math.floor(i / (box.y * box.x)), Math.floor(i / box.x) % box.y, i % box.x];
        const plane = (time * channels + channel) * size.z + start.z + z;
        out[i] = (plane * size.y + start.y + y) * size.x + start.x + x;
      }
      return out;
    },
    close: async () => undefined,
  };
}

const opened = (source: ImageSource, role: OpenedImage['role'] = 'target'): OpenedImage => ({
  role,
  name: 'dna',
  file: 'a.tif',
  source,
});
const SAMPLE = { id: 'a', time: 0, voxelSize: { z: 0.3, y: 9, x: 9 } };
const read = (images: readonly OpenedImage[], mostVoxels: number, time = 0) =>
  readImages(images, { ...SAMPLE, time }, mostVoxels, { onProgress: () => undefined });
const volumeOf = async (...asked: Parameters<typeof read>) => (await read(...asked)).images.map(({ volume }) => volume);

it('a whole image is all its voxels at that time, its unknown sizes filled in; of an image of one time that', async () => {
  const [series, still] = await volumeOf(
    [opened(counting({ z: 2, y: 3, x: 4 }, { times: 3, channels: 2 })), opened(counting({ z: 2, y: 3, x: 4 }))],
    1e6,
    2,
  );
  expect([...series.data]).toEqual(Array.from({ length: 48 }, (_, i) => 96 + i));
  expect([series.channels, series.voxelSize]).toEqual([2, { z: 0.3, y: 0.1, x: 0.1 }]);
  expect([...still.data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
});

describe('beyond the budget', () => {
  const sizes = fc.record({
    z: fc.integer({ min: 1, max: 12 }),
    y: fc.integer({ min: 1, max: 500 }),
    x: fc.integer({ min: 1, max: 500 }),
  });

  it('what is read is the middle of the image, voxel for voxel, and keeps to the budget down to 64 x 64; all planes', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 3e6 }), async (size, mostVoxels) => {
        const [whole] = await volumeOf([opened(counting(size))], Infinity);
        const [part] = await volumeOf([opened(counting(size))], mostVoxels);
        const before = (axis: keyof Size) => (size[axis] - part.size[axis]) >> 1;
        const region = { start: { z: before('z'), y: before('y'), x: before('x') }, size: part.size };
        const expected = cropVolume(whole, region).data;
        expect(part.data.every((value, i) => value === expected[i])).toBe(true); // toEqual takes a second a volume
        const least = (axis: 'y' | 'x') =>
          Math.max(Math.sqrt(mostVoxels / voxelCount(size)) * size[axis], Math.min(size[axis], 64));
        expect(voxelCount(part.size)).toBeLessThanOrEqual(size.z * least('y') * least('x'));
        expect(part.size.z).toBe(size.z);
        if (mostVoxels >= voxelCount(size)) expect(part.size).toEqual(size);
      }),
      { seed: 11, numRuns: 20 },
    );
  });

  it('images of one size are cut alike, those of unlike size stay unlike by as much', async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 9 }),
        async (size, mostVoxels, more) => {
          const [a, b, c] = await volumeOf(
            [size, size, { ...size, x: size.x + more }].map((extent) => opened(counting(extent))),
            mostVoxels,
          );
          expect(b.size).toEqual(a.size);
          expect(c.size.x).toBeGreaterThan(a.size.x);
        },
      ),
      { seed: 12, numRuns: 20 },
    );
  });

  it('the part is told', async () => {
    const { part } = await read([opened(counting({ z: 4, y: 600, x: 600 }))], 600 * 600, 0);
    expect(part).toBe(
      "only the middle (z 4, y 300, x 300) of (z 4, y 600, x 600) was read, for memory's sake; y and x are counted from its corner at y 150, x 150",
    );
    expect((await read([opened(counting({ z: 4, y: 6, x: 6 }))], 1e6)).part).toBeNull();
  });
});

it('an error of the file is a finding, and the others are read; one of the program is thrown', async () => {
  const source = counting({ z: 2, y: 3, x: 4 });
  const refuse = (error: Error): never => {
    throw error;
  };
  const failing = (error: Error) => opened({ ...source, read: async () => refuse(error) });
  const cut = new ImageError('image/truncated', { what: 'It breaks off.', why: 'Zeros.', remedy: 'Copy it again.' });
  const { images, findings } = await read([failing(cut), opened(source, 'signal')], 1e6);
  expect(images.map(({ role }) => role)).toEqual(['signal']);
  expect(findings).toEqual([
    {
      kind: 'unreadable',
      severity: 'spoils',
      samples: ['a'],
      file: 'a.tif',
      what: 'It breaks off. Zeros.',
      remedy: 'Copy it again.',
    },
  ]);
  await expect(read([failing(new RangeError('a defect'))], 1e6)).rejects.toThrow('a defect');
  await expect(read([failing(new Interrupted(false, { what: 'Stopped.' }))], 1e6)).rejects.toThrow('Stopped.');
});
