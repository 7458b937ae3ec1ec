import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planSplit } from './split.ts';

const patch = { z: 4, y: 8, x: 8 };

it('holds out the last columns and keeps the margin from training', () => {
  expect(planSplit({ file: 'bf.tif', size: { z: 5, y: 10, x: 100 }, patch, heldOut: 0.25, margin: 24 })).toEqual({
    train: { start: { z: 0, y: 0, x: 0 }, size: { z: 5, y: 10, x: 51 } },
    heldOut: { start: { z: 0, y: 0, x: 75 }, size: { z: 5, y: 10, x: 25 } },
    margin: 24,
  });
});

it('0 keeps the whole field for training', () => {
  const size = { z: 5, y: 10, x: 100 };
  const split = planSplit({ file: 'bf.tif', size, patch, heldOut: 0, margin: 24 });
  expect([split.train.size, split.heldOut, split.margin]).toEqual([size, null, 0]);
});

it('training, margin and held-out part are all columns, once', () => {
  const heldOut = fc.double({ min: 0.01, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 2000 }), heldOut, fc.integer({ min: 0, max: 20 }), (x, fraction, margin) => {
      const split = planSplit({ file: 'bf.tif', size: { z: 1, y: 8, x }, patch, heldOut: fraction, margin });
      expect(split.train.size.x + split.margin).toBe(split.heldOut?.start.x);
      expect((split.heldOut?.start.x ?? 0) + (split.heldOut?.size.x ?? 0)).toBe(x);
      expect(split.heldOut?.size.x).toBeGreaterThan(0);
    }),
    { seed: 1 },
  );
});

it('refuses to train on less than a patch, with the numbers', () => {
  expect(() => planSplit({ file: 'bf.tif', size: { z: 5, y: 10, x: 80 }, patch, heldOut: 0.25, margin: 53 })).toThrow(
    /the last 20 columns along x are held out, the 53 before them are a margin, which leaves 7 .* the patch has x 8/,
  );
  expect(() => planSplit({ file: 'bf.tif', size: { z: 5, y: 10, x: 80 }, patch, heldOut: 0.25, margin: 108 })).toThrow(
    expect.objectContaining({ code: 'dataset/split', remedy: expect.stringContaining('--set split.heldOut=0') }),
  );
});
