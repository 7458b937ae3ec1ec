import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cropVolume, voxelCount, type Size, type Volume } from '../volume/index.ts';
import { mirrorPadded, readVolume } from './mirror-padding.ts';

function numbered(size: Size, channels = 1): Volume {
  const data = Float32Array.from({ length: channels * voxelCount(size) }, (_, i) => i);
  return { data, channels, size, voxelSize: null };
}

async function row(extent: number, padded: number): Promise<number[]> {
  const volume = numbered({ z: 1, y: 1, x: extent });
  const read = mirrorPadded(volume.size, readVolume(volume));
  return [...(await read({ start: { z: 0, y: 0, x: 0 }, size: { z: 1, y: 1, x: padded } }))];
}

it('mirrors at the last voxel, again and again where the image is smaller than the pad', async () => {
  expect(await row(4, 6)).toEqual([0, 1, 2, 3, 2, 1]);
  expect(await row(3, 8)).toEqual([0, 1, 2, 1, 0, 1, 2, 1]);
  expect(await row(2, 5)).toEqual([0, 1, 0, 1, 0]);
});

it('a single voxel is repeated', async () => {
  expect(await row(1, 4)).toEqual([0, 0, 0, 0]);
});

it('a region of the padded image is the crop of the whole padded image', async () => {
  const extent = (low: number, high: number) => fc.integer({ min: low, max: high });
  const boxes = fc.record({ z: extent(1, 4), y: extent(1, 9), x: extent(1, 9) }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      start: fc.record({ z: extent(0, 4), y: extent(0, 8), x: extent(0, 8) }),
      box: fc.record({ z: extent(1, 4), y: extent(1, 8), x: extent(1, 8) }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(boxes, async ({ size, start, box }) => {
      const volume = numbered(size, 2);
      const read = mirrorPadded(size, readVolume(volume));
      const all = { z: 8, y: 16, x: 16 };
      const whole = await read({ start: { z: 0, y: 0, x: 0 }, size: all });
      const crop = cropVolume({ data: whole, channels: 2, size: all, voxelSize: null }, { start, size: box });
      expect(await read({ start, size: box })).toEqual(crop.data);
    }),
    { seed: 1 },
  );
});

it('reads nothing but the box itself where nothing is beyond the end', async () => {
  const asked: unknown[] = [];
  const read = mirrorPadded({ z: 4, y: 4, x: 4 }, async (region) => {
    asked.push(region);
    return new Float32Array(voxelCount(region.size));
  });
  const region = { start: { z: 1, y: 0, x: 2 }, size: { z: 3, y: 4, x: 2 } };
  await read(region);
  expect(asked).toEqual([region]);
});
