/** Arithmetic element by element on planes, on weights in blocks, and on mixtures with plain tensors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  affine,
  constant,
  conv,
  convWeightGradient,
  div,
  embed,
  input,
  mul,
  program,
  relu,
  slice,
  sqrt,
  sub,
  type Shape,
  type Tensor,
} from '../../graph/index.ts';
import { FASTEST, lowerToModel } from '../index.ts';
import { expectEmulated, itIsRight, runtime, type BlockedCase } from '../testing/expect-blocked.ts';

const planeShapes = fc
  .record({
    n: fc.integer({ min: 1, max: 4 }),
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
  itIsRight('k x + z is', fc.record({ shape: planeShapes, groupVoxels, sides, first: fc.boolean() }), (of) => ({
    shapes: shapesOf(of.shape),
    build: ({ s, t, a, b }) => {
      const [x, z] = [a, b].map((plain, i) => (of.sides[i] === 'blocks' ? relu(affine(plain, s, t)) : plain));
      return of.first ? add(mul(x, constant(-1.5)), z) : add(z, mul(constant(-1.5), x));
    },
    plan: { groupVoxels: of.groupVoxels },
    forms: () => [
      ...of.sides.filter((side) => side === 'blocks').map(() => AFFINE),
      'scaledSum: depthwise Conv with Sum',
    ],
  }));

  it('stay planes: one node a part, and nothing is brought to the plain layout but the result', () => {
    const [a, b, s] = [input('a', [4, 8, 2, 4, 4]), input('b', [4, 8, 2, 4, 4]), input('s', [8])];
    const result = mul(relu(affine(a, s, s)), relu(affine(b, s, s)));
    const plan = { ...FASTEST, groupVoxels: 64 }; // two groups, of even and odd planes
    const { model } = lowerToModel(program({ result }), { ...runtime.traits, convBlock: 8 }, plan);
    const count = (operator: string) => model.nodes.filter((node) => node.operator === operator).length;
    expect({ Mul: count('Mul'), ReorderOutput: count('ReorderOutput') }).toEqual({ Mul: 4, ReorderOutput: 2 });
  });
});

describe('weights in blocks', () => {
  const weights = fc.record({
    c: fc.constantFrom(6, 8, 16, 20),
    o: fc.constantFrom(6, 8, 16, 20),
    zyx: fc.constantFrom([1, 3, 4], [2, 2, 3], [3, 2, 2], [4, 3, 2]),
    n: fc.integer({ min: 1, max: 2 }),
  });
  const of = { strides: [1, 1, 1], pads: [1, 1, 1], kernel: [3, 3, 3] };
  const shapesOf = ({ n, c, o, zyx }: { n: number; c: number; o: number; zyx: Shape }) => ({
    x: [n, c, ...zyx],
    y: [n, o, ...zyx],
    w: [o, c, 3, 3, 3],
    k: [],
  });
  const gradientForm = ({ zyx: [z] }: { zyx: Shape }) => {
    const way =
      z === 1 ? 'each plane alone' : z === 2 ? 'one pair' : z % 2 === 0 ? 'Winograd along z' : 'shifted planes';
    return `convWeightGradient: blocked: ${way}`;
  };

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
    forms: () => {
      const made = sides.flatMap((side, i) =>
        side === 'blocks' ? [...(i === 1 ? ['relu: Relu'] : []), gradientForm(size)] : [],
      );
      return [...made, `${operator}: ${form}`];
    },
  });
  itIsRight(
    'with weights and numbers are what the equations say',
    mixtures.filter((one) => !isMixed(one)),
    mixture,
    { numRuns: 25 },
  );
  it('with plain tensors are', () =>
    fc.assert(
      fc.property(mixtures.filter(isMixed), (one) => expectEmulated(mixture(one))),
      { seed: 11, numRuns: 20 },
    ));
  itIsRight('their roots are, where parts are zeros too', weights, (size) => ({
    shapes: shapesOf(size),
    build: ({ x, y }) => sqrt(convWeightGradient(x, y, of)),
    positive: true,
    forms: () => [gradientForm(size), 'sqrt: Sqrt'],
  }));
  itIsRight('sums of what a number scales are', fc.record({ size: weights, sides }), ({ size, sides }) => ({
    shapes: shapesOf(size),
    build: ({ x, y, w }) => {
      const g = convWeightGradient(x, y, of);
      const [a, b] = sides.map((side) => (side === 'blocks' ? g : w));
      return add(mul(a, constant(0.25)), sides[0] === sides[1] ? sqrt(b) : b);
    },
    positive: true,
    forms: () => {
      const roots = sides[0] === sides[1] ? ['sqrt: Sqrt'] : [];
      const gradient = sides.some((side) => side === 'blocks') ? [gradientForm(size)] : [];
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
        gradientForm(size),
        `embed: ${PARTS}`,
        3 * more < block ? 'convWeightGradient: blocked: taps as columns' : gradientForm(size),
        `embed: ${PARTS}`,
        'add: Add',
        'mul: Mul',
        'sub: Sub',
        `slice: ${PARTS}`,
      ],
    }),
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

describe('padding lanes', () => {
  const shapes = { x: [2, 20, 4, 4], y: [2, 20, 4, 4], s: [20], t: [20], w: [17, 20, 3, 3] };
  const after = (of: (a: Tensor, b: Tensor) => Tensor) => ({
    shapes,
    build: ({ x, y, s, t, w }: Record<keyof typeof shapes, Tensor>) =>
      conv(of(relu(affine(x, s, t)), relu(affine(y, s, t))), w, null, ordinary),
    positive: true,
  });

  it('a number that was added to them does not reach what comes of them', () =>
    expectEmulated(after((a, b) => sub(add(a, constant(3)), b))));
  it('what a quotient leaves there (0 / 0) does not reach what comes of it', () => expectEmulated(after(div)));
  it('nor does 1 / 0', () => expectEmulated(after((a) => div(constant(1), a))));
  it('nor does the root of a negative number', () => expectEmulated(after((a) => sqrt(sub(a, constant(0.001))))));
});
