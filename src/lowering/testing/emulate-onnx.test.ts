/** The emulation's blocked operators against ONNX Runtime, where this processor has them; and what the emulation refuses. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { OnnxModel, OnnxNode } from '../../codec/index.ts';
import { elementCount } from '../../graph/index.ts';
import { emulateOnnx } from './emulate-onnx.ts';
import {
  type Attributes,
  type Shapes,
  BLOCKED,
  B,
  requireBlocks,
  node,
  model,
  valuesOf,
  int64,
  draw,
  expectClose,
  expectSame,
  group,
} from './real-runtime.ts';

interface ConvCase {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
  readonly attributes?: Attributes;
  readonly bias?: true;
  readonly sum?: true;
}

function convModel({ x, w, y, attributes, bias, sum }: ConvCase): OnnxModel {
  const shapes: Shapes = { x, w, ...(bias && { bias: [w[0]] }), ...(sum && { sum: y }) };
  const names = ['x', 'w', bias ? 'bias' : '', sum ? 'sum' : ''].slice(0, sum ? 4 : bias ? 3 : 2);
  const full = { kernel_shape: w.slice(2), ...attributes };
  return model(valuesOf(shapes), [node('Conv', names, ['y'], full, BLOCKED)], valuesOf({ y }));
}

const relu = { activation: 'Relu' };

describe('a blocked Conv is what ONNX Runtime computes:', () => {
  beforeEach(requireBlocks);
  const cases: Record<string, ConvCase> = {
    '3x3, two images': { x: [2, 2 * B, 5, 6], w: [3 * B, 2 * B, 3, 3], y: [2, 3 * B, 3, 4] },
    'more output blocks than are computed at once': {
      x: [1, B, 4, 19],
      w: [5 * B, B, 3, 3],
      y: [1, 5 * B, 4, 19],
      attributes: { pads: [1, 1, 1, 1] },
    },
    'strides, dilations and uneven pads': {
      x: [1, 2 * B, 9, 8],
      w: [B, 2 * B, 3, 2],
      y: [1, B, 5, 7],
      attributes: { pads: [2, 0, 1, 1], strides: [2, 1], dilations: [1, 2] },
    },
    'pads that the stride does not divide': {
      x: [1, B, 8, 9],
      w: [B, B, 7, 5],
      y: [1, B, 3, 4],
      attributes: { pads: [3, 3, 0, 0], strides: [2, 2] },
    },
    'a kernel larger than the image': {
      x: [1, B, 2, 3],
      w: [B, B, 4, 5],
      y: [1, B, 2, 3],
      attributes: { pads: [1, 2, 2, 2] },
    },
    'a kernel as large as the image': { x: [2, B, 5, 7], w: [2 * B, B, 5, 7], y: [2, 2 * B, 1, 1] },
    'a kernel as wide as the image': { x: [1, B, 6, 4], w: [B, B, 2, 4], y: [1, B, 5, 1] },
    'a kernel as high as the image, halo rows, one image row a stride': {
      x: [1, 2 * B, 8, 3],
      w: [B, 2 * B, 4, 1],
      y: [1, B, 3, 3],
      attributes: { pads: [2, 0, 2, 0], strides: [4, 1] },
    },
    'one output row of a dilated column': {
      x: [1, B, 9, 5],
      w: [B, B, 3, 1],
      y: [1, B, 1, 5],
      attributes: { dilations: [4, 1] },
    },
    bias: { x: [1, B, 3, 4], w: [2 * B, B, 2, 2], y: [1, 2 * B, 2, 3], bias: true },
    Relu: { x: [1, B, 3, 4], w: [B, B, 2, 2], y: [1, B, 2, 3], attributes: relu },
    'bias and Relu': { x: [1, 2 * B, 3, 4], w: [B, 2 * B, 2, 2], y: [1, B, 2, 3], bias: true, attributes: relu },
    sum: { x: [2, 2 * B, 3, 4], w: [B, 2 * B, 2, 2], y: [2, B, 2, 3], sum: true },
    'sum, bias and Relu': {
      x: [1, 2 * B, 3, 4],
      w: [2 * B, 2 * B, 2, 2],
      y: [1, 2 * B, 2, 3],
      sum: true,
      bias: true,
      attributes: relu,
    },
    'sum, bias and HardSigmoid': {
      x: [1, B, 3, 4],
      w: [B, B, 2, 2],
      y: [1, B, 2, 3],
      sum: true,
      bias: true,
      attributes: { activation: 'HardSigmoid', activation_params: { floats: [0.02, 0.4] } },
    },
    'a mask by a steep HardSigmoid': {
      x: [1, B, 3, 4],
      w: [B, B, 2, 2],
      y: [1, B, 2, 3],
      attributes: { activation: 'HardSigmoid', activation_params: { floats: [1e30, 0] } },
    },
    'pointwise, of many channels': {
      x: [2, 9 * B, 3, 5],
      w: [5 * B, 9 * B, 1, 1],
      y: [2, 5 * B, 3, 5],
      sum: true,
      bias: true,
      attributes: relu,
    },
    'pointwise with strides': {
      x: [1, B, 5, 6],
      w: [B, B, 1, 1],
      y: [1, B, 3, 2],
      attributes: { strides: [2, 3] },
    },
    'pointwise with pads': {
      x: [1, B, 2, 2],
      w: [B, B, 1, 1],
      y: [1, B, 4, 3],
      bias: true,
      attributes: { pads: [1, 0, 1, 1] },
    },
    'plain input of one channel': {
      x: [2, 1, 5, 6],
      w: [B, 1, 3, 3],
      y: [2, B, 5, 6],
      bias: true,
      attributes: { pads: [1, 1, 1, 1], ...relu },
    },
    'plain input of 3 channels': {
      x: [1, 3, 7, 6],
      w: [5 * B, 3, 3, 2],
      y: [1, 5 * B, 4, 3],
      sum: true,
      bias: true,
      attributes: { pads: [2, 0, 0, 1], strides: [2, 2] },
    },
    'plain input of one channel less than a block': {
      x: [1, B - 1, 3, 4],
      w: [B, B - 1, 1, 1],
      y: [1, B, 3, 4],
      attributes: { activation: 'HardSigmoid', activation_params: { floats: [0.1, 0.5] } },
    },
    depthwise: {
      x: [2, 2 * B, 4, 5],
      w: [2 * B, 1, 3, 3],
      y: [2, 2 * B, 4, 5],
      attributes: { pads: [1, 1, 1, 1], ...group(2 * B) },
    },
    'depthwise, every second row': {
      x: [1, B, 8, 7],
      w: [B, 1, 2, 1],
      y: [1, B, 4, 7],
      attributes: { pads: [1, 0, 0, 0], strides: [2, 1], dilations: [2, 1], ...group(B) },
    },
    'depthwise and pointwise with sum, bias and Relu': {
      x: [1, 3 * B, 4, 5],
      w: [3 * B, 1, 1, 1],
      y: [1, 3 * B, 4, 5],
      sum: true,
      bias: true,
      attributes: { ...relu, ...group(3 * B) },
    },
    'depthwise mask': {
      x: [1, B, 4, 5],
      w: [B, 1, 1, 1],
      y: [1, B, 4, 5],
      bias: true,
      attributes: { activation: 'HardSigmoid', activation_params: { floats: [1e30, 0] }, ...group(B) },
    },
    'two groups of blocks': {
      x: [2, 2 * B, 4, 5],
      w: [4 * B, B, 3, 3],
      y: [2, 4 * B, 2, 3],
      bias: true,
      sum: true,
      attributes: group(2),
    },
    'groups of less than a block read a plain input': {
      x: [1, 2 * B, 4, 5],
      w: [4 * B, B / 2, 2, 2],
      y: [1, 4 * B, 3, 4],
      bias: true,
      attributes: group(4),
    },
  };
  it.each(Object.keys(cases))('%s', async (name) => {
    await expectSame(convModel(cases[name]));
  });

  it('the sum of squares: one tensor is X and W', async () => {
    const [c, h, w] = [2 * B, 5, 6];
    const attributes = { kernel_shape: [h, w], ...group(c) };
    const nodes = [
      node('Relu', ['given'], ['x']),
      node('Reshape', ['x', 'shape'], ['w']),
      node('Conv', ['x', 'w'], ['y'], attributes, BLOCKED),
    ];
    const shape = int64('shape', c, 1, h, w);
    await expectSame(model(valuesOf({ given: [1, c, h, w] }), nodes, valuesOf({ y: [1, c, 1, 1] }), [shape]));
  });
});

describe('a Conv that may overwrite its Sum changes nothing else:', () => {
  beforeEach(requireBlocks);
  const image = [1, B, 4, 5];
  const conv = (inputs: string[], output: string) => node('Conv', inputs, [output], { kernel_shape: [1, 1] }, BLOCKED);
  const inputs = valuesOf({ x: image, v: [B, B, 1, 1], w: [B, B, 1, 1] });

  it('a chain of sums', async () => {
    const nodes = [conv(['x', 'v'], 'a'), conv(['x', 'w', '', 'a'], 'b'), conv(['x', 'v', '', 'b'], 'y')];
    await expectSame(model(inputs, nodes, valuesOf({ y: image })));
  });
  it('a Sum that is an output too', async () => {
    const nodes = [conv(['x', 'v'], 'a'), conv(['x', 'w', '', 'a'], 'y')];
    await expectSame(model(inputs, nodes, valuesOf({ a: image, y: image })));
  });
  it('a Sum that is an input of the graph', async () => {
    const nodes = [conv(['x', 'v', '', 'x'], 'a'), node('Sub', ['a', 'x'], ['y'])];
    await expectSame(model(inputs, nodes, valuesOf({ y: image })));
  });
  it('a Sum that is X', async () => {
    const nodes = [conv(['x', 'v'], 'a'), conv(['a', 'w', '', 'a'], 'y')];
    await expectSame(model(inputs, nodes, valuesOf({ y: image })));
  });
  it('a Sum with a view that is read later', async () => {
    const nodes = [
      conv(['x', 'v'], 'a'),
      node('Reshape', ['a', 'flat'], ['seen']),
      conv(['x', 'w', '', 'a'], 'b'),
      node('Reshape', ['b', 'flat'], ['c']),
      node('Sub', ['c', 'seen'], ['y']),
    ];
    const size = elementCount(image);
    await expectSame(model(inputs, nodes, valuesOf({ y: [size] }), [int64('flat', size)]));
  });
});

describe('ONNX Runtime does the same as', () => {
  beforeEach(requireBlocks);
  it.each([
    ['whole blocks', [2, 3 * B, 3, 5], 3 * B],
    ['channels that do not fill the last block', [2, B + 4, 3, 3], 2 * B],
    ['channels that fill half a block', [1, B / 2, 1, 7], B],
  ])('ReorderInput, %s', async (_, x, c) => {
    const y = [x[0], c, x[2], x[3]];
    await expectSame(model(valuesOf({ x }), [node('ReorderInput', ['x'], ['y'], {}, BLOCKED)], valuesOf({ y })));
  });
  it.each([3 * B, 3 * B - 1, 2 * B + 1])('ReorderOutput to %i channels', async (c) => {
    const channels = { channels: { integer: c } };
    const onnx = model(
      valuesOf({ x: [2, 3 * B, 3, 3] }),
      [node('ReorderOutput', ['x'], ['y'], channels, BLOCKED)],
      valuesOf({ y: [2, c, 3, 3] }),
    );
    await expectSame(onnx);
  });
  it('GlobalAveragePool', async () => {
    const onnx = model(
      valuesOf({ x: [2, 2 * B, 7, 9] }),
      [node('GlobalAveragePool', ['x'], ['y'], {}, BLOCKED)],
      valuesOf({ y: [2, 2 * B, 1, 1] }),
    );
    await expectSame(onnx);
  });
  it('standard operators on blocked memory: rows of its ONNX shape', async () => {
    const nodes = [
      node('ReorderInput', ['x'], ['blocks'], {}, BLOCKED),
      node('Reshape', ['blocks', 'planes'], ['view']),
      node('Slice', ['blocks', 'start', 'end', 'axes'], ['part']),
      node('Gather', ['blocks', 'channels'], ['rows'], { axis: { integer: 1 } }),
    ];
    const outputs = valuesOf({ view: [2 * B, 3, 4], part: [1, 2 * B, 2, 4], rows: [1, 2, 3, 4] });
    const constants = [int64('planes', 2 * B, 3, 4), int64('start', 1), int64('end', 3), int64('axes', 2)];
    await expectSame(model(valuesOf({ x: [1, 2 * B, 3, 4] }), nodes, outputs, [...constants, int64('channels', B, 1)]));
  });
});

/** Puts the plain weight `w` (o, c, kh, kw) into blocks by standard operators: the layout, written a second time. */
function packWeight(block: number, [o, c, kh, kw]: readonly number[], inputBlocks: boolean) {
  const channels = inputBlocks ? [c / block, block] : [c];
  return {
    nodes: [
      node('Reshape', ['w', 'apart'], ['w1']),
      node('Transpose', ['w1'], ['w2'], { perm: inputBlocks ? [0, 2, 4, 5, 3, 1] : [0, 2, 3, 4, 1] }),
      node('Reshape', ['w2', 'whole'], ['packed']),
    ],
    constants: [int64('apart', o / block, block, ...channels, kh, kw), int64('whole', o, c, kh, kw)],
  };
}

