/** Convolutions, transposed ones and gradients of weights in blocked planes: every form against the equations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
  slice,
  type Shape,
  type Tensor,
} from '../../graph/index.ts';
import { lower, lowerToModel } from '../index.ts';
import { emulateOnnx } from '../testing/emulate-onnx.ts';
import {
  blockedIn,
  draw,
  emulatedRuns,
  expectClose,
  expectEmulated,
  expectSameRuns,
  gradientFormIn,
  isFewIn,
  itIsRight,
  referenceRuns,
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
