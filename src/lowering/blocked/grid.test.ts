import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldIn } from '../testing/expect-blocked.ts';
import { foldOf, gridOf, lanesPerSample } from './grid.ts';

const shapes = fc
  .record({
    n: fc.integer({ min: 1, max: 24 }),
    c: fc.integer({ min: 1, max: 20 }),
    zyx: fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    ),
  })
  .map(({ n, c, zyx }) => [n, c, ...zyx]);
const block = fc.constantFrom<8 | 16>(8, 16);
const settings = { seed: 11, numRuns: 200 };

describe('samples that share a block', () => {
  it.each([
    { n: 8, c: 1, in8: 8, in16: 8 },
    { n: 16, c: 1, in8: 8, in16: 16 },
    { n: 8, c: 2, in8: 4, in16: 8 },
    { n: 8, c: 3, in8: 2, in16: 4 },
    { n: 4, c: 4, in8: 2, in16: 4 },
    { n: 2, c: 4, in8: 2, in16: 2 },
    { n: 12, c: 4, in8: 2, in16: 4 },
    { n: 6, c: 1, in8: 2, in16: 2 },
    { n: 4, c: 5, in8: 1, in16: 2 },
    { n: 4, c: 8, in8: 1, in16: 2 },
    { n: 4, c: 9, in8: 1, in16: 1 },
    { n: 7, c: 1, in8: 1, in16: 1 },
    { n: 1, c: 1, in8: 1, in16: 1 },
  ])('are so many: $n samples of $c channels', ({ n, c, in8, in16 }) => {
    expect([foldOf(n, c, 8), foldOf(n, c, 16)]).toEqual([in8, in16]);
    expect([foldIn(8, [n, c]), foldIn(16, [n, c])]).toEqual([in8, in16]); // what other tests count on
  });
});

it('groups are all samples, fill all slots, and have no more voxels than they may where more than that is in them', () =>
  fc.assert(
    fc.property(shapes, block, fc.integer({ min: 1, max: 400 }), (shape, block, groupVoxels) => {
      const [n, c, ...zyx] = shape;
      const { fold, lanes, groups } = gridOf(shape, block, groupVoxels);
      expect(fold).toBe(foldIn(block, shape));
      expect(groups.reduce((a, b) => a + b)).toBe(n);
      const voxels = zyx.reduce((a, b) => a * b);
      for (const samples of groups) {
        expect(samples % fold).toBe(0);
        expect(samples).toBeGreaterThan(0);
        if (samples > fold) expect(samples * voxels).toBeLessThanOrEqual(groupVoxels);
      }
      expect(Math.max(...groups) - Math.min(...groups)).toBeLessThanOrEqual(fold);
      expect([lanes % block, lanes >= fold * c, lanes < fold * c + block]).toEqual([0, true, true]);
      expect(lanesPerSample(n, c, block)).toBe(lanes / fold);
    }),
    settings,
  ));

it('planes of an even depth are apart', () => {
  expect(gridOf([2, 3, 4, 5, 6], 8, 1)).toMatchObject({ d: 4, h: 5, w: 6, parities: 2 });
  expect(gridOf([2, 3, 3, 5, 6], 8, 1)).toMatchObject({ d: 3, h: 5, w: 6, parities: 1 });
  expect(gridOf([2, 3, 4, 6], 8, 1)).toMatchObject({ d: 1, h: 4, w: 6, parities: 1 });
});
