import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { wholeRegion, type Volume } from '../volume/index.ts';
import { baselines, normalizedL2, nrmse, pearson, r2 } from './index.ts';
import { linearFilter } from './linear-filter.ts';

const p = Float32Array.of(0.3, -1.2, 2.5, 0.1, 0.9, -0.4);
const t = Float32Array.of(0.1, -0.8, 2.0, 0.6, 1.4, -1.1);
const w = Float32Array.of(1, 0, 2, 0.5, 1, 3);

describe('metrics', () => {
  // scipy.stats.pearsonr(p, t); ((t - p) ** 2).sum() / (t ** 2).sum(), of the float32 values in float64
  it('r and normalized L2 are those of scipy and numpy', () => {
    expect(pearson(p, t, null)).toBeCloseTo(0.9066955559210503, 12);
    expect(normalizedL2(p, t, null)).toBeCloseTo(0.1760391288801767, 12);
  });
  // numpy.cov(p, t, aweights=w, ddof=0); (w * (t - p) ** 2).sum() / (w * t ** 2).sum()
  it('under weights they are those of numpy', () => {
    expect(pearson(p, t, w)).toBeCloseTo(0.9404206385692923, 12);
    expect(normalizedL2(p, t, w)).toBeCloseTo(0.17307692831944677, 12);
  });
  // s = (t - p) ** 2, m = np.average(t, weights=w), v = (t - m) ** 2;
  // 1 - (w * s).sum() / (w * v).sum(); np.sqrt(np.average(s, weights=w) / np.average(v, weights=w)); without map w = 1
  it('R2 and NRMSE are those of numpy, with and without weights', () => {
    expect(r2(p, t, null)).toBeCloseTo(0.804701618171415, 12);
    expect(nrmse(p, t, null)).toBeCloseTo(0.44192576506533887, 12);
    expect(r2(p, t, w)).toBeCloseTo(0.8157826935372199, 12);
    expect(nrmse(p, t, w)).toBeCloseTo(0.42920543619900736, 12);
  });
  it('r does not change with brightness and contrast of the prediction', () =>
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 10 }), fc.double({ min: -5, max: 5 }), (scale, shift) => {
        const changed = p.map((value) => scale * value + shift);
        expect(pearson(changed, t, w)).toBeCloseTo(pearson(p, t, w), 5);
      }),
      { seed: 3, numRuns: 50 },
    ));
  it('a blank prediction scores 1, a perfect one 0', () => {
    expect(normalizedL2(new Float32Array(6), t, w)).toBe(1);
    expect(normalizedL2(t, t, w)).toBe(0);
  });
  it('whatever the images, r is at most 1, R2 is 1 - NRMSE squared, and blank scores 1', () => {
    const value = fc.float({ noNaN: true, min: -1000, max: 1000 });
    const voxels = fc.array(fc.tuple(value, value, fc.constantFrom(0, 0.1, 0.7, 1)), { minLength: 3, maxLength: 30 });
    const images = voxels.map((rows) => [0, 1, 2].map((column) => Float32Array.from(rows, (row) => row[column])));
    fc.assert(
      fc.property(images, ([a, b, weight]) => {
        const r = pearson(a, b, weight);
        expect(Number.isNaN(r) || Math.abs(r) <= 1).toBe(true);
        const squared = nrmse(a, b, weight) ** 2;
        if (Number.isNaN(squared)) expect(r2(a, b, weight)).toBeNaN();
        else expect(Math.abs(r2(a, b, weight) + squared - 1)).toBeLessThanOrEqual(1e-12 * (1 + squared));
        expect([1, NaN]).toContain(normalizedL2(new Float32Array(b.length), b, weight));
      }),
      { seed: 11, numRuns: 300 },
    );
  });
  it('a constant has no r under fractional weights either, however many voxels are added up', () => {
    const n = 10_000;
    const weight = Float32Array.from({ length: n }, (_, i) => ((i * 7919) % 256) / 255);
    const varying = Float32Array.from({ length: n }, (_, i) => Math.sin(i));
    const constant = new Float32Array(n).fill(0.3);
    expect(pearson(constant, varying, weight)).toBeNaN();
    expect(pearson(varying, constant, weight)).toBeNaN();
    expect(r2(varying, constant, weight)).toBeNaN();
  });
  it('what has no weight counts for nothing, even NaN', () => {
    const [damagedP, damagedT] = [p, t].map((image) => image.map((value, i) => (w[i] === 0 ? NaN : value)));
    for (const metric of [pearson, normalizedL2, r2, nrmse])
      expect(metric(damagedP, damagedT, w)).toBe(metric(p, t, w));
  });
  it('images of different lengths are refused', () => {
    for (const metric of [pearson, normalizedL2, r2, nrmse]) {
      expect(() => metric(p.subarray(1), t, null)).toThrow('5 predicted, 6 measured, no weights');
      expect(() => metric(p, t, w.subarray(2))).toThrow('6 predicted, 6 measured, 4 weights');
    }
  });
  it('a constant image has no r, and weights of 0 leave nothing', () => {
    expect(pearson(new Float32Array(6).fill(2), t, null)).toBeNaN();
    expect(pearson(p, t, new Float32Array(6))).toBeNaN();
    expect(normalizedL2(p, t, new Float32Array(6))).toBeNaN();
  });
  it('a mean far from 0 costs no digits', () =>
    expect(
      pearson(
        p.map((v) => v + 1000),
        t,
        null,
      ),
    ).toBeCloseTo(pearson(p, t, null), 4));
});

