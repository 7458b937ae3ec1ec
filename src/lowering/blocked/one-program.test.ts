/** Several convolutions, transposed ones and gradients of weights in one program: none is taken for another. */
import { describe, it } from 'vitest';
import {
  add,
  affine,
  conv,
  convTranspose,
  convWeightGradient,
  elementCount,
  input,
  program,
  relu,
  type Shape,
  type Tensor,
} from '../../graph/index.ts';
import {
  draw,
  emulatedRuns,
  expectEmulated,
  expectSameRuns,
  referenceRuns,
  type BlockedCase,
} from '../testing/expect-blocked.ts';

const same = (zyx: Shape) => ({ strides: zyx.map(() => 1), pads: zyx.map(() => 1), kernel: zyx.map(() => 3) });
const halved = (zyx: Shape) => zyx.map((extent) => extent >> 1);
const halves = (zyx: Shape) => ({ strides: zyx.map(() => 2), pads: zyx.map(() => 0), kernel: zyx.map(() => 2) });

/** All results of one program, with every input drawn. */
function expectTogether(
  shapes: Readonly<Record<string, Shape>>,
  results: Readonly<Record<string, Tensor>>,
  plan: BlockedCase['plan'] = {},
): void {
  const whole = program(results);
  const drawn = draw(shapes);
  const task = { whole, feeds: [Object.fromEntries(whole.fed.map(({ name }) => [name, drawn[name]]))], carried: {} };
  const expected = referenceRuns(task);
  for (const block of [8, 16] as const)
    expectSameRuns(expected, emulatedRuns(task, block, plan), 1e-6, `in blocks of ${block}, `);
}

describe('gradients of several weights in one program are each what the equation says', () => {
  const expectSeveral = (zyx: Shape, of: ReturnType<typeof same>, channels: readonly (readonly [number, number])[]) => {
    const results: Record<string, Tensor> = {};
    const shapes: Record<string, Shape> = {};
    channels.forEach(([c, o], i) => {
      shapes[`x${i}`] = [2, c, ...zyx];
      shapes[`y${i}`] = [2, o, ...zyx.map((extent, axis) => extent / of.strides[axis])];
      results[`w${i}`] = convWeightGradient(input(`x${i}`, shapes[`x${i}`]), input(`y${i}`, shapes[`y${i}`]), of);
    });
    expectTogether(shapes, results);
  };
  // Of fewer and of more than four blocks: x is cut in two for some of them (batchOf), and its tables of indices differ.
  it('2x2, stride 2', () =>
    expectSeveral([4, 4], halves([4, 4]), [
      [32, 8],
      [32, 40],
      [32, 80],
    ]));
  it('3x3, rows of whole blocks', () =>
    expectSeveral([2, 16], same([2, 16]), [
      [32, 16],
      [32, 40],
      [32, 80],
    ]));
  it('3x3, other rows', () =>
    expectSeveral([4, 3], same([4, 3]), [
      [32, 16],
      [32, 40],
      [32, 80],
    ]));
  it('of sizes that differ in all else', () => {
    expectSeveral([4, 4], same([4, 4]), [
      [16, 16],
      [16, 20],
      [20, 16],
      [33, 16],
      [16, 24],
    ]);
    expectSeveral([2, 4, 2], same([2, 4, 2]), [
      [1, 8],
      [8, 1],
      [2, 2],
      [3, 8],
      [8, 3],
      [6, 6],
      [6, 9],
      [9, 6],
    ]);
  });
});

