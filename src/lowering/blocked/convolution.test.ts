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
  blockedIn,
  draw,
  expectClose,
  expectEmulated,
  gradientFormIn,
  isFewIn,
  itIsRight,
  runtime,
  wayOf,
  type BlockedCase,
} from '../testing/expect-blocked.ts';
import { gridOf } from './grid.ts';

const FEW = [1, 2, 3, 4, 5];
const MANY = [16, 20, 33]; // whole blocks or not; never few
/** From and to: both few enough to share blocks, or one, or none; whole blocks or not. */
const CHANNELS = [
  [8, 16],
  [16, 8],
  [3, 8],
  [8, 3],
  [8, 40],
  [40, 8],
  [8, 8],
  [4, 4],
  [6, 4],
  [1, 8],
  [8, 1],
  [2, 5],
  [7, 2],
  [3, 3],
  [1, 2],
  [1, 1],
] as const;
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
const rectifiedIf = (on: boolean, y: Tensor) => (on ? relu(y) : y);

/** The activations on both sides of a convolution. */
const sidesOf = ({ n, c, o, zyx }: Drawn): [Shape, Shape] => [
  [n, c, ...zyx],
  [n, o, ...zyx],
];

function convolutionForm(size: Drawn, block: number): string {
  const [x, y] = sidesOf(size);
  if (isFewIn(block, x, y)) return 'convolution: blocked: neighboring planes as channels';
  if (isFewIn(block, y, x) && !size.relu) return 'convolution: blocked: planes added up behind';
  return `convolution: ${blockedIn(block, x, y)}: ${wayOf(x)}`;
}

function turnedForm(size: Drawn, block: number): string {
  const [x, y] = sidesOf(size);
  if (isFewIn(block, y, x)) return 'doubling: blocked: neighboring planes as channels';
  return `doubling: ${blockedIn(block, x, y)}: ${wayOf(x)}, by the turned weight`;
}

/** Halving and doubling go by the finer side. */
function halfForm({ n, c, zyx }: Drawn, block: number): string {
  return blockedIn(block, [n, c, ...zyx]);
}

type Inputs = Readonly<Record<'x' | 'y' | 'w' | 'b', Tensor>>;

function convolution(size: Drawn): BlockedCase<keyof Inputs> {
  const { c, o, zyx, bias, relu: on, groupVoxels } = size;
  const of = same(zyx);
  const [x, y] = sidesOf(size);
  return {
    shapes: { x, y, w: [o, c, ...of.kernel], b: [o] },
    build: ({ x, w, b }) => rectifiedIf(on, conv(x, w, bias ? b : null, of)),
    plan: { groupVoxels },
    forms: (block) => [convolutionForm(size, block)],
  };
}

function turned(size: Drawn): BlockedCase<keyof Inputs> {
  const { c, o, zyx, bias, relu: on, groupVoxels } = size;
  const of = same(zyx);
  const [x, y] = sidesOf(size);
  return {
    shapes: { x, y, w: [o, c, ...of.kernel], b: [c] },
    build: ({ y, w, b }) => rectifiedIf(on, convTranspose(y, w, bias ? b : null, { ...of, extents: zyx })),
    plan: { groupVoxels },
    forms: (block) => [turnedForm(size, block)],
  };
}

function gradient(size: Drawn): BlockedCase {
  const [x, y] = sidesOf(size);
  return {
    shapes: { x, y },
    build: ({ x, y }) => convWeightGradient(x, y, same(size.zyx)),
    plan: { groupVoxels: size.groupVoxels },
    forms: (block) => [gradientFormIn(block, x, y)],
  };
}

function halving(size: Drawn): BlockedCase<keyof Inputs> {
  const { n, c, o, zyx, bias, relu: on, groupVoxels } = size;
  const of = halves(zyx);
  return {
    shapes: { x: [n, c, ...zyx], y: [n, o, ...halved(zyx)], w: [o, c, ...of.kernel], b: [o] },
    build: ({ x, w, b }) => rectifiedIf(on, conv(x, w, bias ? b : null, of)),
    plan: { groupVoxels },
    forms: (block) => [`convolution: ${halfForm(size, block)}: halving`],
  };
}

function doubling(size: Drawn): BlockedCase<keyof Inputs> {
  const { c, zyx, bias, relu: on } = size;
  const of = halves(zyx);
  const like = halving(size);
  return {
    ...like,
    shapes: { ...like.shapes, b: [c] },
    build: ({ y, w, b }) => rectifiedIf(on, convTranspose(y, w, bias ? b : null, { ...of, extents: zyx })),
    forms: (block) => [`doubling: ${halfForm(size, block)}: doubling`],
  };
}

