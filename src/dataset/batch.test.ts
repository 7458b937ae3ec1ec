import { expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { cropVolume, voxelCount, wholeRegion, type Size, type Volume } from '../volume/index.ts';
import { drawBatch } from './batch.ts';
import { copyPatch, flipX, flipY, quarterTurn, type Orientation } from './orientation.ts';
import type { TrainingPair } from './pair.ts';

const size = { z: 6, y: 14, x: 20 };
const patch = { z: 3, y: 8, x: 8 };
const plain = {
  batch: 5,
  patch,
  augment: { flips: false, quarterTurns: false, contrast: 0, brightness: 0, noise: 0, defocus: 0 },
};
const augmented = {
  ...plain,
  augment: { flips: true, quarterTurns: true, contrast: 0, brightness: 0, noise: 0, defocus: 0 },
};

/** Every voxel holds its own index, times `sign`: values tell where they come from. */
function numbered(channels: number, sign = 1): Volume {
  const data = new Float32Array(channels * voxelCount(size)).map((_, i) => sign * (i + 1));
  return { data, channels, size, voxelSize: null };
}

function pair(weight: Volume | null = null): TrainingPair {
  const train = { start: { z: 0, y: 0, x: 0 }, size: { ...size, x: 13 } };
  return {
    signal: numbered(2),
    target: numbered(1, -1),
    weight,
    targetNames: ['dna'],
    statistics: { signal: [], target: [] },
    split: { train, heldOut: null, margin: 0 },
  };
}

it('the same seed draws the same batch, another seed another', () => {
  const batch = drawBatch(pair(), augmented, random(3));
  expect(drawBatch(pair(), augmented, random(3))).toEqual(batch);
  expect(drawBatch(pair(), augmented, random(4)).starts).not.toEqual(batch.starts);
});

it('unaugmented patches are crops of the volumes at their starts', () => {
  const batch = drawBatch(pair(), plain, random(1));
  batch.starts.forEach((start, n) => {
    const length = voxelCount(patch);
    const signal = cropVolume(numbered(2), { start, size: patch }).data;
    const target = cropVolume(numbered(1, -1), { start, size: patch }).data;
    expect(batch.signal.subarray(2 * n * length, 2 * (n + 1) * length)).toEqual(signal);
    expect(batch.target.subarray(n * length, (n + 1) * length)).toEqual(target);
  });
});

it('signal, target and weight are flipped and turned alike', () => {
  const weight = numbered(1, 2);
  const batch = drawBatch(pair(weight), { ...augmented, batch: 40 }, random(1));
  const length = voxelCount(patch);
  for (let n = 0; n < 40; n++)
    for (let i = 0; i < length; i++) {
      const at = n * length + i;
      expect(batch.signal[2 * n * length + i]).toBe(-batch.target[at]);
      expect(batch.weight?.[at]).toBe(-2 * batch.target[at]);
    }
});

it('augmented patches keep their planes, and all eight orientations are drawn', () => {
  const length = voxelCount(patch);
  const batch = drawBatch(pair(), { ...augmented, batch: 200 }, random(1));
  const orientations = new Set<string>();
  batch.starts.forEach((start, n) => {
    const crop = cropVolume(numbered(1, -1), { start, size: patch }).data;
    const drawn = batch.target.subarray(n * length, (n + 1) * length);
    expect(drawn.slice(0, 64).sort()).toEqual(crop.slice(0, 64).sort());
    orientations.add(`${crop.indexOf(drawn[0])} ${crop.indexOf(drawn[1])}`);
  });
  expect(orientations.size).toBe(8);
});

it('starts are uniform over the training part and never leave it', () => {
  const { starts } = drawBatch(pair(), { ...plain, batch: 4000 }, random(1));
  const count = new Map<number, number>();
  for (const { x } of starts) count.set(x, (count.get(x) ?? 0) + 1);
  expect(new Set(count.keys())).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  for (const drawn of count.values()) expect(Math.abs(drawn - 4000 / 6)).toBeLessThan(5 * Math.sqrt(4000 / 6));
  expect(Math.max(...starts.map(({ z }) => z))).toBe(3);
  expect(Math.max(...starts.map(({ y }) => y))).toBe(6);
});

it('patches in which no voxel counts are not drawn while there are others', () => {
  const weight = { ...numbered(1), data: new Float32Array(voxelCount(size)) };
  weight.data[0] = 1; // in the box of one start only
  const { starts } = drawBatch(pair(weight), { ...plain, batch: 20, patch: { z: 5, y: 13, x: 12 } }, random(1));
  expect(starts.every(({ z, y, x }) => z === 0 && y === 0 && x === 0)).toBe(true);
});

it('a map without weights still gives a batch', () => {
  const weight = { ...numbered(1), data: new Float32Array(voxelCount(size)) };
  expect(drawBatch(pair(weight), plain, random(1)).weight?.every((value) => value === 0)).toBe(true);
});

it('a quarter turn is counterclockwise, four of them and two flips change nothing', () => {
  const square: Size = { z: 1, y: 2, x: 2 };
  const image: Volume = { data: new Float32Array([1, 2, 3, 4]), channels: 1, size: square, voxelSize: null };
  const asIs: Orientation = { first: [0, 0], alongY: [1, 0], alongX: [0, 1] };
  const seen = (orientation: Orientation) => {
    const out = new Float32Array(4);
    copyPatch(image, wholeRegion(square).start, square, orientation, out, 0);
    return [...out];
  };
  const turned = quarterTurn(asIs, square);
  expect(seen(turned)).toEqual([2, 4, 1, 3]);
  expect(seen(quarterTurn(turned, square))).toEqual([4, 3, 2, 1]);
  expect(seen(quarterTurn(quarterTurn(quarterTurn(turned, square), square), square))).toEqual([1, 2, 3, 4]);
  expect(seen(flipY(asIs, square))).toEqual([3, 4, 1, 2]);
  expect(seen(flipX(flipX(turned, square), square))).toEqual([2, 4, 1, 3]);
});
