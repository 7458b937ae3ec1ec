/** Convolutions, transposed ones and gradients of weights in blocked planes: every form against the equations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  conv,
  convTranspose,
  convWeightGradient,
  elementCount,
  input,
  program,
  relu,
  slice,
  type Shape,
  type Tensor,
} from '../../graph/index.ts';
import { lower, lowerToModel } from '../index.ts';
import { emulateOnnx } from '../testing/emulate-onnx.ts';
import {
  draw,
  emulatedRuns,
  expectClose,
  expectEmulated,
  expectSameRuns,
  itIsRight,
  referenceRuns,
  runtime,
  type BlockedCase,
} from '../testing/expect-blocked.ts';
import { gridOf } from './grid.ts';

const FEW = [1, 2, 3, 4, 5];
const MANY = [16, 20, 33]; // whole blocks or not; never few
const planes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(1, 3, 5, 8, 16));
const groupVoxels = fc.constantFrom(1, 60, 250, 131072);

interface Drawn {
  readonly n: number;
  readonly c: number;
  readonly o: number;
  readonly zyx: Shape;
  readonly groupVoxels: number;
  readonly bias: boolean;
  readonly relu: boolean;
}

/** Sizes that the reference computes in a hundredth of a second. `from` and `to`: channels. */
function drawn(
  zyx: fc.Arbitrary<Shape>,
  from: readonly number[],
  to: readonly number[],
  most = 4,
): fc.Arbitrary<Drawn> {
  return fc
    .record({
      n: fc.integer({ min: 1, max: most }),
      c: fc.constantFrom(...from),
      o: fc.constantFrom(...to),
      zyx,
      groupVoxels,
      bias: fc.boolean(),
      relu: fc.boolean(),
    })
    .filter((size) => size.n * size.c * size.o * elementCount(size.zyx) * 3 ** size.zyx.length < 2e5);
}

const same = (zyx: Shape) => ({ strides: zyx.map(() => 1), pads: zyx.map(() => 1), kernel: zyx.map(() => 3) });
const halves = (zyx: Shape) => ({ strides: zyx.map(() => 2), pads: zyx.map(() => 0), kernel: zyx.map(() => 2) });
const halved = (zyx: Shape) => zyx.map((extent) => extent >> 1);
const wayOf = ([z, y, x]: Shape) => {
  if (x === undefined || y === undefined || z === 1) return 'each plane alone';
  return z === 2 ? 'one pair' : z % 2 === 0 ? 'Winograd along z' : 'shifted planes';
};
const rectifiedIf = (on: boolean, y: Tensor) => (on ? relu(y) : y);

/** `blocked: ...` as kernels of 3 planes, or 1 in 2D, have it. */
function isFew(channels: number, zyx: Shape, block: number): boolean {
  return channels * (zyx.length === 3 ? 3 : 1) < block;
}

function convolution({
  n,
  c,
  o,
  zyx,
  bias,
  relu: on,
  groupVoxels,
}: Drawn): Omit<BlockedCase<'x' | 'w' | 'b'>, 'forms'> {
  const of = same(zyx);
  return {
    shapes: { x: [n, c, ...zyx], w: [o, c, ...of.kernel], b: [o] },
    build: ({ x, w, b }) => rectifiedIf(on, conv(x, w, bias ? b : null, of)),
    plan: { groupVoxels },
  };
}

function turned({ n, c, o, zyx, bias, relu: on, groupVoxels }: Drawn): Omit<BlockedCase<'y' | 'w' | 'b'>, 'forms'> {
  const of = same(zyx);
  return {
    shapes: { y: [n, o, ...zyx], w: [o, c, ...of.kernel], b: [c] },
    build: ({ y, w, b }) => rectifiedIf(on, convTranspose(y, w, bias ? b : null, { ...of, extents: zyx })),
    plan: { groupVoxels },
  };
}

function gradient({ n, c, o, zyx, groupVoxels }: Drawn): Omit<BlockedCase<'x' | 'y'>, 'forms'> {
  return {
    shapes: { x: [n, c, ...zyx], y: [n, o, ...zyx] },
    build: ({ x, y }) => convWeightGradient(x, y, same(zyx)),
    plan: { groupVoxels },
  };
}

