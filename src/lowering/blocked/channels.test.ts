/** Per-channel arithmetic in blocked planes against the equations. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { add, affine, channelDot, channelSum, gate, relu, sub, type Shape, type Tensor } from '../../graph/index.ts';
import { expectEmulated, itIsRight } from '../testing/expect-blocked.ts';

const activations = fc
  .record({
    n: fc.constantFrom(1, 2, 3, 4, 6, 8),
    c: fc.constantFrom(1, 2, 3, 4, 5, 8, 16, 20, 33),
    zyx: fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 16 })),
      fc.tuple(fc.constantFrom(1, 2, 3, 4, 5, 6, 8), fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 3, 5, 8, 16)),
    ),
  })
  .map(({ n, c, zyx }): Shape => [n, c, ...zyx]);
const groupVoxels = fc.constantFrom(1, 60, 250, 131072);
const cases = fc.record({ shape: activations, groupVoxels, inPlanes: fc.tuple(fc.boolean(), fc.boolean()) });

const AFFINE = 'affineSum: blocked: depthwise Conv';

/** Something in planes, or `x` as it is. */
function placed(inPlanes: boolean, x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  return inPlanes ? relu(affine(x, scale, shift)) : x;
}
const placedForms = (...inPlanes: readonly boolean[]) => inPlanes.filter(Boolean).map(() => AFFINE);
const shapesOf = (shape: Shape) => ({ a: shape, b: shape, s: [shape[1]], t: [shape[1]], u: [shape[1]] });

const parts = [false, true].flatMap((shift) =>
  [false, true].flatMap((sum) => [false, true].map((rectified) => ({ shift, sum, rectified }))),
);
describe.each(parts)('affine, shift $shift, a sum behind it $sum, ReLU $rectified', ({ shift, sum, rectified }) => {
  itIsRight(
    'is one pass that gives what the equations say',
    cases,
    ({ shape, groupVoxels, inPlanes: [x, z] }) => ({
      shapes: shapesOf(shape),
      build: ({ a, b, s, t, u }) => {
        const made = affine(placed(x, a, u, t), s, shift ? t : null);
        const added = sum ? add(made, placed(z, b, u, t)) : made;
        return rectified ? relu(added) : added;
      },
      plan: { groupVoxels },
      forms: () => [...placedForms(x, sum && z), AFFINE],
    }),
    { numRuns: 10 },
  );
});

itIsRight(
  'what an affine map adds, on either side, is not overwritten where it is needed again',
  cases,
  ({ shape, groupVoxels, inPlanes: [left] }) => ({
    shapes: shapesOf(shape),
    build: ({ a, b, s, t, u }) => {
      const z = relu(affine(a, u, t));
      const made = affine(b, s, null);
      return sub(left ? add(z, made) : add(made, z), z);
    },
    plan: { groupVoxels },
    forms: () => [AFFINE, AFFINE, 'sub: Sub'],
  }),
);

describe('gates', () => {
  const GATE = 'affineGate: blocked: depthwise Conv with HardSigmoid, Mul';

  itIsRight('go by what the rectified tensor was made of, which is not made', cases, (of) => ({
    shapes: shapesOf(of.shape),
    build: ({ a, b, s, t, u }) => gate(placed(of.inPlanes[0], a, u, t), relu(affine(b, s, t))),
    plan: { groupVoxels: of.groupVoxels },
    forms: () => [...placedForms(of.inPlanes[0]), GATE],
  }));
  itIsRight('do so where it is needed as well', cases, ({ shape, groupVoxels }) => ({
    shapes: shapesOf(shape),
    build: ({ a, b, s, t }) => {
      const rectified = relu(affine(b, s, t));
      return sub(gate(a, rectified), rectified);
    },
    plan: { groupVoxels },
    forms: () => [GATE, AFFINE, 'sub: Sub'],
  }));
  itIsRight('by anything else are computed as elsewhere', cases, ({ shape, groupVoxels }) => ({
    shapes: shapesOf(shape),
    build: ({ a, b, s }) => gate(a, relu(affine(b, s, null))),
    plan: { groupVoxels },
    forms: () => [AFFINE, 'gate: HardSigmoid, Mul'],
  }));
});

describe('sums of each channel', () => {
  itIsRight('of products of two tensors, in planes or not', cases, ({ shape, groupVoxels, inPlanes: [a, b] }) => ({
    shapes: shapesOf(shape),
    build: (x) => channelDot(placed(a, x.a, x.s, x.t), placed(b, x.b, x.s, x.t)),
    plan: { groupVoxels },
    forms: () => [...placedForms(a, b), 'channelDot: blocked: Conv by the planes themselves'],
  }));
  itIsRight('of squares', cases, ({ shape, groupVoxels }) => ({
    shapes: shapesOf(shape),
    build: ({ a, s, t }) => {
      const x = relu(affine(a, s, t));
      return channelDot(x, x);
    },
    plan: { groupVoxels },
    forms: () => [AFFINE, 'channelDot: blocked: Conv by the planes themselves'],
  }));
  itIsRight('of a tensor, in planes or not', cases, ({ shape, groupVoxels, inPlanes: [a] }) => ({
    shapes: shapesOf(shape),
    build: (x) => channelSum(placed(a, x.a, x.s, x.t)),
    plan: { groupVoxels },
    forms: () => [...placedForms(a), 'channelSum: blocked: GlobalAveragePool'],
  }));
});

it.each([1, 2, 3, 4, 8])('batches of 1 to 8 meet the same %i scales and shifts', (c) => {
  const batches = [1, 2, 4, 8];
  const x = Object.fromEntries(batches.map((n) => [`x${n}`, [n, c, 2, 2, 3]]));
  expectEmulated({
    shapes: { ...x, s: [c], t: [c] },
    build: ({ s, t, ...all }) =>
      batches
        .map((n) => relu(affine(all[`x${n}`], s, t)))
        .map((y) => add(channelSum(y), channelDot(y, y)))
        .reduce((a, b) => add(a, b)),
  });
});

describe('without planes (n, c, x)', () => {
  const lines = fc.record({
    n: fc.integer({ min: 1, max: 3 }),
    c: fc.constantFrom(1, 3, 8),
    x: fc.constantFrom(1, 4, 9),
  });

  itIsRight('an affine map with a sum behind it is computed as elsewhere', lines, ({ n, c, x }) => ({
    shapes: shapesOf([n, c, x]),
    build: ({ a, b, s, t }) => relu(add(affine(a, s, t), b)),
    forms: () => ['affineSum: Mul, Add'],
  }));
  itIsRight('so is a gate', lines, ({ n, c, x }) => ({
    shapes: shapesOf([n, c, x]),
    build: ({ a, b, s, t }) => gate(a, relu(affine(b, s, t))),
    forms: () => ['affineGate: Mul, Add, HardSigmoid, Mul'],
  }));
});
