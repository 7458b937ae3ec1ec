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
import { directories, openTiffBytes, readNumbers } from './directory.ts';
import { halfOf, halvePlane } from '../halve-plane.ts';
import { TAG } from './tags.ts';

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
    [{ z: 960, y: 1000, x: 1000 }, { tile: 16 }], // 4 million tiles
    [{ z: 2 ** 23, y: 4, x: 4 }, {}], // half a GB of samples, and a directory for each 64 bytes of them
    [{ z: 1, y: 4, x: 4 }, { bigTiff: true }],
  ] as const) {
    const appended: Uint8Array[] = [];
    const bytes = { ...memorySink(), append: async (block: Uint8Array) => void appended.push(block) };
    const sink = createOmeTiff(bytes, { ...EXAMPLE, channels: one, size }, { compression: 'none', ...options });
    await sink.writePlane(new Float32Array(size.y * size.x));
    versions.push(appended[0][2]);
  }
  expect(versions).toEqual([42, 43, 42, 43, 43, 43, 43, 43]);
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

it('a plane of 2,048 pixels and more a side stands in tiles with reduced copies, a smaller one in strips', async () => {
  const firstPage = async (x: number) => {
    const description = { ...EXAMPLE, type: 'uint8' as const, size: { z: 1, y: 3, x } };
    const planes = planesOf(description, 1);
    const bytes = await written((sink) => createOmeTiff(sink, description), planes);
    const tiff = await openTiffBytes(await memoryFiles({ 'a.tif': bytes }).open('a.tif'));
    for await (const directory of directories(tiff)) return { tiff, bytes, planes, tags: directory.tags };
    throw new Error('no directory');
  };
  const small = await firstPage(2047);
  expect([small.tags.has(TAG.tileOffsets), small.tags.has(TAG.subIfds)]).toEqual([false, false]);

  const large = await firstPage(2048);
  expect(await readNumbers(large.tiff, large.tags.get(TAG.tileWidth), 1)).toEqual(Float64Array.of(512));
  const copies = [...(await readNumbers(large.tiff, large.tags.get(TAG.subIfds), 9))!];
  expect(copies).toHaveLength(2);
  let [level, size] = [large.planes[0], { y: 3, x: 2048 }];
  for (const at of copies) {
    level = halvePlane(level, size);
    size = halfOf(size);
    // As a file of its own: its directory the first, and no longer marked as a reduced copy, which it says before all else.
    const bytes = large.bytes.slice();
    const view = new DataView(bytes.buffer);
    view.setUint32(4, at, true);
    expect([view.getUint16(at + 2, true), view.getUint32(at + 10, true)]).toEqual([TAG.subfileType, 1]);
    view.setUint32(at + 10, 0, true);
    const file = await openImage(memoryFiles({ 'a.tif': bytes }), 'a.tif');
    expect(file.images[0].size).toEqual({ z: 1, ...size });
    expect(await readAll(file.images[0])).toEqual([level]);
  }
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
