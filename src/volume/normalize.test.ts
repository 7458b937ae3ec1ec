import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyZscore, channelStatistics, undoZscore, zscore } from './normalize.ts';
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
