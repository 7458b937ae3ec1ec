import fc from 'fast-check';
import { expect, it } from 'vitest';
import { voxelCount, type Size } from '../volume/index.ts';
import { paddedSize, planTiles, type Tile, type TileRequest } from './tile-plan.ts';

const AXES = ['z', 'y', 'x'] as const;
const cube = (edge: number): Size => ({ z: edge, y: edge, x: edge });

const request = fc
  .record({
    depth: fc.integer({ min: 0, max: 4 }),
    reach: fc.integer({ min: 1, max: 30 }),
    size: fc.record({
      z: fc.integer({ min: 1, max: 100 }),
      y: fc.integer({ min: 1, max: 400 }),
      x: fc.integer({ min: 1, max: 400 }),
    }),
    maxVoxels: fc.integer({ min: 1e5, max: 4e6 }),
  })
  .map(({ depth, reach, ...rest }) => ({ ...rest, alignment: cube(2 ** depth), reach: cube(reach) }));

/** The plan; a request that memory is too small for is another draw's. */
function planned(asked: TileRequest): readonly Tile[] {
  try {
    return planTiles(asked);
  } catch {
    return fc.pre(false) as never; // throws
  }
}

it('inputs are aligned, inside the padded image, of one shape, and within memory', () => {
  fc.assert(
    fc.property(request, (asked) => {
      const padded = paddedSize(asked.size, asked.alignment);
      for (const { input } of planned(asked)) {
        expect(voxelCount(input.size)).toBeLessThanOrEqual(asked.maxVoxels);
        expect(input.size).toEqual(planTiles(asked)[0].input.size);
        for (const axis of AXES) {
          expect(input.start[axis] % asked.alignment[axis]).toBe(0);
          expect(input.size[axis] % asked.alignment[axis]).toBe(0);
          expect(input.start[axis]).toBeGreaterThanOrEqual(0);
          expect(input.start[axis] + input.size[axis]).toBeLessThanOrEqual(padded[axis]);
        }
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

it('cores are not empty and keep the reach from every border inside the image', () => {
  fc.assert(
    fc.property(request, (asked) => {
      const padded = paddedSize(asked.size, asked.alignment);
      for (const { core, input } of planned(asked))
        for (const axis of AXES) {
          const end = { core: core.start[axis] + core.size[axis], input: input.start[axis] + input.size[axis] };
          expect(core.size[axis]).toBeGreaterThan(0);
          if (input.start[axis] > 0)
            expect(core.start[axis] - input.start[axis]).toBeGreaterThanOrEqual(asked.reach[axis]);
          if (end.input < padded[axis]) expect(end.input - end.core).toBeGreaterThanOrEqual(asked.reach[axis]);
          else expect(end.core).toBe(asked.size[axis]);
        }
    }),
    { seed: 1, numRuns: 100 },
  );
});

it('cores cover the image, each voxel once', () => {
  fc.assert(
    fc.property(request, (asked) => {
      const tiles = planned(asked);
      // Boxes between the same cuts along each axis: as many as the cuts allow, as many voxels as the image has.
      const cuts = AXES.map((axis) => new Set(tiles.map(({ core }) => `${core.start[axis]} ${core.size[axis]}`)).size);
      expect(new Set(tiles.map(({ core }) => JSON.stringify(core))).size).toBe(cuts[0] * cuts[1] * cuts[2]);
      expect(tiles.reduce((sum, { core }) => sum + voxelCount(core.size), 0)).toBe(voxelCount(asked.size));
    }),
    { seed: 1, numRuns: 100 },
  );
});

it('one tile computes all where it fits, padded to the alignment', () => {
  const size = { z: 57, y: 204, x: 341 };
  expect(planTiles({ size, alignment: cube(16), reach: cube(108), maxVoxels: 64 * 208 * 352 })).toEqual([
    {
      core: { start: { z: 0, y: 0, x: 0 }, size },
      input: { start: { z: 0, y: 0, x: 0 }, size: { z: 64, y: 208, x: 352 } },
    },
  ]);
});

it('the paper network cuts a field along one axis rather than through z', () => {
  const size = { z: 64, y: 512, x: 1024 };
  const tiles = planTiles({ size, alignment: cube(16), reach: cube(108), maxVoxels: 64 * 512 * 640 });
  expect(tiles.map(({ core }) => [core.start.x, core.size.x])).toEqual([
    [0, 512],
    [512, 512],
  ]);
  expect(tiles[0].input.size).toEqual({ z: 64, y: 512, x: 624 });
});

it('more memory never computes more voxels', () => {
  const computed = (maxVoxels: number) =>
    planTiles({ size: { z: 60, y: 300, x: 300 }, alignment: cube(8), reach: cube(24), maxVoxels }).reduce(
      (sum, { input }) => sum + voxelCount(input.size),
      0,
    );
  const plans = [2e5, 4e5, 8e5, 1.6e6, 3.2e6, 6.4e6].map(computed);
  expect(plans).toEqual([...plans].sort((a, b) => b - a));
  expect(plans[0]).toBeGreaterThan(plans[5]);
});

it('P2: refuses memory that the smallest exact tile exceeds, with both numbers', () => {
  const asked = { size: { z: 64, y: 512, x: 512 }, alignment: cube(16), reach: cube(108), maxVoxels: 1e6 };
  expect(() => planTiles(asked)).toThrow(expect.objectContaining({ code: 'resource/memory', exitCode: 4 }));
  expect(() => planTiles(asked)).toThrow(/\(z 64, y 240, x 240\), 3686400 voxels; memory is allowed for 1000000/);
});