describe('convolutions and gradients in one program are each their own', () => {
  const extents = [[[2, 4]], [[2, 2, 2]], [[4, 2, 2]]] as const;

  /** Samples, channels and the result's; in blocks of 8 eight lanes lead to as many. */
  const alike = [
    [1, 8, 8],
    [2, 4, 4],
    [4, 2, 2],
    [8, 1, 1],
    [2, 4, 3],
    [4, 2, 1],
  ] as const;
  it.each(extents)('where as many lanes are one sample of many channels, or many samples of few: (%o)', (zyx) => {
    const of = same(zyx);
    const shapes: Record<string, Shape> = {};
    const results: Record<string, Tensor> = {};
    alike.forEach(([n, c, o], i) => {
      Object.assign(shapes, { [`x${i}`]: [n, c, ...zyx], [`y${i}`]: [n, o, ...zyx], [`w${i}`]: [o, c, ...of.kernel] });
      const [x, y, w] = ['x', 'y', 'w'].map((name) => input(`${name}${i}`, shapes[`${name}${i}`]));
      results[`convolution ${i}`] = relu(conv(x, w, null, of));
      results[`turned ${i}`] = relu(convTranspose(y, w, null, { ...of, extents: zyx }));
      results[`gradient ${i}`] = convWeightGradient(x, y, of);
    });
    expectTogether(shapes, results);
  });

  const weights = [
    [1, 4],
    [4, 1],
    [2, 2],
    [4, 4],
  ];
  const weightsAndExtents = extents.flatMap(([zyx]) => weights.map(([c, o]) => ({ zyx, c, o })));
  it.each(weightsAndExtents)('where batches of 1 to 8 meet one weight, $c to $o channels, $zyx', ({ zyx, c, o }) => {
    const [around, down] = [same(zyx), halves(zyx)];
    const shapes: Record<string, Shape> = {
      w: [o, c, ...around.kernel],
      v: [o, c, ...down.kernel],
      b: [o],
      a: [c],
    };
    const [w, v, b, a] = ['w', 'v', 'b', 'a'].map((name) => input(name, shapes[name]));
    const results: Record<string, Tensor> = {};
    for (const n of [1, 2, 4, 8]) {
      const [x, y, z] = [
        [n, c, ...zyx],
        [n, o, ...zyx],
        [n, o, ...halved(zyx)],
      ].map((shape, i) => {
        const name = `${'xyz'[i]}${n}`;
        shapes[name] = shape;
        return input(name, shape);
      });
      results[`convolution ${n}`] = conv(x, w, b, around);
      results[`turned ${n}`] = relu(convTranspose(y, w, a, { ...around, extents: zyx }));
      results[`gradient ${n}`] = convWeightGradient(x, y, around);
      results[`half ${n}`] = relu(conv(x, v, b, down));
      results[`double ${n}`] = convTranspose(z, v, a, { ...down, extents: zyx });
      results[`halving gradient ${n}`] = convWeightGradient(x, z, down);
    }
    expectTogether(shapes, results);
  });

  const cuts = extents.flatMap(([zyx]) => [2, 100].map((samples) => ({ zyx, samples })));
  it.each(cuts)('where one activation in planes is cut in many ways, in groups of $samples of $zyx', (cut) => {
    const [around, up] = [same(halved(cut.zyx)), halves(cut.zyx)];
    const shapes: Record<string, Shape> = { x: [8, 3, ...halved(cut.zyx)], s: [3], t: [3] };
    const z = relu(affine(input('x', shapes.x), input('s', shapes.s), input('t', shapes.t)));
    const results: Record<string, Tensor> = {};
    for (const o of [2, 4, 8, 9]) {
      Object.assign(shapes, { [`w${o}`]: [o, 3, ...around.kernel], [`v${o}`]: [3, o, ...up.kernel] });
      const [w, v] = [input(`w${o}`, shapes[`w${o}`]), input(`v${o}`, shapes[`v${o}`])];
      results[`around ${o}`] = relu(conv(z, w, null, around));
      results[`up ${o}`] = convTranspose(z, v, null, { ...up, extents: cut.zyx });
    }
    expectTogether(shapes, results, { groupVoxels: cut.samples * elementCount(cut.zyx) });
  });

  it.each(extents)('where one activation meets weights of 1 to 8 channels: (%o)', (zyx) => {
    const of = same(zyx);
    const shapes: Record<string, Shape> = { x: [4, 1, ...zyx] };
    const x = input('x', shapes.x);
    const results: Record<string, Tensor> = {};
    for (const o of [1, 2, 4, 8]) {
      Object.assign(shapes, { [`y${o}`]: [4, o, ...zyx], [`w${o}`]: [o, 1, ...of.kernel] });
      const [y, w] = [input(`y${o}`, shapes[`y${o}`]), input(`w${o}`, shapes[`w${o}`])];
      results[`from ${o}`] = convTranspose(y, w, null, { ...of, extents: zyx });
      results[`to ${o}`] = relu(conv(x, w, null, of));
      results[`gradient ${o}`] = convWeightGradient(x, y, of);
    }
    expectTogether(shapes, results);
  });
});

it('convolutions of different kernels are not taken for two of the first one', () =>
  expectEmulated({
    shapes: { x: [1, 16, 8, 8], w: [16, 16, 3, 3], z: [1, 16, 10, 10], v: [16, 16, 5, 5] },
    build: ({ x, w, z, v }) => {
      const of = { strides: [1, 1], pads: [1, 1] };
      return add(conv(x, w, null, of), conv(z, v, null, of));
    },
  }));