function halvingGradient(size: Drawn): BlockedCase<keyof Inputs> {
  return {
    ...halving(size),
    build: ({ x, y }) => convWeightGradient(x, y, halves(size.zyx)),
    forms: (block) => [`convWeightGradient: ${halfForm(size, block)}: halving`],
  };
}

interface TwoSources {
  readonly size: Drawn;
  /** Channels of the second source. */
  readonly more: number;
  readonly biasOn: number;
}

function twoSources({ size, more, biasOn }: TwoSources): BlockedCase {
  const { n, c, o, zyx } = size;
  const of = same(zyx);
  const [x0, y] = sidesOf(size);
  const x1 = [n, more, ...zyx];
  return {
    shapes: { x0, x1, w: [o, c + more, ...of.kernel], b: [o] },
    build: ({ x0, x1, w, b }) => {
      const first = conv(x0, slice(w, 1, 0, c), biasOn === 0 ? b : null, of);
      const second = conv(x1, slice(w, 1, c, more), biasOn === 1 ? b : null, of);
      return rectifiedIf(size.relu, add(first, second));
    },
    plan: { groupVoxels: size.groupVoxels },
    forms: (block) => [
      'slice: parts of the weight',
      'slice: parts of the weight',
      `convolution: ${blockedIn(block, x0, x1, y)}: ${wayOf(x0)}`,
    ],
  };
}

/** Down, and up again beside what stays. */
function downAndUp(size: Drawn): BlockedCase {
  const { n, c, o, zyx } = size;
  const [down, around] = [halves(zyx), same(zyx)];
  const [x, below] = [
    [n, c, ...zyx],
    [n, o, ...halved(zyx)],
  ];
  return {
    shapes: { x, w: [o, c, ...down.kernel], v: [c, c, ...around.kernel], u: [o, o, ...around.kernel] },
    build: ({ x, w, v, u }) => {
      const coarse = relu(conv(conv(x, w, null, down), u, null, around));
      return add(relu(conv(x, v, null, around)), convTranspose(coarse, w, null, { ...down, extents: zyx }));
    },
    plan: { groupVoxels: size.groupVoxels },
    forms: (block) => [
      isFewIn(block, x, x)
        ? 'convolution: blocked: neighboring planes as channels'
        : `convolution: ${blockedIn(block, x)}: ${wayOf(x)}`,
      `convolution: ${blockedIn(block, x)}: halving`,
      isFewIn(block, below, below)
        ? 'convolution: blocked: neighboring planes as channels'
        : `convolution: ${blockedIn(block, below)}: ${wayOf(below)}`,
      `doubling: ${blockedIn(block, x)}: doubling`,
      'add: Add',
    ],
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
  const sizes = drawn(zyx, channels, channels);
  const settings = { numRuns: 8 };
  const inBlocks = (size: Drawn, block: number) => `${blockedIn(block, ...sidesOf(size))}: ${way}`;

  itIsRight(
    'a convolution is what the equation says',
    sizes,
    (size) => ({
      ...convolution(size),
      forms: (block) => [`convolution: ${inBlocks(size, block)}`],
    }),
    settings,
  );
  itIsRight(
    'a transposed convolution is',
    sizes,
    (size) => ({
      ...turned(size),
      forms: (block) => [`doubling: ${inBlocks(size, block)}, by the turned weight`],
    }),
    settings,
  );
  itIsRight(
    "a weight's gradient is",
    sizes,
    (size) => ({
      ...gradient(size),
      forms: (block) => [`convWeightGradient: ${inBlocks(size, block)}`],
    }),
    settings,
  );

  const any = [...FEW, 8, 16, 20];
  const two = fc.record({
    size: drawn(zyx, any, any, 4),
    more: fc.constantFrom(...any),
    biasOn: fc.constantFrom(0, 1, 2),
  });
  itIsRight(
    'two sources convolved by slices of one weight, with a bias on one or none, are',
    two,
    twoSources,
    settings,
  );
});

