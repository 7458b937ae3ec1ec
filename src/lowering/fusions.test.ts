import { describe, expect, it } from 'vitest';
import {
  add,
  affine,
  constant,
  conv,
  convTranspose,
  gate,
  inOrder,
  input,
  mul,
  relu,
  sub,
  sum,
  type Tensor,
} from '../graph/index.ts';
import { fuse } from './fusions.ts';

const [x, z, w, v] = [
  input('x', [1, 2, 4, 4]),
  input('z', [1, 2, 4, 4]),
  input('w', [2, 2, 3, 3]),
  input('v', [2, 2, 3, 3]),
];
const [b, d, s, t, k] = [input('b', [2]), input('d', [2]), input('s', [2]), input('t', [2]), input('k', [])];
const same = { strides: [1, 1], pads: [1, 1] };

/** `operator+flags(inputs)`: the flags that are on, a factor as a number. */
function text(tensor: Tensor): string {
  if (tensor.kind === 'input') return tensor.name;
  if (tensor.kind === 'constant') return `${tensor.data[0]}`;
  const attributes = tensor.attributes as Readonly<Record<string, unknown>>;
  const flags = ['shift', 'sum', 'relu'].filter((name) => attributes[name] === true);
  const numbers = ['sources', 'factor'].filter((name) => name in attributes).map((name) => String(attributes[name]));
  return `${[tensor.operator.name, ...numbers, ...flags].join('+')}(${tensor.inputs.map(text).join(', ')})`;
}

function fused(...roots: readonly Tensor[]): string[] {
  return fuse(roots).map(text);
}

describe('a convolution', () => {
  const one = conv(x, w, b, same);
  const other = conv(z, v, null, same);

  it('becomes one with the sum and the ReLU behind it, the bias last', () => {
    expect(fused(one)).toEqual(['convolution+1(x, w, b)']);
    expect(fused(relu(one))).toEqual(['convolution+1+relu(x, w, b)']);
    expect(fused(relu(add(one, other)))).toEqual(['convolution+2+relu(x, w, z, v, b)']);
    expect(fused(add(other, one))).toEqual(['convolution+2(z, v, x, w, b)']);
  });
  it('becomes one with two others', () =>
    expect(fused(add(add(other, conv(x, v, null, same)), one))).toEqual(['convolution+3(z, v, x, v, x, w, b)']));
  it('keeps its strides, pads and shape', () => {
    const halving = conv(x, input('u', [3, 2, 2, 2]), null, { strides: [2, 2], pads: [0, 0] });
    const [made] = fuse([relu(halving)]);
    expect(made).toMatchObject({
      shape: [1, 3, 2, 2],
      attributes: { strides: [2, 2], pads: [0, 0], sources: 1, relu: true },
    });
  });
  it.each([
    ['both have a bias', add(one, conv(z, v, d, same)), 'add(convolution+1(x, w, b), convolution+1(z, v, d))'],
    ['one is rectified', add(one, relu(other)), 'add(convolution+1(x, w, b), convolution+1+relu(z, v))'],
    [
      'they have other strides',
      add(one, conv(input('y', [1, 2, 8, 8]), v, null, { strides: [2, 2], pads: [1, 1] })),
      'add(convolution+1(x, w, b), convolution+1(y, v))',
    ],
    [
      'they have other pads',
      add(one, conv(input('y', [1, 2, 6, 6]), v, null, { strides: [1, 1], pads: [0, 0] })),
      'add(convolution+1(x, w, b), convolution+1(y, v))',
    ],
    ['it is added to itself', add(one, one), 'add(convolution+1(x, w, b), convolution+1(x, w, b))'],
    ['something else is added', add(one, z), 'add(convolution+1(x, w, b), z)'],
    ['it is rectified twice', relu(relu(one)), 'relu(convolution+1+relu(x, w, b))'],
  ])('does not where %s', (_, tensor, expected) => expect(fused(tensor)).toEqual([expected]));
  it('does not where they have other kernels', () => {
    const wide = conv(input('y', [1, 2, 6, 6]), input('u', [2, 2, 5, 5]), null, same);
    expect(fused(add(one, wide))).toEqual(['add(convolution+1(x, w, b), convolution+1(y, u))']);
  });
  it('does not where another needs it as it is, or it is a result', () => {
    expect(fused(sub(relu(one), one))).toEqual(['sub(relu(convolution+1(x, w, b)), convolution+1(x, w, b))']);
    expect(fused(sub(add(one, other), other))).toEqual([
      'sub(add(convolution+1(x, w, b), convolution+1(z, v)), convolution+1(z, v))',
    ]);
    expect(fused(relu(one), one)).toEqual(['relu(convolution+1(x, w, b))', 'convolution+1(x, w, b)']);
  });
});

