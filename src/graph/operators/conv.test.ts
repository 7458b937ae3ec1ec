import { describe, expect, it } from 'vitest';
import { expectGradient } from '../testing/expect-gradient.ts';
import { compute } from '../testing/reference.ts';
import { input, ShapeError } from '../tensor.ts';
import { conv, convTranspose, convWeightGradient } from './conv.ts';

const same = { strides: [1, 1, 1], pads: [1, 1, 1] };
const halving = { strides: [2, 2, 2], pads: [0, 0, 0] };

describe('conv', () => {
  it('multiplies and adds what the equation says (numbers by hand)', () => {
    const x = input('x', [1, 1, 1, 3]);
    const w = input('w', [1, 1, 1, 2]);
    const [y] = compute([conv(x, w, null, { strides: [1, 1], pads: [0, 1] })], { x: [1, 2, 3], w: [10, 1] });
    expect([...y]).toEqual([1, 12, 23, 30]);
  });
  it('gradient equals the difference: 3x3x3, with bias', () =>
    expectGradient({ x: [2, 2, 2, 3, 2], w: [3, 2, 3, 3, 3], b: [3] }, ({ x, w, b }) => conv(x, w, b, same)));
  it.each([{ zyx: [2, 4, 2] }, { zyx: [3, 4, 5] }])('gradient equals the difference: $zyx halved', ({ zyx }) =>
    expectGradient({ x: [1, 2, ...zyx], w: [2, 2, 2, 2, 2] }, ({ x, w }) => conv(x, w, null, halving)),
  );
  it('gradient equals the difference in 2D', () =>
    expectGradient({ x: [2, 3, 4, 3], w: [2, 3, 3, 3], b: [2] }, ({ x, w, b }) =>
      conv(x, w, b, { strides: [1, 1], pads: [1, 1] }),
    ));
  it('refuses channels that differ, with the shapes', () =>
    expect(() => conv(input('x', [1, 2, 4, 4]), input('w', [3, 4, 3, 3]), null, same)).toThrow(ShapeError));
});

describe('convTranspose', () => {
  it('gradient equals the difference, with bias', () =>
    expectGradient({ y: [2, 3, 1, 2, 2], w: [3, 2, 2, 2, 2], b: [2] }, ({ y, w, b }) =>
      convTranspose(y, w, b, { ...halving, extents: [2, 4, 5] }),
    ));
  it('refuses extents that the convolution would not bring to y', () =>
    expect(() =>
      convTranspose(input('y', [1, 2, 2, 2]), input('w', [2, 1, 2, 2]), null, {
        strides: [2, 2],
        pads: [0, 0],
        extents: [4, 6],
      }),
    ).toThrow(/other extents/));
});

describe('convWeightGradient', () => {
  it('gradient equals the difference', () =>
    expectGradient({ x: [2, 2, 4, 3], y: [2, 3, 2, 1] }, ({ x, y }) =>
      convWeightGradient(x, y, { strides: [2, 2], pads: [0, 0], kernel: [2, 2] }),
    ));
});
