import { expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { cropVolume, voxelCount, wholeRegion, type Size, type Volume } from '../volume/index.ts';
import { drawBatch, type Batch } from './batch.ts';
import { copyPatch, flipX, flipY, quarterTurn, type Orientation } from './orientation.ts';
import type { PreparedField } from './prepared-field.ts';
import type { StoredImage } from './stored-image.ts';

const size = { z: 6, y: 14, x: 20 };
const patch = { z: 3, y: 8, x: 8 };
const STILL = { flips: false, quarterTurns: false, contrast: 0, brightness: 0, noise: 0, defocus: 0 };
const sampling = { foreground: 0, buffer: 0, switchEvery: 720 };
const plain = { batch: 5, patch, augment: STILL, sampling };
const augmented = { ...plain, augment: { ...STILL, flips: true, quarterTurns: true } };

/** Every voxel holds its own index, times `sign`: values tell where they come from. */
function numbered(channels: number, sign = 1): Volume {
  const data = new Float32Array(channels * voxelCount(size)).map((_, i) => sign * (i + 1));
  return { data, channels, size, voxelSize: null };
}

function stored({ data, channels, size: of }: Volume): StoredImage {
  const affine = Array.from({ length: channels }, () => ({ offset: 0, scale: 1 }));
  return { channels, size: of, type: 'float32', affine, voxels: { data } };
}

interface Given {
  readonly weight?: Volume;
  readonly foreground?: readonly number[];
  /** Of equal fields. */
  readonly fields?: number;
}

function set({ weight, foreground = [], fields = 1 }: Given) {
  const train = { start: { z: 0, y: 0, x: 0 }, size: { ...size, x: 13 } };
  const field: PreparedField = {
    signal: stored(numbered(2)),
    targets: [stored(numbered(1, -1))],
    weight: weight ? stored(weight) : null,
    foreground: Int32Array.from(foreground),
    facts: { signal: null as never, targets: [], weight: null },
    close: async () => undefined,
  };
  const indices = Array.from({ length: fields }, (_, i) => i);
  return {
    parts: indices.map(() => ({ role: 'train' as const, train, heldOut: null, margin: 0 })),
    training: indices,
    prepared: async () => field,
  };
}

type Settings = Parameters<typeof drawBatch>[1];
const draw = (given: Given, settings: Settings, seed: number, buffer: Batch['buffer'] = null) =>
  drawBatch(set(given), settings, buffer, random(seed));
const startsOf = ({ places }: Batch) => places.map(({ start }) => start);

it('the same seed draws the same batch, another seed another', async () => {
  const batch = await draw({}, augmented, 3);
  expect(await draw({}, augmented, 3)).toEqual(batch);
  expect((await draw({}, augmented, 4)).places).not.toEqual(batch.places);
});

it('unaugmented patches are crops of the volumes at their starts', async () => {
  const batch = await draw({}, plain, 1);
  startsOf(batch).forEach((start, n) => {
    const length = voxelCount(patch);
    const signal = cropVolume(numbered(2), { start, size: patch }).data;
    const target = cropVolume(numbered(1, -1), { start, size: patch }).data;
    expect(batch.signal.subarray(2 * n * length, 2 * (n + 1) * length)).toEqual(signal);
    expect(batch.target.subarray(n * length, (n + 1) * length)).toEqual(target);
  });
});

it('signal, target and weight are flipped and turned alike', async () => {
  const weight = numbered(1, 2);
  const batch = await draw({ weight }, { ...augmented, batch: 40 }, 1);
  const length = voxelCount(patch);
  for (let n = 0; n < 40; n++)
    for (let i = 0; i < length; i++) {
      const at = n * length + i;
      expect(batch.signal[2 * n * length + i]).toBe(-batch.target[at]);
      expect(batch.weight?.[at]).toBe(-2 * batch.target[at]);
    }
});

it('augmented patches keep their planes, and all eight orientations are drawn', async () => {
  const length = voxelCount(patch);
  const batch = await draw({}, { ...augmented, batch: 200 }, 1);
  const orientations = new Set<string>();
  startsOf(batch).forEach((start, n) => {
    const crop = cropVolume(numbered(1, -1), { start, size: patch }).data;
    const drawn = batch.target.subarray(n * length, (n + 1) * length);
    expect(drawn.slice(0, 64).sort()).toEqual(crop.slice(0, 64).sort());
    orientations.add(`${crop.indexOf(drawn[0])} ${crop.indexOf(drawn[1])}`);
  });
  expect(orientations.size).toBe(8);
});

it('starts are uniform over the training part and never leave it', async () => {
  const starts = startsOf(await draw({}, { ...plain, batch: 4000 }, 1));
  const count = new Map<number, number>();
  for (const { x } of starts) count.set(x, (count.get(x) ?? 0) + 1);
  expect(new Set(count.keys())).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  for (const drawn of count.values()) expect(Math.abs(drawn - 4000 / 6)).toBeLessThan(5 * Math.sqrt(4000 / 6));
  expect(Math.max(...starts.map(({ z }) => z))).toBe(3);
  expect(Math.max(...starts.map(({ y }) => y))).toBe(6);
});

it('patches in which no voxel counts are not drawn while there are others', async () => {
  const weight = { ...numbered(1), data: new Float32Array(voxelCount(size)) };
  weight.data[0] = 1; // in the box of one start only
  const starts = startsOf(await draw({ weight }, { ...plain, batch: 20, patch: { z: 5, y: 13, x: 12 } }, 1));
  expect(starts.every(({ z, y, x }) => z === 0 && y === 0 && x === 0)).toBe(true);
});

it('a map without weights still gives a batch', async () => {
  const weight = { ...numbered(1), data: new Float32Array(voxelCount(size)) };
  expect((await draw({ weight }, plain, 1)).weight?.every((value) => value === 0)).toBe(true);
});

it('images are drawn alike, and with a buffer some of them at a time, until all have come', async () => {
  const fieldsOf = ({ places }: Batch) => new Set(places.map(({ field }) => field));
  expect(fieldsOf(await draw({ fields: 7 }, { ...plain, batch: 100 }, 1)).size).toBe(7);
  const buffered = { ...plain, batch: 20, sampling: { ...sampling, buffer: 2, switchEvery: 10 } };
  const seen = new Set<number>();
  let buffer: Batch['buffer'] = null;
  for (let step = 0; step < 6; step++) {
    const batch: Batch = await draw({ fields: 7 }, buffered, step, buffer);
    expect(fieldsOf(batch).size).toBeLessThanOrEqual(4);
    for (const field of fieldsOf(batch)) seen.add(field);
    buffer = batch.buffer;
  }
  expect(seen.size).toBe(7);
});

it('patches around what is bright hold such a voxel, the others lie anywhere', async () => {
  const [z, y, x] = [4, 6, 12];
  const foreground = [(z * size.y + y) * size.x + x];
  const around = { ...plain, batch: 400, sampling: { ...sampling, foreground: 0.5 } };
  const starts = startsOf(await draw({ foreground }, around, 2));
  const holds = (start: Size) =>
    start.z <= z &&
    z < start.z + patch.z &&
    start.y <= y &&
    y < start.y + patch.y &&
    start.x <= x &&
    x < start.x + patch.x;
  const share = starts.filter(holds).length / 400;
  // Of patches anywhere about a ninth holds it.
  expect(share).toBeGreaterThan(0.45);
  expect(share).toBeLessThan(0.7);
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