function halving({ n, c, o, zyx, bias, relu: on, groupVoxels }: Drawn): Omit<BlockedCase<'x' | 'w' | 'b'>, 'forms'> {
  const of = halves(zyx);
  return {
    shapes: { x: [n, c, ...zyx], w: [o, c, ...of.kernel], b: [o] },
    build: ({ x, w, b }) => rectifiedIf(on, conv(x, w, bias ? b : null, of)),
    plan: { groupVoxels },
  };
}

function doubling({ n, c, o, zyx, bias, relu: on, groupVoxels }: Drawn): Omit<BlockedCase<'y' | 'w' | 'b'>, 'forms'> {
  const of = halves(zyx);
  return {
    shapes: { y: [n, o, ...halved(zyx)], w: [o, c, ...of.kernel], b: [c] },
    build: ({ y, w, b }) => rectifiedIf(on, convTranspose(y, w, bias ? b : null, { ...of, extents: zyx })),
    plan: { groupVoxels },
  };
}

function halvingGradient({ n, c, o, zyx, groupVoxels }: Drawn): Omit<BlockedCase<'x' | 'y'>, 'forms'> {
  return {
    shapes: { x: [n, c, ...zyx], y: [n, o, ...halved(zyx)] },
    build: ({ x, y }) => convWeightGradient(x, y, halves(zyx)),
    plan: { groupVoxels },
  };
}

const depths = (...z: number[]) => fc.tuple(fc.constantFrom(...z), planes).map(([d, plane]): Shape => [d, ...plane]);

describe.each([
  { way: 'each plane alone', of: '2D', zyx: planes, channels: MANY },
  { way: 'each plane alone', of: 'a single plane', zyx: depths(1), channels: [6, 8, ...MANY] },
  { way: 'one pair', of: 'two planes', zyx: depths(2), channels: [6, 8, ...MANY] },
  { way: 'Winograd along z', of: 'even depths', zyx: depths(4, 6, 8), channels: [6, 8, ...MANY] },
  { way: 'shifted planes', of: 'odd depths', zyx: depths(3, 5), channels: [6, 8, ...MANY] },
])('$way, $of', ({ way, zyx, channels }) => {
  itIsRight(
    'a convolution is what the equation says',
    drawn(zyx, channels, channels),
    (size) => ({
      ...convolution(size),
      forms: () => [`convolution: blocked: ${way}`],
    }),
    { numRuns: 15 },
  );

  itIsRight(
    'a transposed convolution is',
    drawn(zyx, channels, channels),
    (size) => ({
      ...turned(size),
      forms: () => [`doubling: blocked: ${way}, by the turned weight`],
    }),
    { numRuns: 15 },
  );

  itIsRight(
    "a weight's gradient is",
    drawn(zyx, channels, channels),
    (size) => ({
      ...gradient(size),
      forms: () => [`convWeightGradient: blocked: ${way}`],
    }),
    { numRuns: 15 },
  );

  const any = [...FEW, 8, 16, 20];
  const twoSources = fc.record({
    size: drawn(zyx, any, any, 3),
    more: fc.constantFrom(...any),
    biasOn: fc.constantFrom(0, 1, 2),
  });
  itIsRight(
    'two sources convolved by slices of one weight, with a bias on one or none, are',
    twoSources,
    ({ size, more, biasOn }) => {
      const of = same(size.zyx);
      return {
        shapes: {
          x0: [size.n, size.c, ...size.zyx],
          x1: [size.n, more, ...size.zyx],
          w: [size.o, size.c + more, ...of.kernel],
          b: [size.o],
        },
        build: ({ x0, x1, w, b }) => {
          const first = conv(x0, slice(w, 1, 0, size.c), biasOn === 0 ? b : null, of);
          const second = conv(x1, slice(w, 1, size.c, more), biasOn === 1 ? b : null, of);
          return rectifiedIf(size.relu, add(first, second));
        },
        plan: { groupVoxels: size.groupVoxels },
        forms: () => ['slice: parts of the weight', 'slice: parts of the weight', `convolution: blocked: ${way}`],
      };
    },
    { numRuns: 15 },
  );
});

