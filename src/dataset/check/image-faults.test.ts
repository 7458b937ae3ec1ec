import { describe, expect, it } from 'vitest';
import type { Volume } from '../../volume/index.ts';
import { digestOf, imageFaults, isMask } from './image-faults.ts';
import { checkedImage, makeField } from './testing/fields.ts';

const size = { z: 6, y: 16, x: 16 };
const { signal, target } = makeField(4, size, 8);
const changed = (volume: Volume, change: (data: Float32Array) => void): Volume => {
  const data = volume.data.slice();
  change(data);
  return { ...volume, data };
};
const kinds = (volume: Volume, role: 'signal' | 'target' = 'signal') =>
  imageFaults('a', checkedImage('a.tif', volume), role).map(({ kind, severity }) => `${kind} ${severity}`);
const PLANE = 256;

describe('an image by itself', () => {
  it('is good as it is', () => {
    expect(kinds(signal)).toEqual([]);
    expect(kinds(target, 'target')).toEqual([]);
  });

  it('has one sample that is no number, and the number of them is told', () => {
    const [finding] = imageFaults(
      'a',
      checkedImage(
        'a.tif',
        changed(signal, (data) => data.fill(NaN, 7, 10)),
      ),
      'signal',
    );
    expect(finding).toMatchObject({ kind: 'not-finite', severity: 'spoils', measured: { notFinite: 3 } });
    expect(kinds(changed(signal, (data) => data.fill(Infinity, 7, 8)))).toEqual(['not-finite spoils']);
  });

  it('is constant', () => {
    expect(kinds(changed(signal, (data) => data.fill(5)))).toEqual(['constant spoils']);
  });

  it('has a blank plane, which is named', () => {
    const blank = changed(signal, (data) => data.fill(1000, 2 * PLANE, 3 * PLANE));
    const [finding] = imageFaults('a', checkedImage('a.tif', blank), 'signal');
    expect(finding).toMatchObject({ kind: 'blank-plane', measured: { planes: '2' } });
  });

  it('shows no target above and below the cells, which is good, but none between them is not', () => {
    const drawn = (shown: readonly number[]) =>
      changed(target, (data) => {
        data.fill(0);
        for (const z of shown) data.fill(255, z * PLANE + 20, z * PLANE + 90);
      });
    expect(kinds(drawn([2, 3, 4]), 'target')).toEqual([]);
    expect(kinds(drawn([1, 2, 4]), 'target')).toEqual(['blank-plane spoils']);
  });

  it('has a plane twice', () => {
    const twice = changed(signal, (data) => data.copyWithin(4 * PLANE, PLANE, 2 * PLANE));
    const [finding] = imageFaults('a', checkedImage('a.tif', twice), 'signal');
    expect(finding).toMatchObject({ kind: 'duplicate-plane', measured: { planes: '1=4' } });
  });

  it.each([
    { part: 0.05, as: ['saturated spoils'] },
    { part: 0.025, as: ['saturated note'] },
    { part: 0.004, as: [] },
  ])('has $part of its samples at the highest value', ({ part, as }) => {
    const sorted = signal.data.toSorted();
    const most = sorted[Math.ceil((1 - part) * sorted.length)];
    expect(kinds(changed(signal, (data) => data.set(data.map((value) => Math.min(value, most)))))).toEqual(as);
  });
});

describe('a mask', () => {
  it('is told from what was measured, with hard and with soft borders', () => {
    expect(isMask(changed(target, (data) => data.set(data.map((value) => (value > 30 ? 255 : 0)))))).toBe(true);
    const soft = (value: number) => Math.max(0, Math.min(255, (value - 38) * 40));
    expect(isMask(changed(target, (data) => data.set(data.map(soft))))).toBe(true);
    expect(isMask(target)).toBe(false);
  });
});

describe('a digest', () => {
  it('changes with any one sample', () => {
    const before = digestOf(signal.data);
    expect(digestOf(signal.data.slice())).toBe(before);
    for (const at of [0, 700, signal.data.length - 1])
      expect(digestOf(changed(signal, (data) => data.fill(1, at, at + 1)).data)).not.toBe(before);
  });
});