describe('a transposed convolution', () => {
  const turned = convTranspose(x, w, b, { ...same, extents: [4, 4] });

  it('becomes one with the ReLU behind it', () => expect(fused(relu(turned))).toEqual(['doubling+relu(x, w, b)']));
  it('does not with a sum', () =>
    expect(fused(add(turned, conv(z, v, null, same)))).toEqual(['add(doubling(x, w, b), convolution+1(z, v))']));
  it('does not where another needs it', () =>
    expect(fused(add(relu(turned), turned))).toEqual(['add(relu(doubling(x, w, b)), doubling(x, w, b))']));
});

describe('an affine map', () => {
  const map = affine(x, s, t);

  it.each([
    [affine(x, s, null), 'affineSum(x, s)'],
    [map, 'affineSum+shift(x, s, t)'],
    [relu(map), 'affineSum+shift+relu(x, s, t)'],
    [add(map, z), 'affineSum+shift+sum(x, s, t, z)'],
    [add(z, affine(x, s, null)), 'affineSum+sum(x, s, z)'],
    [relu(add(z, map)), 'affineSum+shift+sum+relu(x, s, t, z)'],
    [add(map, affine(z, t, null)), 'affineSum+shift+sum(x, s, t, affineSum(z, t))'],
    [add(map, relu(affine(z, t, null))), 'affineSum+shift+sum(x, s, t, affineSum+relu(z, t))'],
    [add(relu(map), affine(z, t, null)), 'affineSum+sum(z, t, affineSum+shift+relu(x, s, t))'],
    [add(conv(x, w, null, same), affine(z, t, null)), 'affineSum+sum(z, t, convolution+1(x, w))'],
  ])('becomes one with what is behind it: %#', (tensor, expected) => expect(fused(tensor)).toEqual([expected]));
  it.each([
    [add(relu(map), z), 'add(affineSum+shift+relu(x, s, t), z)'],
    [add(map, k), 'add(affineSum+shift(x, s, t), k)'],
    [add(map, map), 'add(affineSum+shift(x, s, t), affineSum+shift(x, s, t))'],
    [add(add(map, z), x), 'add(affineSum+shift+sum(x, s, t, z), x)'],
    [sub(map, z), 'sub(affineSum+shift(x, s, t), z)'],
    [mul(relu(map), map), 'mul(relu(affineSum+shift(x, s, t)), affineSum+shift(x, s, t))'],
  ])('does not with anything else, nor where it is needed as it is: %#', (tensor, expected) =>
    expect(fused(tensor)).toEqual([expected]),
  );
  it('stays where it is a result', () =>
    expect(fused(map, add(map, z))).toEqual(['affineSum+shift(x, s, t)', 'add(affineSum+shift(x, s, t), z)']));
});

