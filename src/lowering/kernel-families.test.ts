import { describe, expect, it } from 'vitest';
import {
  add,
  constant,
  conv,
  div,
  embed,
  inOrder,
  input,
  mul,
  relu,
  slice,
  sqrt,
  sub,
  type Computed,
  type Tensor,
} from '../graph/index.ts';
import type { Form } from './form.ts';
import { kernelLayouts } from './kernel-families.ts';

const same = { strides: [1, 1], pads: [1, 1] };
const x = input('x', [1, 9, 4, 4]);
const w = input('w', [5, 9, 3, 3]);
const y = conv(x, w, null, same);

/** Convolutions take their weight in blocks, nothing else does. */
const formOf = ({ operator }: Computed): Form<unknown> => ({
  name: 'of a test',
  kernels: () => (operator.name === 'conv' ? [1] : []),
  write: () => {
    throw new Error('Nothing is written here.');
  },
});

function layoutsOf(roots: readonly Tensor[], twins: readonly (readonly [Tensor, Tensor])[] = []) {
  return kernelLayouts(inOrder(roots), twins, formOf, 8);
}

describe('in blocks lie', () => {
  it('a weight that a form takes as such, and nothing beside it', () => {
    const bias = input('b', [5]);
    const layouts = layoutsOf([relu(conv(x, w, bias, same))]);
    expect([...layouts.keys()]).toEqual([w]);
    expect(layouts.get(w)).toEqual({ shape: [5, 9, 3, 3], block: 8, sources: [9] });
  });
  it('what meets it element by element, through any number of steps, and what it will be', () => {
    const [g, m] = [input('g', w.shape), input('m', w.shape)];
    const [half, rate] = [constant(0.5), input('rate', [])];
    const moment = add(mul(m, half), mul(g, half));
    const next = sub(w, div(mul(moment, rate), add(sqrt(mul(g, g)), rate)));
    const layouts = layoutsOf(
      [y, next, moment],
      [
        [w, next],
        [m, moment],
      ],
    );
    for (const tensor of [w, g, m, moment, next])
      expect(layouts.get(tensor)).toEqual({ shape: w.shape, block: 8, sources: [9] });
    for (const tensor of [x, y, half, rate]) expect(layouts.has(tensor)).toBe(false);
  });
  it('its next value, where they meet nowhere else', () => {
    const next = input('next', w.shape);
    expect(layoutsOf([y, next], [[w, next]]).get(next)).toEqual({ shape: w.shape, block: 8, sources: [9] });
  });
  it('constants that are convolved by', () => {
    const weight = constant(1, w.shape);
    expect(layoutsOf([conv(x, weight, null, same)]).has(weight)).toBe(true);
  });
});

describe('not in blocks lies', () => {
  it('a weight that no form takes as such', () => expect(layoutsOf([mul(w, w)])).toEqual(new Map()));
  it('an activation beside which no weight stands', () => {
    const z = input('z', y.shape);
    const layouts = layoutsOf([slice(add(y, z), 1, 0, 2)]);
    expect([...layouts.keys()]).toEqual([w]);
  });
  it('a range of another axis than the input channels', () => {
    const part = slice(w, 0, 0, 4);
    expect(layoutsOf([y, part]).has(part)).toBe(false);
  });
});

describe('ranges of input channels', () => {
  const [first, second] = [slice(w, 1, 0, 4), slice(w, 1, 4, 5)];
  const [x0, x1] = [input('x0', [1, 4, 4, 4]), input('x1', [1, 5, 4, 4])];
  const sum = add(conv(x0, first, null, same), conv(x1, second, null, same));

  it('are sources of the weight that they are cut from, and each is one of its own', () => {
    const layouts = layoutsOf([sum]);
    expect(layouts.get(w)).toEqual({ shape: [5, 9, 3, 3], block: 8, sources: [4, 5] });
    expect(layouts.get(first)).toEqual({ shape: [5, 4, 3, 3], block: 8, sources: [4] });
    expect(layouts.get(second)).toEqual({ shape: [5, 5, 3, 3], block: 8, sources: [5] });
  });
  it('are so in the gradient that is put together of theirs, and in the moments', () => {
    const gradient = add(embed(input('g0', first.shape), 1, 0, 9), embed(input('g1', second.shape), 1, 4, 9));
    const moment = input('m', w.shape);
    const next = add(moment, gradient);
    const layouts = layoutsOf(
      [sum, next],
      [
        [w, gradient],
        [moment, next],
      ],
    );
    for (const tensor of [w, gradient, moment, next]) expect(layouts.get(tensor)?.sources).toEqual([4, 5]);
    for (const tensor of inOrder([gradient]))
      if (tensor.kind === 'input') expect(layouts.get(tensor)?.sources).toEqual([tensor.shape[1]]);
  });
  it('leave sources for what lies between and around them', () => {
    const [inner, outer] = [slice(w, 1, 1, 2), slice(w, 1, 4, 4)];
    const both = add(conv(input('a', [1, 2, 4, 4]), inner, null, same), conv(x0, outer, null, same));
    expect(layoutsOf([both]).get(w)?.sources).toEqual([1, 2, 1, 4, 1]);
  });
  it('of weights that never meet are told apart', () => {
    const v = input('v', w.shape);
    const layouts = layoutsOf([sum, conv(x, v, null, same)]);
    expect(layouts.get(w)?.sources).toEqual([4, 5]);
    expect(layouts.get(v)?.sources).toEqual([9]);
  });
});
