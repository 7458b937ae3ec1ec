/** OME-TIFF writing: what was written is read by this program; written-files.test.ts asks others. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import { storedBytes } from '../samples.ts';
import { channelWith, type ImageDescription } from '../source.ts';
import { descriptions, omeTiffOptions, planesOf, written } from '../testing/described.ts';
import { memoryFiles, memorySink } from '../testing/memory.ts';
import { readAll } from '../testing/samples.ts';
import { createOmeTiff } from './create-ome-tiff.ts';

const EXAMPLE: ImageDescription = {
  name: 'cells',
  channels: [channelWith({ name: 'DNA' }), channelWith()],
  times: 1,
  timeStep: null,
  type: 'float32',
  size: { z: 1, y: 2, x: 2 },
  voxelSize: null,
};

it('what was written is read: samples to the bit, names, colors, voxel size', async () => {
  await fc.assert(
    fc.asyncProperty(descriptions(40), omeTiffOptions, fc.integer(), async (description, options, seed) => {
      const planes = planesOf(description, seed);
      const bytes = await written((sink) => createOmeTiff(sink, description, options), planes);
      const file = await openImage(memoryFiles({ 'a.tif': bytes }), 'a.tif');
      const [image] = file.images;
      expect(image).toMatchObject({ ...description, format: 'OME-TIFF', notes: [] });
      const expected = planes.flatMap((plane) => [...storedBytes(description.type, plane as Uint8Array<ArrayBuffer>)]);
      const samples = (await readAll(image)).flatMap((volume) => [...storedBytes(description.type, volume)]);
      expect(samples).toEqual(expected);
    }),
    { seed: 1, numRuns: 80 },
  );
});

it('characters that no XML may hold become the mark for what cannot be shown', async () => {
  const description = { ...EXAMPLE, name: 'a\u0000b\ud800c' };
  const bytes = await written((sink) => createOmeTiff(sink, description), planesOf(description, 1));
  const file = await openImage(memoryFiles({ 'a.tif': bytes }), 'a.tif');
  expect(file.images[0].name).toBe('a\ufffdb\ufffdc');
});

it('BigTIFF is written where 4 GB could be passed or it is wanted, and only there', async () => {
  const one = [EXAMPLE.channels[0]];
  const versions = [];
  for (const [size, options] of [
    [{ z: 1000, y: 1000, x: 1000 }, {}],
    [{ z: 1040, y: 1000, x: 1000 }, {}],
    [{ z: 900, y: 1000, x: 1000 }, {}],
    [{ z: 900, y: 1000, x: 1000 }, { pyramid: true }], // a quarter more in the reduced copy
    [{ z: 1000, y: 1000, x: 1000 }, { tile: 512 }], // 1,024 by 1,024 pixels stored
    [{ z: 2 ** 23, y: 4, x: 4 }, {}], // half a GB of samples, and a directory for each 64 bytes of them
    [{ z: 1, y: 4, x: 4 }, { bigTiff: true }],
  ] as const) {
    const bytes = memorySink();
    const sink = createOmeTiff(bytes, { ...EXAMPLE, channels: one, size }, { compression: 'none', ...options });
    await sink.writePlane(new Float32Array(size.y * size.x));
    versions.push(bytes.bytes()[2]);
  }
  expect(versions).toEqual([42, 43, 42, 43, 43, 43, 43]);
});

it('more, fewer or other planes than described are an error', async () => {
  const bytes = memorySink();
  const sink = createOmeTiff(bytes, EXAMPLE);
  await expect(sink.writePlane(new Float32Array(3))).rejects.toThrow(RangeError);
  await expect(sink.writePlane(new Uint16Array(4))).rejects.toThrow(RangeError);
  await sink.writePlane(new Float32Array(4));
  await expect(sink.finish()).rejects.toThrow(/1 of 2 planes/);
  await sink.writePlane(new Float32Array(4));
  await expect(sink.writePlane(new Float32Array(4))).rejects.toThrow(RangeError);
  await sink.abandon();
  expect(bytes.state()).toBe('abandoned');
});

it('a tile whose side no TIFF may have is an error', () => {
  for (const tile of [0, -16, 8, 100, NaN])
    expect(() => createOmeTiff(memorySink(), EXAMPLE, { tile })).toThrow(/multiple of 16/);
});

it('what the sink throws while blocks are compressed is thrown, and nothing else', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listener);
  let calls = 0;
  const bytes = {
    ...memorySink(),
    append: async () => {
      if (++calls === 3) throw new Error('the disk is full');
    },
  };
  const description = { ...EXAMPLE, size: { z: 1, y: 600, x: 600 } };
  const sink = createOmeTiff(bytes, description, { tile: 64 });
  await expect(sink.writePlane(new Float32Array(600 * 600))).rejects.toThrow('the disk is full');
  await new Promise((resolve) => setTimeout(resolve, 20)); // what is still at work ends
  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
});