describe.each([8, 16])('in blocks of %i, between reorderings, Conv is the plain Conv:', (block) => {
  const kinds = [
    { kind: 'blocked input', c: 2 * block, perGroup: 2 * block },
    { kind: 'plain input', c: block - 1, perGroup: block - 1 },
    { kind: 'depthwise', c: 3 * block, perGroup: 1 },
    { kind: 'groups', c: 3 * block, perGroup: block },
  ];
  it.each(kinds)('$kind', ({ c, perGroup }) => {
    const x = [2, c, 6, 5];
    const w = [3 * block, perGroup, 3, 2];
    const y = [2, 3 * block, 3, 5];
    const window = { pads: [1, 0, 0, 1], strides: [2, 1], ...group(c / perGroup) };
    const source = c < block ? 'x' : 'blocks';
    const { nodes, constants } = packWeight(block, w, perGroup >= block);
    const onnx = model(
      valuesOf({ x, w, bias: [w[0]], sum: y }),
      [
        ...nodes,
        ...(source === 'x' ? [] : [node('ReorderInput', ['x'], [source], {}, BLOCKED)]),
        node('ReorderInput', ['sum'], ['sumBlocks'], {}, BLOCKED),
        node('Conv', [source, 'packed', 'bias', 'sumBlocks'], ['b'], { ...window, ...relu }, BLOCKED),
        node('ReorderOutput', ['b'], ['blocked'], { channels: { integer: w[0] } }, BLOCKED),
        node('Conv', ['x', 'w', 'bias'], ['p'], window),
        node('Add', ['p', 'sum'], ['q']),
        node('Relu', ['q'], ['plain']),
      ],
      valuesOf({ blocked: y, plain: y }),
      constants,
    );
    const { blocked, plain } = emulateOnnx(onnx, draw(onnx.inputs), block);
    expectClose(blocked, plain);
  });
});

