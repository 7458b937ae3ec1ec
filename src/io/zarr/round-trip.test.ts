/** OME-Zarr that was written is read: samples to the bit, axes, names, colors, voxel size, time step. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import { memoryFiles } from '../testing/memory.ts';
import { exampleZarrs, writeOmeZarr } from '../testing/write-ome-zarr.ts';

const PATH = 'folder/a.ome.zarr';

it('what was written is read, whatever its shape, type, version, chunks, shards and metadata', async () => {
  await fc.assert(
    fc.asyncProperty(exampleZarrs, async (example) => {
      const written = Object.entries(await writeOmeZarr(example));
      const contents = Object.fromEntries(written.map(([path, bytes]) => [`${PATH}/${path}`, bytes]));
      const { images } = await openImage(memoryFiles(contents), PATH);
      const { name, times, timeStep, channels, size, voxelSize, type } = example.description;
      const extents = voxelSize && Object.values(voxelSize).some((extent) => extent !== null) ? voxelSize : null;
      expect(images).toHaveLength(1);
      expect(images[0]).toMatchObject({ name, times, size, type, notes: [] });
      expectClose(images[0].timeStep, timeStep);
      for (const axis of ['z', 'y', 'x'] as const)
        expectClose(images[0].voxelSize?.[axis] ?? null, extents?.[axis] ?? null);
      expect(images[0].channels).toEqual(
        channels.map((channel) => ({ ...channel, name: channel.name || null, color: channel.color ?? '#FFFFFF' })),
      );
      for (let i = 0; i < times * channels.length; i++) {
        const [time, channel] = [Math.floor(i / channels.length), i % channels.length];
        const samples = await images[0].read({ time, channel, region: { start: { z: 0, y: 0, x: 0 }, size } });
        const planes = example.planes.slice(i * size.z, (i + 1) * size.z);
        expect(samples).toEqual(joined(planes as Float32Array[]));
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

function expectClose(found: number | null, written: number | null): void {
  if (written === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(written, 9);
}

function joined<A extends Float32Array>(planes: readonly A[]): A {
  const [{ length }] = planes;
  const all = new (planes[0].constructor as new (length: number) => A)(planes.length * length);
  planes.forEach((plane, i) => all.set(plane, i * length));
  return all;
}
