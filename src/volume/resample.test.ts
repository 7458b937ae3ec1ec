/** Another voxel size: against Pillow and SciPy, and the laws that a filter must keep. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { resampledGrid, resampleTo } from './resample.ts';
import { statistics } from './statistics.ts';
import type { VoxelSize } from './size.ts';
import type { Volume } from './volume.ts';

const ONE = { z: 1, y: 1, x: 1 };

function row(values: readonly number[], voxelSize: VoxelSize | null = ONE): Volume {
  return { data: Float32Array.from(values), channels: 1, size: { z: 1, y: 1, x: values.length }, voxelSize };
}

/** All of `volume` in voxels of another size. */
function toVoxels(volume: Volume, to: VoxelSize): Volume {
  return resampleTo(volume, resampledGrid(volume, to));
}

const along = (axis: 'z' | 'y' | 'x', values: readonly number[]): Volume => ({
  ...row(values),
  size: { z: 1, y: 1, x: 1, [axis]: values.length },
});

const NOISE = [
  811, 85, 179, 236, 181, 801, 869, 582, 39, 94, 332, 433, 621, 479, 264, 159, 691, 734, 32, 113, 452, 391, 887, 516,
  420, 430, 666, 586, 172, 737, 756, 956, 786, 284, 319, 648, 650, 696, 869, 292,
];

describe('equals other programs', () => {
  // Image.fromarray(NOISE in three rows).resize((16, 3), Image.BICUBIC), Pillow 13.0. At the ends it leaves out what lies beyond.
  const pillow = [
    354.91437, 231.12996, 738.29797, 189.87061, 414.65201, 402.66861, 485.2868, 248.34579, 489.08759, 558.17462,
    523.17297, 491.65341, 853.81842, 432.06421, 639.99805, 632.0332,
  ];
  // To 64 columns: from the eleventh on.
  const pillowLarger = [861.28162, 702.51086, 411.14429, 56.98169, 25.07922];

  it.each(['z', 'y', 'x'] as const)('Pillow, between the ends, along %s', (axis) => {
    const smaller = toVoxels(along(axis, NOISE), { ...ONE, [axis]: 2.5 });
    expect(smaller.size[axis]).toBe(16);
    for (let i = 2; i < 14; i++) expect(smaller.data[i]).toBeCloseTo(pillow[i], 3); // of float32 up to 1000
    const larger = toVoxels(along(axis, NOISE), { ...ONE, [axis]: 0.625 });
    expect(larger.size[axis]).toBe(64);
    pillowLarger.forEach((value, i) => expect(larger.data[10 + i]).toBeCloseTo(value, 3));
  });

  it('SciPy, at the ends too', () => {
    // correlate1d(x, w, mode='reflect', origin=-1)[::2] with w = k((-3.5 ... 3.5) / 2), normalized; SciPy 1.17.1.
    const halved = [485.14453125, 133.71484375, 522.7578125, 710.765625, 86.1171875];
    expect([...toVoxels(row(NOISE.slice(0, 10)), { ...ONE, x: 2 }).data]).toEqual(halved);
  });
});

it('a step of the grid is as large as asked, and the field keeps its extent to half a voxel', () => {
  const size = { z: 65, y: 512, x: 3 };
  const grid = resampledGrid({ size, voxelSize: { z: 0.29, y: 0.108, x: 0.108 } }, { z: 0.3, y: 0.3, x: 5 });
  expect(grid).toEqual({ size: { z: 63, y: 184, x: 1 }, voxelSize: { z: 0.3, y: 0.3, x: 5 } });
});

it('axes whose voxels keep their size keep their samples bit for bit, and so do sizes that differ by a rounding', () => {
  const { normal } = random(1);
  const values = Float32Array.from({ length: 60 }, normal);
  values.set([-0, NaN, Infinity], 7);
  const volume: Volume = {
    data: values,
    channels: 1,
    size: { z: 3, y: 4, x: 5 },
    voxelSize: { z: 0.3, y: 0.1, x: null },
  };
  const same = toVoxels(volume, { z: 0.3 * (1 + 1e-9), y: 0.1, x: null });
  expect(new Uint8Array(same.data.buffer)).toEqual(new Uint8Array(values.buffer));
  expect(same.voxelSize).toEqual(volume.voxelSize);
});

const ratios = fc.double({ min: 0.2, max: 6, noNaN: true });

