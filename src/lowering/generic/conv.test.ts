import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conv, convTranspose, convWeightGradient, type Shape } from '../../graph/index.ts';
import { expectLowering } from '../testing/expect-lowering.ts';

const settings = { seed: 11, numRuns: 15 };
const channels = fc.integer({ min: 1, max: 5 });
const batch = fc.integer({ min: 1, max: 3 });
const extents = fc.oneof(
  fc.array(fc.integer({ min: 3, max: 9 }), { minLength: 2, maxLength: 2 }),
  fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 3, maxLength: 3 }),
);
const same = (zyx: Shape) => ({ strides: zyx.map(() => 1), pads: zyx.map(() => 1), kernel: zyx.map(() => 3) });
const halving = (zyx: Shape) => ({ strides: zyx.map(() => 2), pads: zyx.map(() => 0), kernel: zyx.map(() => 2) });

describe.each([
  { name: '3x3x3, padded', attributes: same, outputs: (zyx: Shape) => zyx },
  { name: '2x2x2, halving', attributes: halving, outputs: (zyx: Shape) => zyx.map((extent) => extent >> 1) },
])('$name', ({ attributes, outputs }) => {
  const cases = fc.record({ n: batch, c: channels, o: channels, zyx: extents });

  it('conv is computed as the equation says, in 2D and 3D, odd sizes too', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ n, c, o, zyx }) => {
        const of = attributes(zyx);
        await expectLowering({ x: [n, c, ...zyx], w: [o, c, ...of.kernel], b: [o] }, ({ x, w, b }) =>
          conv(x, w, b, of),
        );
      }),
      settings,
    ));
  it('convTranspose likewise', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ n, c, o, zyx }) => {
        const of = attributes(zyx);
        await expectLowering({ y: [n, o, ...outputs(zyx)], w: [o, c, ...of.kernel], b: [c] }, ({ y, w, b }) =>
          convTranspose(y, w, b, { ...of, extents: zyx }),
        );
      }),
      settings,
    ));
  it('convWeightGradient likewise', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ n, c, o, zyx }) => {
        const of = attributes(zyx);
        await expectLowering({ x: [n, c, ...zyx], y: [n, o, ...outputs(zyx)] }, ({ x, y }) =>
          convWeightGradient(x, y, of),
        );
      }),
      settings,
    ));
});

it('pads that are not half a kernel: the weight gradient by shifts is right', async () => {
  const forms = await expectLowering({ x: [2, 3, 5, 6], y: [2, 2, 7, 5] }, ({ x, y }) =>
    convWeightGradient(x, y, { strides: [1, 1], pads: [2, 1], kernel: [3, 4] }),
  );
  expect(forms.map(({ form }) => form)).toEqual(['products of shifted copies']);
});
it('many positions take the turned weight, few the transposed convolution; both are right', async () => {
  const of = { strides: [1, 1, 1], pads: [1, 1, 1] };
  const turned = await expectLowering({ y: [2, 3, 6, 8, 8], w: [3, 2, 3, 3, 3] }, ({ y, w }) =>
    convTranspose(y, w, null, { ...of, extents: [6, 8, 8] }),
  );
  const transposed = await expectLowering({ y: [2, 3, 2, 2, 2], w: [3, 2, 3, 3, 3] }, ({ y, w }) =>
    convTranspose(y, w, null, { ...of, extents: [2, 2, 2] }),
  );
  expect([turned[0].form, transposed[0].form]).toEqual(['Conv by the turned weight', 'ConvTranspose']);
});