describe('few channels', () => {
  const zyx = fc.oneof(planes, depths(1, 2, 3, 4, 5, 6, 8));
  const any = [...FEW, 8, 16, 20, 33];
  const [fromFew, toFew] = [drawn(zyx, FEW, any), drawn(zyx, any, FEW)];

  const settings = { numRuns: 15 };

  itIsRight('a convolution from few channels is what the equation says', fromFew, convolution, settings);
  itIsRight('a convolution to few channels is', toFew, convolution, settings);
  itIsRight('a transposed convolution from few channels is', toFew, turned, settings);
  itIsRight('the gradient of a weight from few channels is', fromFew, gradient, settings);
  itIsRight('the gradient of a weight to few channels is', toFew, gradient, settings);
});

describe('samples that share blocks, more of them on one side than on the other', () => {
  interface Side {
    readonly n: number;
    readonly channels: readonly [number, number];
    readonly zyx: Shape;
    readonly groupSamples: number;
    readonly bias: boolean;
    readonly relu: boolean;
  }
  const sizes = (zyx: fc.Arbitrary<Shape>): fc.Arbitrary<Drawn> =>
    fc
      .record<Side>({
        n: fc.constantFrom(2, 4, 8, 8, 12, 3),
        channels: fc.constantFrom(...CHANNELS),
        zyx,
        groupSamples: fc.constantFrom(1, 3, 4, 8, 100), // as many as share a block, at least
        bias: fc.boolean(),
        relu: fc.boolean(),
      })
      .map(({ channels: [c, o], groupSamples, ...size }) => ({
        ...size,
        c,
        o,
        groupVoxels: groupSamples * elementCount(size.zyx),
      }))
      .filter(({ n, c, o, zyx }) => n * c * o * elementCount(zyx) * 3 ** zyx.length < 3e5);
  const around = sizes(
    fc.oneof(
      fc.constantFrom<Shape>([1, 1], [2, 3], [3, 1], [1, 8], [2, 16]),
      fc.constantFrom<Shape>([1, 1, 3], [1, 2, 8], [2, 2, 1], [2, 1, 8], [3, 2, 2], [4, 1, 3], [4, 1, 8], [6, 2, 1]),
    ),
  );
  const even = sizes(
    fc.oneof(
      fc.constantFrom<Shape>([2, 2], [4, 2], [2, 8]),
      fc.constantFrom<Shape>([2, 2, 2], [4, 2, 2], [2, 4, 2], [6, 2, 2], [2, 2, 8]),
    ),
  );

  const settings = { numRuns: 25 };

  itIsRight('a convolution is what the equation says', around, convolution, settings);
  itIsRight('a transposed convolution is', around, turned, settings);
  itIsRight("a weight's gradient is", around, gradient, settings);
  itIsRight('a halving convolution is', even, halving, settings);
  itIsRight('a doubling one is', even, doubling, settings);
  itIsRight('the gradient of a halving weight is', even, halvingGradient, settings);
  itIsRight('down, and up again beside what stays, is', even, downAndUp);
  itIsRight(
    'two sources are',
    fc.record({ size: around, more: fc.constantFrom(1, 2, 3, 5, 8, 16), biasOn: fc.constantFrom(0, 1, 2) }),
    twoSources,
  );
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
  const settings = { numRuns: 15 };

  itIsRight('a halving convolution is what the equation says', sizes, halving, settings);
  itIsRight('a doubling one is', sizes, doubling, settings);
  itIsRight('the gradient of a halving weight is', sizes, halvingGradient, settings);
  itIsRight(
    'down, and up again beside what stays: planes go to other groups and back',
    drawn(even, [16], [16, 20], 9),
    downAndUp,
    settings,
  );

  describe.each([
    { n: 9, groupVoxels: 48, above: [1, 2, 2, 2, 2], below: [4, 5] },
    { n: 18, groupVoxels: 96, above: [2, 4, 4, 4, 4], below: [8, 10] },
  ])('a group above that lies in two below, of $n samples', ({ n, groupVoxels, above, below }) => {
    const cut: Drawn = { n, c: 3, o: 2, zyx: [4, 6], groupVoxels, bias: true, relu: true };

    it('comes of 4 by 6 and so many voxels a group', () => {
      const groups = [cut.zyx, halved(cut.zyx)].map((zyx) => gridOf([n, 3, ...zyx], 8, groupVoxels).groups);
      expect(groups).toEqual([above, below]);
    });
    const cases = fc.constantFrom<BlockedCase>(halving(cut), doubling(cut), halvingGradient(cut));
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
    { rows: 'rows of whole blocks', zyx: [1, 64, 64], n: 22, c: 6, o: 9 },
    { rows: 'other rows', zyx: [1, 32, 60], n: 18, c: 17, o: 6 },
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
