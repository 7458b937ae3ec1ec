/** Arithmetic element by element on planes, on weights in blocks, and on mixtures with plain tensors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  affine,
  channelDot,
  channelSum,
  constant,
  conv,
  convWeightGradient,
  div,
  embed,
  exp,
  input,
  mul,
  program,
  relu,
  slice,
  sqrt,
  sub,
  sum,
  type Shape,
  type Tensor,
} from '../../graph/index.ts';
import { FASTEST, lowerToModel } from '../index.ts';
import {
  expectEmulated,
  expectHere,
  gradientFormIn,
  itIsRight,
  requireBlocks,
  runtime,
  type BlockedCase,
} from '../testing/expect-blocked.ts';

const planeShapes = fc
  .record({
    n: fc.constantFrom(1, 2, 3, 4, 6, 8),
    c: fc.constantFrom(1, 2, 3, 4, 5, 8, 16, 20, 33),
    zyx: fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 16 })),
      fc.tuple(fc.constantFrom(1, 2, 3, 4, 5), fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 3, 5, 8)),
    ),
  })
  .map(({ n, c, zyx }): Shape => [n, c, ...zyx]);
const groupVoxels = fc.constantFrom(1, 60, 250, 131072);

const operators = {
  Add: { operator: 'add', of: add },
  Sub: { operator: 'sub', of: sub },
  Mul: { operator: 'mul', of: mul },
  Div: { operator: 'div', of: div },
} as const;
const operator = fc.constantFrom(
  ...Object.entries(operators).map(([form, { operator, of }]) => ({ form, operator, of })),
);
const sides = fc.constantFrom(
  ['blocks', 'blocks'],
  ['blocks', 'plain'],
  ['plain', 'blocks'],
  ['blocks', 'number'],
  ['number', 'blocks'],
  ['plain', 'plain'],
);

const ordinary = { strides: [1, 1], pads: [1, 1] };

describe('planes', () => {
  const AFFINE = 'affineSum: blocked: depthwise Conv';
  const cases = fc.record({ shape: planeShapes, groupVoxels, operator, sides });
  const shapesOf = (shape: Shape) => ({ a: shape, b: shape, s: [shape[1]], t: [shape[1]], k: [] });

  itIsRight(
    'with planes, plain tensors and numbers are what the equations say',
    cases,
    ({ shape, groupVoxels, operator: { form, operator, of }, sides }) => ({
      shapes: shapesOf(shape),
      build: ({ s, t, k, ...plain }) => {
        const [a, b] = sides.map((side, i) => {
          if (side === 'number') return k;
          const x = i === 0 ? plain.a : plain.b;
          return side === 'plain' ? x : relu(affine(x, s, t));
        });
        return of(a, b);
      },
      plan: { groupVoxels },
      positive: true,
      forms: () => [...sides.filter((side) => side === 'blocks').map(() => AFFINE), `${operator}: ${form}`],
    }),
    { numRuns: 25 },
  );
  itIsRight('e to their power is', cases, ({ shape, groupVoxels }) => ({
    shapes: shapesOf(shape),
    build: ({ a, s, t }) => exp(relu(affine(a, s, t))),
    plan: { groupVoxels },
    forms: () => [AFFINE, 'exp: Exp'],
  }));
  itIsRight('their roots are', cases, ({ shape, groupVoxels }) => ({
    shapes: shapesOf(shape),
    build: ({ a, s, t }) => sqrt(relu(affine(a, s, t))),
    plan: { groupVoxels },
    forms: () => [AFFINE, 'sqrt: Sqrt'],
  }));
  itIsRight('what several use is rectified by itself', cases, ({ shape, groupVoxels }) => ({
    shapes: shapesOf(shape),
    build: ({ a, s, t }) => {
      const x = affine(a, s, t);
      return mul(relu(x), x);
    },
    plan: { groupVoxels },
    forms: () => [AFFINE, 'relu: Relu', 'mul: Mul'],
  }));
  const scaled = fc.record({ shape: planeShapes, groupVoxels, sides, first: fc.boolean(), fed: fc.boolean() });
  itIsRight('k x + z is, of a constant and of any number', scaled, (of) => ({
    shapes: shapesOf(of.shape),
    build: ({ s, t, a, b, k: number }) => {
      const k = of.fed ? number : constant(-1.5);
      const [x, z] = [a, b].map((plain, i) => (of.sides[i] === 'blocks' ? relu(affine(plain, s, t)) : plain));
      return of.first ? add(mul(x, k), z) : add(z, mul(k, x));
    },
    plan: { groupVoxels: of.groupVoxels },
    forms: () => [
      ...of.sides.filter((side) => side === 'blocks').map(() => AFFINE),
      'scaledSum: depthwise Conv with Sum',
    ],
  }));

  it.for([
    { shape: [8, 7, 9, 65], rows: 'several rows; two samples share blocks of 16' },
    { shape: [1, 8, 17, 19], rows: 'one row' },
  ])('k x + z of many numbers is, by a convolution: $rows', async ({ shape }, context) => {
    const many: BlockedCase = {
      shapes: shapesOf(shape),
      build: ({ s, t, a, b, k }) =>
        add(mul(relu(affine(a, s, t)), constant(-1.5)), add(mul(relu(affine(b, s, t)), k), a)),
    };
    expectEmulated(many);
    requireBlocks(context);
    await expectHere(many);
  });

  it.each([8, 3])(
    'stay planes: one node a part, and only the result is brought to the plain layout: %i channels',
    (c) => {
      const shape = [4, c, 2, 4, 4];
      const [a, b, s] = [input('a', shape), input('b', shape), input('s', [c])];
      const result = mul(relu(affine(a, s, s)), relu(affine(b, s, s)));
      const plan = { ...FASTEST, groupVoxels: 64 }; // two groups, of even and odd planes
      const { model } = lowerToModel(program({ result }), { ...runtime.traits, convBlock: 8 }, plan);
      const count = (operator: string) => model.nodes.filter((node) => node.operator === operator).length;
      expect({ Mul: count('Mul'), ReorderOutput: count('ReorderOutput') }).toEqual({ Mul: 4, ReorderOutput: 2 });
    },
  );
});

describe('weights in blocks', () => {
  const weights = fc.record({
    c: fc.constantFrom(6, 8, 16, 20),
    o: fc.constantFrom(6, 8, 16, 20),
    zyx: fc.constantFrom([1, 3, 4], [2, 2, 3], [3, 2, 2], [4, 3, 2]),
    n: fc.integer({ min: 1, max: 3 }),
  });
  const of = { strides: [1, 1, 1], pads: [1, 1, 1], kernel: [3, 3, 3] };
  interface Size {
    readonly n: number;
    readonly c: number;
    readonly o: number;
    readonly zyx: Shape;
  }
  const shapesOf = ({ n, c, o, zyx }: Size) => ({
    x: [n, c, ...zyx],
    y: [n, o, ...zyx],
    w: [o, c, 3, 3, 3],
    k: [],
  });
  const gradientForm = ({ n, c, o, zyx }: Size, block: number) => gradientFormIn(block, [n, c, ...zyx], [n, o, ...zyx]);

  const mixtures = fc.record({ size: weights, operator, sides }).filter(
    // Of a single plane's gradient the outer planes are zeros: nothing to divide by.
    ({ size, operator, sides }) => !(operator.operator === 'div' && sides[1] === 'blocks' && size.zyx[0] === 1),
  );
  const isMixed = ({ sides }: { sides: readonly string[] }) => sides.includes('blocks') && sides.includes('plain');
  type Mixture = typeof mixtures extends fc.Arbitrary<infer T> ? T : never;
  const mixture = ({ size, operator: { form, operator, of: apply }, sides }: Mixture): BlockedCase => ({
    shapes: shapesOf(size),
    build: ({ x, y, w, k }) => {
      const [a, b] = sides.map((side, i) => {
        if (side === 'blocks') return convWeightGradient(x, i === 0 ? y : relu(y), of);
        return side === 'plain' ? w : k;
      });
      return apply(a, b);
    },
    positive: true,
    forms: (block) => {
      const made = sides.flatMap((side, i) =>
        side === 'blocks' ? [...(i === 1 ? ['relu: Relu'] : []), gradientForm(size, block)] : [],
      );
      return [...made, `${operator}: ${form}`];
    },
  });
  itIsRight(
    'with weights and numbers are what the equations say',
    mixtures.filter((one) => !isMixed(one)),
    mixture,
    { numRuns: 18 },
  );
  it('with plain tensors are', () =>
    fc.assert(
      fc.property(mixtures.filter(isMixed), (one) => expectEmulated(mixture(one))),
      { seed: 11, numRuns: 15 },
    ));
  itIsRight('their roots are, where parts are zeros too', weights, (size) => ({
    shapes: shapesOf(size),
    build: ({ x, y }) => sqrt(convWeightGradient(x, y, of)),
    positive: true,
    forms: (block) => [gradientForm(size, block), 'sqrt: Sqrt'],
  }));
  const scaled = fc.record({ size: weights, sides, fed: fc.boolean() });
  itIsRight('sums of what a number scales are', scaled, ({ size, sides, fed }) => ({
    shapes: shapesOf(size),
    build: ({ x, y, w, k }) => {
      const g = convWeightGradient(x, y, of);
      const [a, b] = sides.map((side) => (side === 'blocks' ? g : w));
      return add(mul(a, fed ? k : constant(0.25)), sides[0] === sides[1] ? sqrt(b) : b);
    },
    positive: true,
    forms: (block) => {
      const roots = sides[0] === sides[1] ? ['sqrt: Sqrt'] : [];
      const gradient = sides.some((side) => side === 'blocks') ? [gradientForm(size, block)] : [];
      return [...gradient, ...roots, 'scaledSum: depthwise Conv with Sum'];
    },
  }));

  const PARTS = 'parts of the weight';
  itIsRight(
    'gradients of slices put together, scaled, and a range taken out again, are',
    fc.record({ size: weights, more: fc.constantFrom(1, 3, 6, 8, 17) }),
    ({ size, more }) => ({
      shapes: { ...shapesOf(size), x1: [size.n, more, ...size.zyx], w: [size.o, size.c + more, 3, 3, 3] },
      build: ({ x, x1, y, w }) => {
        const whole = size.c + more;
        const first = embed(convWeightGradient(x, y, of), 1, 0, whole);
        const second = embed(convWeightGradient(x1, y, of), 1, size.c, whole);
        const moved = sub(w, mul(add(first, second), constant(0.125)));
        return slice(moved, 1, size.c, more);
      },
      forms: (block) => [
        gradientForm(size, block),
        `embed: ${PARTS}`,
        gradientForm({ ...size, c: more }, block),
        `embed: ${PARTS}`,
        'add: Add',
        'mul: Mul',
        'sub: Sub',
        `slice: ${PARTS}`,
      ],
    }),
    { numRuns: 14 },
  );
  const activation = (weightFirst: boolean): BlockedCase => ({
    shapes: { x: [16, 16, 3, 3], w: [16, 16, 3, 3], p: [2, 16, 4, 4] },
    build: ({ x, w, p }) => {
      const [y, g] = [conv(x, w, null, ordinary), convWeightGradient(p, relu(p), { ...ordinary, kernel: [3, 3] })];
      return weightFirst ? mul(g, y) : mul(y, g);
    },
  });
  it('times an activation in planes of the same shape are: planes stay', () => expectEmulated(activation(false)));
  it('times an activation in planes of the same shape are: weights stay', () => expectEmulated(activation(true)));
});

describe('ranges of other axes and of other tensors', () => {
  const cases = fc.record({ shape: planeShapes, groupVoxels, axis: fc.constantFrom(0, 1, 2, 3) });
  const onePast = ({ shape, axis }: { shape: Shape; axis: number }) => Math.min(1, shape[axis] - 1);

  itIsRight('a range of planes is what the equation says', cases, (of) => ({
    shapes: { a: of.shape, s: [of.shape[1]] },
    build: ({ a, s }) => slice(relu(affine(a, s, s)), of.axis, onePast(of), of.shape[of.axis] - onePast(of)),
    plan: { groupVoxels: of.groupVoxels },
  }));
  itIsRight('zeros around planes are', cases, (of) => ({
    shapes: { a: of.shape, s: [of.shape[1]] },
    build: ({ a, s }) => embed(relu(affine(a, s, s)), of.axis, 1, of.shape[of.axis] + 3),
    plan: { groupVoxels: of.groupVoxels },
  }));
});

describe.each([
  { n: 2, c: 20, o: 17 },
  { n: 4, c: 3, o: 3 },
  { n: 2, c: 7, o: 20 },
  { n: 4, c: 3, o: 1 },
])('padding lanes, of $n samples with $c channels', ({ n, c, o }) => {
  const x = [n, c, 4, 4];
  const shapes = { x, y: x, s: [c], t: [c], w: [o, c, 3, 3], v: [o, c, 2, 2] };
  type Inputs = Record<keyof typeof shapes, Tensor>;
  const planesOf = ({ x, y, s, t }: Inputs) => [relu(affine(x, s, t)), relu(affine(y, s, t))] as const;
  const cases: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
    'a number that was added to them': (a, b) => sub(add(a, constant(3)), b),
    'what a quotient leaves there (0 / 0)': div,
    '1 / 0': (a) => div(constant(1), a),
    'the root of a negative number': (a) => sqrt(sub(a, constant(0.001))),
  };

  it.each(Object.entries(cases))('%s does not reach a convolution of them', (_, of) =>
    expectEmulated({
      shapes,
      build: (all: Inputs) => conv(of(...planesOf(all)), all.w, null, ordinary),
      positive: true,
    }),
  );
  it.each(Object.entries(cases))('%s does not reach what is half as large, nor a gradient or a sum of them', (_, of) =>
    expectEmulated({
      shapes,
      build: (all: Inputs) => {
        const [a, b] = planesOf(all);
        const made = of(a, b);
        const below = conv(made, all.v, null, { strides: [2, 2], pads: [0, 0] });
        const gradient = convWeightGradient(made, b, { ...ordinary, kernel: [3, 3] });
        const sums = add(channelSum(made), channelDot(made, made));
        return mul(mul(sum(below), sum(gradient)), sums);
      },
      positive: true,
    }),
  );
});
