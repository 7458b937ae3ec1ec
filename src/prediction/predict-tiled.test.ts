import fc from 'fast-check';
import { expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { voxelCount, type Size, type Volume } from '../volume/index.ts';
import { mirrorPadded, readVolume } from './mirror-padding.ts';
import { predictTiled, writeVolume } from './predict-tiled.ts';
import { measuredReach, tinyUnet } from './testing/tiny-unet.ts';
import { paddedSize, planTiles, type Tile } from './tile-plan.ts';

function noise(size: Size, channels = 1): Volume {
  const { uniform } = random(voxelCount(size));
  const data = Float32Array.from({ length: channels * voxelCount(size) }, uniform);
  return { data, channels, size, voxelSize: null };
}

type Network = (input: Float32Array, size: Size) => Float32Array;

async function predict(volume: Volume, tiles: readonly Tile[], network: Network): Promise<Float32Array> {
  const out = new Float32Array(voxelCount(volume.size)).fill(NaN);
  await predictTiled({
    tiles,
    read: mirrorPadded(volume.size, readVolume(volume)),
    run: async (input, size) => network(input, size),
    write: writeVolume({ ...volume, channels: 1, data: out }),
  });
  return out;
}

const cube = (edge: number): Size => ({ z: edge, y: edge, x: edge });
const REACH = [0, 1, 2].map(measuredReach); // by depth

const sizes = fc.record({
  z: fc.integer({ min: 1, max: 24 }),
  y: fc.integer({ min: 1, max: 50 }),
  x: fc.integer({ min: 1, max: 70 }),
});

it('P1: tiles equal the whole bit for bit, whatever the size and the memory', { timeout: 60_000 }, async () => {
  let tiled = 0;
  const parts = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(sizes, fc.constantFrom(0, 1, 2), parts, async (size, depth, part) => {
      const request = { size, alignment: cube(2 ** depth), reach: cube(REACH[depth]) };
      const padded = paddedSize(size, request.alignment);
      const smallest = (Math.ceil((2 * REACH[depth]) / 2 ** depth) + 1) * 2 ** depth;
      const least = (['z', 'y', 'x'] as const).reduce((voxels, axis) => voxels * Math.min(padded[axis], smallest), 1);
      const all = voxelCount(padded);
      const tiles = planTiles({ ...request, maxVoxels: least + part ** 2 * (all - least) });
      if (tiles.length > 1) tiled++;
      const volume = noise(size);
      const whole = await predict(volume, planTiles({ ...request, maxVoxels: all }), tinyUnet(depth));
      expect(await predict(volume, tiles, tinyUnet(depth))).toEqual(whole);
    }),
    { seed: 1, numRuns: 30 },
  );
  expect(tiled).toBeGreaterThan(15);
});

it('P1: with a reach one voxel short, tiles differ from the whole', async () => {
  const size = { z: 1, y: 1, x: 256 };
  const volume = noise(size);
  const predicted = (reach: number, maxVoxels: number) => {
    const tiles = planTiles({ size, alignment: { z: 1, y: 1, x: 2 }, reach: { z: 0, y: 0, x: reach }, maxVoxels });
    return predict(volume, tiles, tinyUnet(1, ['x']));
  };
  const whole = await predicted(REACH[1], 256);
  expect(await predicted(REACH[1], 64)).toEqual(whole);
  expect(await predicted(REACH[1] - 1, 64)).not.toEqual(whole);
});

it('P1: a 2D network predicts a stack plane by plane', async () => {
  const size = { z: 5, y: 37, x: 50 };
  const request = { size, alignment: { z: 1, y: 2, x: 2 }, reach: { z: 0, y: REACH[1], x: REACH[1] } };
  const network = tinyUnet(1, ['x', 'y']);
  const planes = planTiles({ ...request, maxVoxels: 1e9 });
  expect(planes.length).toBe(5);
  for (const { input } of planes) expect(input.size).toEqual({ z: 1, y: 38, x: 50 });
  const tiles = planTiles({ ...request, maxVoxels: 900 });
  expect(tiles.length).toBeGreaterThan(5);
  expect(await predict(noise(size), tiles, network)).toEqual(await predict(noise(size), planes, network));
});

it('a network may predict another number of channels than it sees', async () => {
  const size = { z: 3, y: 4, x: 30 };
  const volume = noise(size, 2);
  const out = new Float32Array(3 * voxelCount(size));
  const tiles = planTiles({ size, alignment: cube(1), reach: cube(1), maxVoxels: 60 });
  await predictTiled({
    tiles,
    read: readVolume(volume),
    run: async (input) => Float32Array.of(...input, ...input.subarray(input.length / 2)),
    write: writeVolume({ ...volume, channels: 3, data: out }),
  });
  expect(out).toEqual(Float32Array.of(...volume.data, ...volume.data.subarray(volume.data.length / 2)));
});

it('stops between tiles, and tells how far it is', async () => {
  const abort = new AbortController();
  const seen: number[] = [];
  const tiles = planTiles({ size: cube(20), alignment: cube(1), reach: cube(1), maxVoxels: 1000 });
  const volume = noise(cube(20));
  await expect(
    predictTiled({
      tiles,
      read: readVolume(volume),
      run: async (input) => input,
      write: writeVolume(volume),
      signal: abort.signal,
      onProgress: ({ done }) => {
        seen.push(done);
        if (done === 2) abort.abort();
      },
    }),
  ).rejects.toThrow(/abort/i);
  expect(seen).toEqual([0, 1, 2]);
});