describe('few channels', () => {
  const zyx = fc.oneof(planes, depths(1, 2, 3, 4, 5, 6, 8));
  const any = [...FEW, 8, 16, 20, 33];
  itIsRight('a convolution from few channels is what the equation says', drawn(zyx, FEW, any), (size) => ({
    ...convolution(size),
    forms: (block) => [convolutionOf(size, block)],
  }));
  itIsRight('a convolution to few channels is', drawn(zyx, any, FEW), (size) => ({
    ...convolution(size),
    forms: (block) => [convolutionOf(size, block)],
  }));
  function convolutionOf({ c, o, zyx, relu: on }: Drawn, block: number): string {
    if (isFew(c, zyx, block)) return 'convolution: blocked: neighboring planes as channels';
    if (isFew(o, zyx, block) && !on) return 'convolution: blocked: planes added up behind';
    return `convolution: blocked: ${wayOf(zyx)}`;
  }

  itIsRight('a transposed convolution from few channels is', drawn(zyx, any, FEW), (size) => ({
    ...turned(size),
    forms: (block) => [
      isFew(size.o, size.zyx, block)
        ? 'doubling: blocked: neighboring planes as channels'
        : `doubling: blocked: ${wayOf(size.zyx)}, by the turned weight`,
    ],
  }));

  const gradientOf = ({ c, o, zyx }: Drawn, block: number) =>
    isFew(c, zyx, block) || isFew(o, zyx, block)
      ? 'convWeightGradient: blocked: taps as columns'
      : `convWeightGradient: blocked: ${wayOf(zyx)}`;
  itIsRight('the gradient of a weight from few channels is', drawn(zyx, FEW, any), (size) => ({
    ...gradient(size),
    forms: (block) => [gradientOf(size, block)],
  }));
  itIsRight('the gradient of a weight to few channels is', drawn(zyx, any, FEW), (size) => ({
    ...gradient(size),
    forms: (block) => [gradientOf(size, block)],
  }));
});

describe('halving and doubling', () => {
  const even = fc
    .oneof(
      planes,
      fc.tuple(fc.constantFrom(1, 2, 3, 4), planes).map(([z, plane]): Shape => [z, ...plane]),
    )
    .map((zyx) => zyx.map((extent) => 2 * extent));
  const any = [...FEW, 8, 16, 20, 33];
  const sizes = drawn(even, any, any, 9);

  itIsRight('a halving convolution is what the equation says', sizes, (size) => ({
    ...halving(size),
    forms: () => ['convolution: blocked: halving'],
  }));
  itIsRight('a doubling one is', sizes, (size) => ({
    ...doubling(size),
    forms: () => ['doubling: blocked: doubling'],
  }));
  itIsRight('the gradient of a halving weight is', sizes, (size) => ({
    ...halvingGradient(size),
    forms: () => ['convWeightGradient: blocked: halving'],
  }));

  const levels = drawn(even, [16], [16, 20], 9);
  itIsRight('down, and up again beside what stays: planes go to other groups and back', levels, (size) => {
    const { n, o, zyx } = size;
    const [down, around] = [halves(zyx), same(zyx)];
    return {
      shapes: {
        x: [n, 16, ...zyx],
        w: [o, 16, ...down.kernel],
        v: [16, 16, ...around.kernel],
        u: [o, o, ...around.kernel],
      },
      build: ({ x, w, v, u }) => {
        const below = relu(conv(conv(x, w, null, down), u, null, around));
        return add(conv(x, v, null, around), convTranspose(below, w, null, { ...down, extents: zyx }));
      },
      plan: { groupVoxels: size.groupVoxels },
      forms: () => [
        `convolution: blocked: ${wayOf(zyx)}`,
        'convolution: blocked: halving',
        `convolution: blocked: ${wayOf(halved(zyx))}`,
        'doubling: blocked: doubling',
        'add: Add',
      ],
    };
  });

  describe('a group above that lies in two below', () => {
    const cut: Drawn = { n: 9, c: 3, o: 2, zyx: [4, 6], groupVoxels: 48, bias: true, relu: true };

    it('comes of 9 samples of 4 by 6 and 48 voxels a group', () => {
      const groups = [cut.zyx, halved(cut.zyx)].map((zyx) => gridOf([cut.n, 3, ...zyx], 8, cut.groupVoxels).groups);
      expect(groups).toEqual([
        [1, 2, 2, 2, 2],
        [4, 5],
      ]);
    });
    const cases = fc.constantFrom(
      { ...halving(cut), forms: () => ['convolution: blocked: halving'] },
      { ...doubling(cut), forms: () => ['doubling: blocked: doubling'] },
      { ...halvingGradient(cut), forms: () => ['convWeightGradient: blocked: halving'] },
    );
    itIsRight('is cut there', cases, (one) => one, { numRuns: 9 });
  });

  it.each([[[5, 6]], [[3, 4, 4]], [[4, 4, 7]]])('what cannot be halved takes generic forms: (%o)', (zyx) => {
    const size: Drawn = { n: 2, c: 4, o: 3, zyx, groupVoxels: 131072, bias: true, relu: true };
    expectEmulated({ ...halving(size), forms: () => ['convolution: Conv'] });
    expectEmulated({ ...doubling(size), forms: () => ['doubling: ConvTranspose'] });
    expectEmulated({ ...halvingGradient(size), forms: () => ['convWeightGradient: product of all taps'] });
  });
});