describe('a gate', () => {
  const rectified = relu(affine(x, s, t));

  it('goes by what the rectified tensor was made of', () =>
    expect(fused(gate(z, rectified))).toEqual(['affineGate(z, x, s, t)']));
  it('does so where others need that', () =>
    expect(fused(rectified, gate(z, rectified))).toEqual(['affineSum+shift+relu(x, s, t)', 'affineGate(z, x, s, t)']));
  it.each([
    [gate(z, relu(affine(x, s, null))), 'gate(z, affineSum+relu(x, s))'],
    [gate(z, relu(add(affine(x, s, t), z))), 'gate(z, affineSum+shift+sum+relu(x, s, t, z))'],
    [gate(z, affine(x, s, t)), 'gate(z, affineSum+shift(x, s, t))'],
    [gate(z, relu(x)), 'gate(z, relu(x))'],
    [gate(z, relu(conv(x, w, b, same))), 'gate(z, convolution+1+relu(x, w, b))'],
  ])('goes by anything else as it is: %#', (tensor, expected) => expect(fused(tensor)).toEqual([expected]));
});

describe('a product with a number', () => {
  const two = constant(2);
  const half = mul(x, two);

  it.each([
    [add(half, z), 'scaledSum+2(x, z)'],
    [add(z, mul(two, x)), 'scaledSum+2(x, z)'],
    [add(half, mul(z, constant(3))), 'scaledSum+2(x, mul(z, 3))'],
    [add(half, x), 'scaledSum+2(x, x)'],
    [add(mul(x, k), z), 'scaledSum+null(x, z, k)'],
    [add(mul(z, sub(two, k)), mul(k, x)), 'scaledSum+null(z, mul(k, x), sub(2, k))'],
  ])('becomes one with a sum: %#', (tensor, expected) => expect(fused(tensor)).toEqual([expected]));
  it.each([
    [add(half, k), 'add(mul(x, 2), k)'],
    [add(mul(k, two), k), 'add(mul(k, 2), k)'],
    [add(half, half), 'add(mul(x, 2), mul(x, 2))'],
    [sub(half, z), 'sub(mul(x, 2), z)'],
    [mul(add(half, z), half), 'mul(add(mul(x, 2), z), mul(x, 2))'],
  ])('does not with anything else, nor where it is needed as it is: %#', (tensor, expected) =>
    expect(fused(tensor)).toEqual([expected]),
  );
});

describe('a sum over a product', () => {
  const product = mul(x, z);

  it.each([
    [sum(product), 'dot(x, z)'],
    [sum(mul(x, x)), 'dot(x, x)'],
    [sum(mul(k, k)), 'dot(k, k)'],
  ])('becomes one: %#', (tensor, expected) => expect(fused(tensor)).toEqual([expected]));
  it.each([
    [sum(mul(x, k)), 'sum(mul(x, k))'],
    [sum(add(x, z)), 'sum(add(x, z))'],
    [mul(sum(product), product), 'mul(sum(mul(x, z)), mul(x, z))'],
  ])('does not with a number, nor with anything else, nor where it is needed as it is: %#', (tensor, expected) =>
    expect(fused(tensor)).toEqual([expected]),
  );
});

it('results stay in their places, and one that is there twice stays one', () => {
  const y = relu(conv(x, w, b, same));
  const [first, fed, again, number] = fuse([y, x, y, two()]);
  expect(first).toBe(again);
  expect(fed).toBe(x);
  expect(number).toMatchObject({ kind: 'constant' });
  function two(): Tensor {
    return constant(2);
  }
});
it('what several use is computed once', () => {
  const shared = relu(affine(conv(x, w, b, same), s, t));
  const order = inOrder(fuse([sum(add(mul(shared, shared), gate(z, shared))), shared]));
  const operators = order.flatMap((tensor) => (tensor.kind === 'computed' ? [tensor.operator.name] : []));
  expect(operators).toEqual(['convolution', 'affineSum', 'mul', 'affineGate', 'add', 'sum']);
});
it('shapes are those of what they are made of', () => {
  const y = relu(add(affine(conv(x, w, b, same), s, t), z));
  const made = inOrder(fuse([y])).filter(({ kind }) => kind === 'computed');
  expect(made.map(({ shape }) => shape)).toEqual([
    [1, 2, 4, 4],
    [1, 2, 4, 4],
  ]);
});