describe('laws', () => {
  const grids = fc.record({
    size: fc.record({
      z: fc.integer({ min: 1, max: 5 }),
      y: fc.integer({ min: 1, max: 6 }),
      x: fc.integer({ min: 1, max: 9 }),
    }),
    to: fc.record({ z: ratios, y: ratios, x: ratios }),
  });

  it('a constant stays, whatever the sizes', () => {
    fc.assert(
      fc.property(grids, fc.integer({ min: -1000, max: 1000 }), ({ size, to }, value) => {
        const data = new Float32Array(size.z * size.y * size.x).fill(value);
        const { data: resampled } = toVoxels({ data, channels: 1, size, voxelSize: ONE }, to);
        expect(Math.max(...resampled.map((v) => Math.abs(v - value)))).toBeLessThanOrEqual(Math.abs(value) * 1e-6);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('a ramp stays the ramp of its places away from the ends', () => {
    fc.assert(
      fc.property(ratios, (step) => {
        const ramp = row(Array.from({ length: 60 }, (_, i) => i + 0.5));
        const { data } = toVoxels(ramp, { ...ONE, x: step });
        const reach = 2 * Math.max(1, step);
        const places = Array.from(data, (_, i) => (i + 0.5) * step);
        const errors = places.flatMap((place, i) =>
          place > reach && place < 60 - reach ? [Math.abs(data[i] - place)] : [],
        );
        // Exact where samples become closer; widened, the weights of a place between samples lean a little.
        expect(Math.max(0, ...errors)).toBeLessThan(step <= 1 ? 1e-4 : 0.02 * step);
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it('the mean stays where the field divides evenly', () => {
    const { uniform } = random(3);
    const volume = row(Array.from({ length: 120 }, uniform));
    for (const step of [0.5, 2, 3, 4])
      expect(statistics(toVoxels(volume, { ...ONE, x: step }).data).mean).toBeCloseTo(statistics(volume.data).mean, 2);
  });

  it('channels and axes are kept apart: each axis may come first', () => {
    const { normal } = random(4);
    const size = { z: 6, y: 7, x: 8 };
    const volume: Volume = { data: Float32Array.from({ length: 2 * 336 }, normal), channels: 2, size, voxelSize: ONE };
    const to = { z: 1.7, y: 0.6, x: 2.1 };
    const atOnce = toVoxels(volume, to);
    let stepwise = volume;
    for (const axis of ['z', 'x', 'y'] as const)
      stepwise = toVoxels(stepwise, { ...stepwise.voxelSize!, [axis]: to[axis] });
    expect(stepwise.size).toEqual(atOnce.size);
    atOnce.data.forEach((value, i) => expect(stepwise.data[i]).toBeCloseTo(value, 5));
  });
});

it('a wave too fine for the new voxels vanishes, one that they show stays', () => {
  const wave = (perVoxel: number) =>
    row(Array.from({ length: 240 }, (_, i) => Math.sin(2 * Math.PI * perVoxel * (i + 0.5))));
  const left = (perVoxel: number) => statistics(toVoxels(wave(perVoxel), { ...ONE, x: 4 }).data.slice(3, -3)).std;
  expect(left(0.02)).toBeCloseTo(Math.SQRT1_2, 1); // voxels of 4 show up to 0.125
  for (const perVoxel of [0.2, 0.27, 0.35, 0.45]) expect(left(perVoxel)).toBeLessThan(0.06);
});

it('goes back to the grid that it came from, of exactly its size', () => {
  const size = { z: 13, y: 31, x: 47 };
  const voxelSize = { z: 0.29, y: 0.108, x: 0.108 };
  const smooth = (z: number, y: number, x: number) =>
    Math.sin(z * 0.29) + Math.cos(y * 0.108 * 0.9) * Math.sin(x * 0.108 * 0.8);
  const data = Float32Array.from({ length: 13 * 31 * 47 }, (_, i) =>
    smooth(Math.floor(i / (31 * 47)), Math.floor(i / 47) % 31, i % 47),
  );
  const volume: Volume = { data, channels: 1, size, voxelSize };
  const back = resampleTo(toVoxels(volume, { z: 0.3, y: 0.3, x: 0.3 }), { size, voxelSize });
  expect(back.size).toEqual(size);
  expect(back.voxelSize).toEqual(voxelSize);
  const [z, y, x] = [6, 15, 23]; // away from the ends
  for (let d = -5; d <= 5; d++) {
    const at = (z * 31 + y + d) * 47 + x + d;
    expect(back.data[at]).toBeCloseTo(data[at], 2);
  }
});

it('NaN reaches the voxels that it counts in, and no other', () => {
  const values = Array<number>(24).fill(1);
  values[12] = NaN;
  const { data } = toVoxels(row(values), { ...ONE, x: 2 });
  expect([...data].flatMap((value, i) => (Number.isNaN(value) ? [i] : []))).toEqual([4, 5, 6, 7]);
  expect([...data].filter((value) => value !== 1 && !Number.isNaN(value))).toEqual([]);
});

it('a size that is not known is an error, not 1', () => {
  expect(() => resampledGrid(row([1, 2], { z: null, y: 1, x: 1 }), ONE)).toThrow(/along z is not known/);
  expect(() => resampledGrid(row([1, 2], null), { z: null, y: null, x: 1 })).toThrow(/along x is not known/);
});