it('blocks of 8 and of 16 lie differently', () => {
  const shape = [1, 16, 2, 1];
  const onnx = model(valuesOf({ x: shape }), [node('ReorderInput', ['x'], ['y'], {}, BLOCKED)], valuesOf({ y: shape }));
  const x = Float32Array.from({ length: 32 }, (_, i) => i);
  expect([8, 16].map((block) => emulateOnnx(onnx, { x }, block).y[8])).toEqual([1, 16]);
});

describe('refused, and said why:', () => {
  const x = [1, 16, 2, 2];
  const run = (nodes: readonly OnnxNode[], shapes: Shapes, y: readonly number[]) => {
    const onnx = model(valuesOf(shapes), nodes, valuesOf({ y }));
    return () => emulateOnnx(onnx, draw(onnx.inputs), 8);
  };
  it('an operator that is not emulated', () => {
    expect(run([node('MaxPool', ['x'], ['y'], {}, BLOCKED)], { x }, x)).toThrow(`${BLOCKED}:MaxPool is not emulated`);
  });
  it('an output of another shape than declared', () => {
    expect(run([node('Relu', ['x'], ['y'])], { x }, [16, 4])).toThrow('output y is (1, 16, 2, 2), not (16, 4)');
  });
  it('an input that is not fed', () => {
    const onnx = model(valuesOf({ x }), [node('Relu', ['x'], ['y'])], valuesOf({ y: x }));
    expect(() => emulateOnnx(onnx, {}, 8)).toThrow('input x is not fed');
  });
  it('a node whose input nothing makes', () => {
    expect(run([node('Add', ['x', 'gone'], ['y'])], { x }, x)).toThrow('waits for gone');
  });
  it('shapes that do not broadcast', () => {
    expect(run([node('Add', ['x', 'b'], ['y'])], { x, b: [3] }, x)).toThrow('(1, 16, 2, 2) and (3) do not broadcast');
  });
  // ONNX Runtime does not check the next three: some of the result is not written, or not the right sum, or the process ends.
  it('output channels that are no whole blocks', () => {
    const nodes = [node('Conv', ['x', 'w'], ['y'], {}, BLOCKED)];
    expect(run(nodes, { x, w: [12, 16, 1, 1] }, [1, 12, 2, 2])).toThrow('12 output channels in 1 groups');
  });
  it('groups that end within a block', () => {
    const nodes = [node('Conv', ['x', 'w'], ['y'], group(2), BLOCKED)];
    expect(run(nodes, { x: [1, 24, 2, 2], w: [16, 12, 1, 1] }, x)).toThrow('24 channels in 2 groups');
  });
  it('a bias of another length', () => {
    const nodes = [node('Conv', ['x', 'w', 'bias'], ['y'], {}, BLOCKED)];
    expect(run(nodes, { x, w: [16, 16, 1, 1], bias: [1] }, x)).toThrow('bias is (1), not (16)');
  });
  it('channels that ReorderInput cannot take', () => {
    expect(run([node('ReorderInput', ['x'], ['y'], {}, BLOCKED)], { x: [1, 6, 2, 2] }, x)).toThrow('divide by 4');
  });
  it('a Sum of another shape', () => {
    const nodes = [node('Conv', ['x', 'w', '', 'sum'], ['y'], {}, BLOCKED)];
    const shapes = { x, w: [16, 16, 1, 1], sum: [1, 16, 1, 1] };
    expect(run(nodes, shapes, x)).toThrow('Sum is (1, 16, 1, 1), not (1, 16, 2, 2)');
  });
});