describe("a weight's gradient over so many positions that they are gathered slab by slab", () => {
  it.each([
    { rows: 'rows of whole blocks', zyx: [1, 64, 64], n: 20, c: 6, o: 9 },
    { rows: 'other rows', zyx: [1, 32, 60], n: 16, c: 17, o: 6 },
  ])('is what the generic form gives: $rows', async ({ zyx, n, c, o }) => {
    const shapes = { x: [n, c, ...zyx], y: [n, o, ...zyx] };
    const whole = program({
      w: convWeightGradient(input('x', shapes.x), input('y', shapes.y), same(zyx)),
    });
    const fed = draw(shapes);
    const compute = async (convBlock: 8 | 16 | null) => {
      const session = await runtime.load(lower(whole, { ...runtime.traits, convBlock }));
      const results = await session.run(draw(shapes));
      await session.close();
      return results;
    };
    const generic = await compute(null);
    const { model } = lowerToModel(whole, { ...runtime.traits, convBlock: 8 });
    const slabs = model.nodes.filter(({ domain, operator }) => domain !== '' && operator === 'Conv');
    expect(slabs.length).toBeGreaterThan(1);
    expectClose(generic, emulateOnnx(model, fed, 8));
    if (runtime.traits.convBlock !== null) expectClose(generic, await compute(runtime.traits.convBlock));
  });
});

describe('gradients of several weights in one program are each what the equation says', () => {
  const expectSeveral = (zyx: Shape, of: ReturnType<typeof same>, channels: readonly (readonly [number, number])[]) => {
    const results: Record<string, Tensor> = {};
    const shapes: Record<string, Shape> = {};
    channels.forEach(([c, o], i) => {
      shapes[`x${i}`] = [2, c, ...zyx];
      shapes[`y${i}`] = [2, o, ...zyx.map((extent, axis) => extent / of.strides[axis])];
      results[`w${i}`] = convWeightGradient(input(`x${i}`, shapes[`x${i}`]), input(`y${i}`, shapes[`y${i}`]), of);
    });
    const task = { whole: program(results), feeds: [draw(shapes)], carried: {} };
    const expected = referenceRuns(task);
    for (const block of [8, 16] as const)
      expectSameRuns(expected, emulatedRuns(task, block), 1e-6, `in blocks of ${block}, `);
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

it('convolutions of different kernels are not taken for two of the first one', () =>
  expectEmulated({
    shapes: { x: [1, 16, 8, 8], w: [16, 16, 3, 3], z: [1, 16, 10, 10], v: [16, 16, 5, 5] },
    build: ({ x, w, z, v }) => {
      const of = { strides: [1, 1], pads: [1, 1] };
      return add(conv(x, w, null, of), conv(z, v, null, of));
    },
  }));
