import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  applyZscore,
  channelAffines,
  channelStatistics,
  denormalize,
  normalize,
  undoZscore,
  zscore,
  type Normalization,
} from './normalize.ts';
import type { SampledVolume } from './sample-array.ts';
import { statistics } from './statistics.ts';
import { channelOf, type Volume } from './volume.ts';

function volume(channels: number, data: readonly number[]): Volume {
  return { data: new Float32Array(data), channels, size: { z: 1, y: 2, x: 2 }, voxelSize: null };
}

it('divides by the population standard deviation, each channel by its own', () => {
  const { volume: normalized, statistics: found } = zscore(volume(2, [1, 1, 3, 3, 10, 10, 10, 50]), 'a.tif');
  expect(found.map(({ mean, std }) => [mean, std])).toEqual([
    [2, 1],
    [20, Math.sqrt(300)],
  ]);
  expect([...normalized.data.subarray(0, 4)]).toEqual([-1, -1, 1, 1]);
  expect(normalized.data[7]).toBeCloseTo(30 / Math.sqrt(300), 6);
});

it('a z-scored volume has mean 0 and deviation 1, and goes back to what it was', () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(values, (data) => {
      const original = volume(2, data);
      fc.pre([0, 1].every((c) => statistics(channelOf(original, c).data).std > 1e-3));
      const { volume: normalized, statistics: found } = zscore(original, 'a.tif');
      for (const c of [0, 1]) {
        const { mean, std } = statistics(channelOf(normalized, c).data);
        expect(mean).toBeCloseTo(0, 5); // float32 keeps seven digits
        expect(std).toBeCloseTo(1, 5);
      }
      const back = undoZscore(normalized, found).data;
      const scale = Math.max(...data.map(Math.abs));
      back.forEach((value, i) => expect(Math.abs(value - original.data[i]) / scale).toBeLessThan(1e-6));
    }),
    { seed: 1 },
  );
});

it('refuses a constant channel by file, channel and value, also where rounding gives it a deviation', () => {
  const constant = volume(2, [1, 2, 3, 4, 0.1, 0.1, 0.1, 0.1]);
  expect(() => zscore(constant, 'b.tif')).toThrow(expect.objectContaining({ code: 'dataset/constant', file: 'b.tif' }));
  expect(() => zscore(constant, 'b.tif')).toThrow(/^b\.tif: all 4 voxels of channel 1 are 0\.1/);
});

it('refuses NaN and infinity, and says how many', () => {
  const broken = volume(1, [1, NaN, Infinity, 4]);
  expect(() => channelStatistics(broken, 'c.tif')).toThrow(
    expect.objectContaining({ code: 'dataset/not-finite', what: 'c.tif: 2 of 4 voxels are NaN or infinite.' }),
  );
});

it('statistics for another number of channels are an error', () => {
  expect(() => applyZscore(volume(1, [1, 2, 3, 4]), [])).toThrow(RangeError);
});

function affines(stack: SampledVolume, how: Normalization) {
  return channelAffines(stack, channelStatistics(stack, 'a.tif'), how, 'a.tif');
}

/** Planes of 2 x 3, as in Python: s = (s * 1664525 + 1013904223) % 2**32, of which the upper 16 bits. */
function stackOf(planes: number): SampledVolume {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16;
  return { data: new Uint16Array(6 * planes).map(next), channels: 1, size: { z: planes, y: 2, x: 3 } };
}

// numpy 2: c = a[s : s + 32].astype(np.float64); c.mean(), c.std(), with the s of pytorch_fnet's norm_around_center
it.each([
  [40, 32732.536458333332, 18918.23635242384],
  [35, 32908.890625, 19011.497284360466],
  [33, 32588.145833333332, 18952.058632946693],
  [32, 32588.145833333332, 18952.058632946693],
])('of %i planes the 32 from half the stack - 16 on give mean and deviation', (planes, mean, std) => {
  const [{ offset, scale }] = affines(stackOf(planes), 'zscore-center');
  expect(offset).toBeCloseTo(mean, 8);
  expect(scale).toBeCloseTo(std, 8);
});

it('a stack of fewer than 32 planes is all center', () => {
  expect(affines(stackOf(20), 'zscore-center')).toEqual(affines(stackOf(20), 'zscore'));
});

it('percentiles become 0 and 1', () => {
  const line = { data: Float32Array.from({ length: 1001 }, (_, i) => i), channels: 1, size: { z: 1, y: 1, x: 1001 } };
  expect(affines(line, 'percentile')).toEqual([{ offset: 5, scale: 990 }]);
});

it('each channel gets its own, whatever the type of the samples, and "none" leaves them as they are', () => {
  const bytes = { data: Uint8Array.of(1, 1, 3, 3, 10, 10, 10, 50), channels: 2, size: { z: 1, y: 2, x: 2 } };
  const floats = { ...bytes, data: Float32Array.from(bytes.data), voxelSize: null };
  for (const how of ['zscore', 'zscore-center', 'percentile', 'none'] as const)
    expect(affines(bytes, how)).toEqual(affines(floats, how));
  expect(affines(bytes, 'zscore')[1]).toEqual({ offset: 20, scale: Math.sqrt(300) });
  expect(normalize(floats, affines(floats, 'none')).data).toEqual(floats.data);
  expect(normalize(floats, affines(floats, 'zscore'))).toEqual(zscore(floats, 'a.tif').volume);
});

it('goes there and back', () => {
  const stack = stackOf(40);
  const volume: Volume = { ...stack, data: Float32Array.from(stack.data), voxelSize: null };
  for (const how of ['zscore', 'zscore-center', 'percentile', 'none'] as const) {
    const back = denormalize(normalize(volume, affines(volume, how)), affines(volume, how)).data;
    back.forEach((value, i) => expect(Math.abs(value - volume.data[i])).toBeLessThan(65536 * 1e-6)); // float32
  }
});

it('refuses a center or percentiles without contrast, and names what would do', () => {
  const dim = stackOf(40);
  dim.data.fill(7, 6 * 4, 6 * 36);
  expect(() => affines(dim, 'zscore-center')).toThrow(
    expect.objectContaining({
      code: 'dataset/constant',
      what: 'a.tif: all voxels of the 32 planes in the middle (z 4 to 35) are 7.',
    }),
  );
  const sparse = { data: new Uint8Array(1000), channels: 1, size: { z: 1, y: 10, x: 100 } };
  sparse.data[500] = 255;
  expect(() => affines(sparse, 'percentile')).toThrow(
    /all voxels but the 0.5 % darkest and brightest are 0\. .*zscore/,
  );
});