const source = random(5);
const volume = (z: number, y: number, x: number, channels = 1): Volume => ({
  data: Float32Array.from({ length: channels * z * y * x }, () => source.normal()),
  channels,
  size: { z, y, x },
  voxelSize: null,
});

describe('baselines', () => {
  it.each([{ z: 6 }, { z: 1 }])('the linear filter finds the filter that made the target ($z planes)', ({ z }) => {
    const signal = volume(z, 20, 24, 2);
    const size = signal.size;
    const at = (c: number, zz: number, y: number, x: number) => {
      const within = (place: number, extent: number) => Math.min(Math.max(place, 0), extent - 1);
      return signal.data[((c * size.z + within(zz, size.z)) * size.y + within(y, size.y)) * size.x + within(x, size.x)];
    };
    const target = volume(z, 20, 24);
    for (let zz = 0, i = 0; zz < z; zz++)
      for (let y = 0; y < 20; y++)
        for (let x = 0; x < 24; x++, i++) target.data[i] = 0.7 * at(0, zz, y, x + 1) - 0.4 * at(1, zz, y - 1, x) + 0.25;
    const train = { start: { z: 0, y: 0, x: 0 }, size: { z, y: 20, x: 14 } };
    const heldOut = { start: { z: 0, y: 0, x: 16 }, size: { z, y: 20, x: 8 } };
    const found = baselines({ signal, target, weight: null, train, heldOut }).find(
      ({ name }) => name === 'best linear filter',
    );
    expect(found?.r).toBeGreaterThan(0.99999);
    expect(found?.normalizedL2).toBeLessThan(1e-5);
  });
  it('the filter is fitted only where the weight is not 0', () => {
    const signal = volume(1, 16, 16);
    const target: Volume = { ...signal, data: signal.data.map((v, i) => (i % 16 < 8 ? v : -v)) };
    const weight: Volume = { ...signal, data: signal.data.map((_, i) => (i % 16 < 8 ? 1 : 0)) };
    const predicted = linearFilter(signal, target, weight, wholeRegion(signal.size), wholeRegion(signal.size));
    expect(pearson(predicted, signal.data, null)).toBeGreaterThan(0.999);
  });
  it('where nothing of the training part counts, the filter is undefined and the z profile is blank', () => {
    const size = { z: 2, y: 8, x: 16 };
    const weight = { ...volume(2, 8, 16), data: Float32Array.from({ length: 256 }, (_, i) => (i % 16 < 8 ? 0 : 1)) };
    const train = { start: { z: 0, y: 0, x: 0 }, size: { ...size, x: 8 } };
    const heldOut = { start: { z: 0, y: 0, x: 8 }, size: { ...size, x: 8 } };
    const field = { signal: volume(2, 8, 16), target: volume(2, 8, 16), weight, train, heldOut };
    expect(baselines(field).map(({ r, normalizedL2: l2 }) => [r, l2])).toEqual([
      [null, 1],
      [null, 1],
      [null, NaN],
    ]);
  });
  it('the z profile is the mean of each plane of the training part', () => {
    const size = { z: 3, y: 4, x: 8 };
    const data = Float32Array.from({ length: 96 }, (_, i) => Math.floor(i / 32)); // plane z is z everywhere
    const target: Volume = { data, channels: 1, size, voxelSize: null };
    const train = { start: { z: 0, y: 0, x: 0 }, size: { ...size, x: 4 } };
    const heldOut = { start: { z: 0, y: 0, x: 4 }, size: { ...size, x: 4 } };
    const [blank, profile] = baselines({ signal: volume(3, 4, 8), target, weight: null, train, heldOut });
    expect(blank).toEqual({ name: 'blank image', r: null, normalizedL2: 1 });
    expect(profile).toEqual({ name: 'z profile', r: expect.closeTo(1, 12), normalizedL2: 0 });
  });
});
