/** ImageJ's TIFF: what was written is read by this program; written-files.test.ts asks ImageJ. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import { storedBytes } from '../samples.ts';
import { descriptions, planesOf, written } from '../testing/described.ts';
import { memoryFiles, memorySink } from '../testing/memory.ts';
import { readAll } from '../testing/samples.ts';
import { createImageJTiff } from './create-imagej-tiff.ts';

it('what was written is read: samples to the bit, axes, voxel size', async () => {
  await fc.assert(
    fc.asyncProperty(descriptions(40), fc.integer(), async (description, seed) => {
      const planes = planesOf(description, seed);
      const bytes = await written((sink) => createImageJTiff(sink, description), planes);
      const file = await openImage(memoryFiles({ 'a.tif': bytes }), 'a.tif');
      const [{ times, channels, size, type, voxelSize, format, notes }, ...others] = file.images;
      expect(others).toEqual([]);
      expect({ times, channels: channels.length, size, type, voxelSize, format, notes }).toEqual({
        times: description.times,
        channels: description.channels.length,
        size: description.size,
        type: description.type,
        voxelSize: description.voxelSize && expect.anything(),
        format: 'ImageJ TIFF',
        notes: [],
      });
      for (const axis of ['z', 'y', 'x'] as const) {
        const [um, wanted] = [voxelSize?.[axis] ?? null, description.voxelSize?.[axis] ?? null];
        if (wanted === null || um === null) expect(um).toBe(wanted);
        else expect(um / wanted).toBeCloseTo(1, 12); // it went through a rational of pixels a micrometer
      }
      const expected = planes.flatMap((plane) => [...storedBytes(type, plane as Uint8Array<ArrayBuffer>)]);
      const samples = (await readAll(file.images[0])).flatMap((volume) => [...storedBytes(type, volume)]);
      expect(samples).toEqual(expected);
    }),
    { seed: 1, numRuns: 40 },
  );
});

it('an image that could pass 4 GB is refused before any of it is written, with what to do', () => {
  const [description] = fc.sample(descriptions(4), { seed: 1, numRuns: 1 });
  const large = { ...description, type: 'uint16' as const, size: { z: 2000, y: 1024, x: 1024 } };
  expect(() => createImageJTiff(memorySink(), { ...large, times: 1, channels: large.channels.slice(0, 1) })).toThrow(
    expect.objectContaining({ code: 'usage/too-large', remedy: expect.stringContaining('OME-TIFF') }),
  );
  expect(() =>
    createImageJTiff(memorySink(), {
      ...large,
      times: 1,
      channels: large.channels.slice(0, 1),
      size: { ...large.size, z: 1900 },
    }),
  ).not.toThrow();
});
