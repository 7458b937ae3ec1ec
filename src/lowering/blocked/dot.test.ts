/** Sums of products: of weights in blocks, of planes and of plain tensors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  affine,
  constant,
  convWeightGradient,
  div,
  input,
  mul,
  program,
  relu,
  sqrt,
  sub,
  sum,
  type Tensor,
} from '../../graph/index.ts';
import { lowerToModel } from '../index.ts';
import { expectEmulated, itIsRight, runtime } from '../testing/expect-blocked.ts';

const NAME = 'dot: blocked: Conv by the weights themselves';
const of = { strides: [1, 1, 1], pads: [1, 1, 1], kernel: [3, 3, 3] };

const weights = fc.record({
  c: fc.constantFrom(1, 6, 8, 16, 20, 40),
  o: fc.constantFrom(6, 8, 16, 20),
  zyx: fc.constantFrom([1, 3, 4], [2, 2, 3], [3, 2, 2]),
  sides: fc.constantFrom(['blocks', 'blocks'], ['blocks', 'plain'], ['plain', 'blocks'], ['plain', 'plain']),
});

describe('a sum of products', () => {
  itIsRight('of weights is what the equation says', weights, ({ c, o, zyx, sides }) => ({
    shapes: { x: [1, c, ...zyx], y: [1, o, ...zyx], w: [o, c, 3, 3, 3] },
    build: ({ x, y, w }) => {
      const g = convWeightGradient(x, y, of);
      const [a, b] = sides.map((side) => (side === 'blocks' ? g : w));
      return add(sum(mul(a, b)), sum(mul(g, g)));
    },
    positive: true,
  }));
  itIsRight(
    'of activations is',
    fc.record({
      n: fc.constantFrom(1, 2, 4),
      c: fc.constantFrom(1, 3, 8, 20),
      zyx: fc.constantFrom([4, 4], [2, 3, 4]),
    }),
    ({ n, c, zyx }) => ({
      shapes: { a: [n, c, ...zyx], s: [c] },
      build: ({ a, s }) => sum(mul(relu(affine(a, s, s)), a)),
      positive: true,
      forms: () => ['affineSum: blocked: depthwise Conv', NAME],
    }),
  );

  it('of weights that are all zeros is 0', () =>
    expectEmulated({
      shapes: { x: [1, 8, 2, 2, 2], y: [1, 8, 2, 2, 2] },
      build: ({ x, y }) => {
        const g = convWeightGradient(x, y, of);
        return sum(mul(sub(g, g), g));
      },
    }));
  it.each([
    { c: 6, o: 7 },
    { c: 20, o: 8 },
    { c: 8, o: 20 },
  ])('leaves out what a quotient or a root made of the padding: $c to $o channels', ({ c, o }) => {
    const shapes = { x: [1, c, 2, 2, 2], y: [1, o, 2, 2, 2] };
    const made: readonly ((g: Tensor) => Tensor)[] = [
      (g) => div(g, g),
      (g) => sqrt(sub(g, constant(1e-3))),
      (g) => add(g, constant(1)),
    ];
    for (const from of made)
      expectEmulated({
        shapes,
        build: ({ x, y }) => {
          const g = from(convWeightGradient(x, y, of));
          return sum(mul(g, g));
        },
        positive: true,
      });
  });
  it('writes no products: one convolution a part, and a sum', () => {
    const [x, y] = [input('x', [1, 16, 2, 2, 2]), input('y', [1, 16, 2, 2, 2])];
    const g = convWeightGradient(x, y, of);
    const { model } = lowerToModel(program({ loss: sum(mul(g, g)) }), { ...runtime.traits, convBlock: 8 });
    expect(model.nodes.filter(({ operator }) => operator === 'Mul')).toEqual([]);
  });
});
