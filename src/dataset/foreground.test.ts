import fc from 'fast-check';
import { expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { voxelCount, wholeRegion, type SampleArray, type SampledVolume, type Size } from '../volume/index.ts';
import { brightAbove, foregroundVoxels, startAround, voxelAt } from './foreground.ts';

const size = { z: 4, y: 20, x: 50 };

function stack(data: SampleArray, channels = 1): SampledVolume {
  return { data, channels, size };
}

/** 4000 of them, nearly normal around 63, of deviation 18; the generator of Numerical Recipes, easily written in Python. */
function noise(): number[] {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
  return Array.from({ length: 4000 }, () => (next() + next() + next() + next()) >> 3);
}

it('bright is what lies above the threshold of Otsu', () => {
  const spotted = Uint16Array.from(noise(), (value, i) => (i % 10 === 0 ? value + 100 : value));
  // scikit-image 0.26: threshold_otsu(a) of the same numbers; it names the middle of a bin 0.8 wide, not its end
  expect(Math.abs(brightAbove(spotted) - 111.654296875)).toBeLessThan(1);
  const affine = Float32Array.from(spotted, (value) => value / 64 - 3);
  expect(brightAbove(affine)).toBeCloseTo(brightAbove(spotted) / 64 - 3, 5);
});

it('a mask is divided halfway, however little of it is set', () => {
  for (const every of [2, 20, 500, 3999])
    expect(
      foregroundVoxels(
        stack(Uint8Array.from({ length: 4000 }, (_, i) => (i % every === 1 ? 255 : 0))),
        wholeRegion(size),
        4000,
        random(1),
      ),
    ).toEqual(Int32Array.from(Array.from({ length: 4000 }, (_, i) => i).filter((i) => i % every === 1)));
  expect(brightAbove(Uint8Array.from({ length: 4000 }, (_, i) => (i % 20 === 1 ? 255 : 0)))).toBeCloseTo(127.5, 6);
});

it('spots so few that they hardly add to the variance are found', () => {
  const spotted = Float32Array.from(noise(), (value, i) => (i % 100 === 7 ? value + 120 : value));
  const found = foregroundVoxels(stack(spotted), wholeRegion(size), 4000, random(1));
  const spots = found.filter((at) => at % 100 === 7);
  expect(spots.length).toBeGreaterThanOrEqual(38); // of 40
  expect(found.length - spots.length).toBeLessThan(10); // noise above three deviations
});

it('noise, a constant and a few dead pixels have nothing bright', () => {
  const dead = new Uint16Array(4000).fill(100);
  dead[7] = 0;
  for (const blank of [Float32Array.from(noise()), new Uint8Array(4000).fill(7), dead])
    expect(foregroundVoxels(stack(blank), wholeRegion(size), 100, random(1)).length).toBe(0);
});

it('only voxels of the region, bright in any channel, and each as often as another', () => {
  const region = { start: { z: 1, y: 5, x: 10 }, size: { z: 2, y: 10, x: 20 } };
  const bright = (c: number, at: number) => at % 4 === c; // half of the voxels in one channel or the other
  const data = Uint8Array.from({ length: 8000 }, (_, i) => (bright(Math.floor(i / 4000), i % 4000) ? 200 : 10));
  const counts = new Map<number, number>();
  const source = random(2);
  for (let round = 0; round < 500; round++) {
    const drawn = foregroundVoxels(stack(data, 2), region, 20, source);
    expect(new Set(drawn).size).toBe(20);
    for (const at of drawn) counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  expect(counts.size).toBe(200); // of 400
  for (const [at, count] of counts) {
    const { z, y, x } = voxelAt(at, size);
    expect(z >= 1 && z < 3 && y >= 5 && y < 15 && x >= 10 && x < 30 && at % 4 < 2).toBe(true);
    expect(Math.abs(count - 50)).toBeLessThan(5 * Math.sqrt(50)); // 500 rounds of 20 from 200
  }
});

it('the same random numbers draw the same voxels', () => {
  const mask = stack(Uint8Array.from({ length: 4000 }, (_, i) => (i % 3 === 0 ? 1 : 0)));
  const [a, b, c] = [1, 1, 2].map((seed) => foregroundVoxels(mask, wholeRegion(size), 50, random(seed)));
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
});

it('a patch around a voxel lies in the region and holds it', () => {
  const axis = fc.record({
    start: fc.nat(9),
    patch: fc.integer({ min: 1, max: 9 }),
    more: fc.nat(9),
    at: fc.nat(1000),
  });
  fc.assert(
    fc.property(axis, axis, axis, fc.nat(), (z, y, x, seed) => {
      const by = (value: (of: typeof z) => number): Size => ({ z: value(z), y: value(y), x: value(x) });
      const patch = by((of) => of.patch);
      const region = { start: by((of) => of.start), size: by((of) => of.patch + of.more) };
      const voxel = by((of) => of.start + (of.at % (of.patch + of.more)));
      const start = startAround(voxel, patch, region, random(seed));
      for (const axis of ['z', 'y', 'x'] as const) {
        expect(start[axis]).toBeGreaterThanOrEqual(region.start[axis]);
        expect(start[axis] + patch[axis]).toBeLessThanOrEqual(region.start[axis] + region.size[axis]);
        expect(start[axis]).toBeLessThanOrEqual(voxel[axis]);
        expect(start[axis] + patch[axis]).toBeGreaterThan(voxel[axis]);
      }
    }),
    { seed: 1 },
  );
});

it('all such places are drawn, equally often', () => {
  const counts = new Map<number, number>();
  const source = random(3);
  const region = { start: { z: 0, y: 0, x: 10 }, size: { z: 1, y: 1, x: 20 } };
  for (let i = 0; i < 6000; i++) {
    const { x } = startAround({ z: 0, y: 0, x: 12 }, { z: 1, y: 1, x: 8 }, region, source);
    counts.set(x, (counts.get(x) ?? 0) + 1);
  }
  expect(new Set(counts.keys())).toEqual(new Set([10, 11, 12]));
  for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(5 * Math.sqrt(2000));
});

it('a place leads to its voxel', () => {
  for (const place of [0, 49, 50, 1000, 3999]) {
    const { z, y, x } = voxelAt(place, size);
    expect((z * size.y + y) * size.x + x).toBe(place);
  }
  expect(voxelAt(voxelCount(size) - 1, size)).toEqual({ z: 3, y: 19, x: 49 });
});
