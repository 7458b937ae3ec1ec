/** The emulation's standard operators against ONNX Runtime. */
import { describe, expect, it } from 'vitest';
import type { OnnxTensor } from '../../codec/index.ts';
import { emulateOnnx } from './emulate-onnx.ts';
import { type Attributes, type Shapes, node, model, valuesOf, int64, draw, expectSame, group } from './real-runtime.ts';

interface StandardCase {
  readonly inputs: Shapes;
  readonly outputs: Shapes;
  readonly attributes?: Attributes;
  readonly constants?: readonly OnnxTensor[];
  readonly positive?: true;
}

describe('ONNX Runtime does the same as the standard', () => {
  const axis = (integer: number) => ({ axis: { integer } });
  const pair = { inputs: { a: [2, 1, 3], b: [4, 1] }, outputs: { y: [2, 4, 3] } };
  const single = { inputs: { x: [3, 4] }, outputs: { y: [3, 4] } };
  const cases: readonly (readonly [operator: string, StandardCase])[] = [
    ['Identity', single],
    ['Relu', single],
    ['Sqrt', { ...single, positive: true }],
    ['Reciprocal', { ...single, positive: true }],
    ['HardSigmoid', single],
    ['HardSigmoid', { ...single, attributes: { alpha: 1e30, beta: 0 } }],
    ['Add', pair],
    ['Sub', pair],
    ['Mul', pair],
    ['Div', { ...pair, positive: true }],
    ['Max', { inputs: { ...pair.inputs, c: [] }, outputs: pair.outputs }],
    ['Add', { inputs: { a: [3, 4], b: [3, 4] }, outputs: { y: [3, 4] } }],
    ['Reshape', { inputs: { x: [2, 3, 4] }, outputs: { y: [2, 2, 6] }, constants: [int64('shape', 0, 2, -1)] }],
    ['Transpose', { inputs: { x: [2, 3, 4, 5] }, outputs: { y: [4, 2, 5, 3] }, attributes: { perm: [2, 0, 3, 1] } }],
    ['Transpose', { inputs: { x: [2, 3, 4] }, outputs: { y: [4, 3, 2] } }],
    ['Squeeze', { inputs: { x: [1, 3, 1, 2] }, outputs: { y: [1, 3, 2] }, constants: [int64('axes', -2)] }],
    ['Squeeze', { inputs: { x: [1, 3, 1, 2] }, outputs: { y: [3, 2] } }],
    ['Unsqueeze', { inputs: { x: [3, 2] }, outputs: { y: [1, 3, 2, 1] }, constants: [int64('axes', -1, 0)] }],
    ['Expand', { inputs: { x: [3, 1] }, outputs: { y: [2, 3, 4] }, constants: [int64('shape', 2, 1, 4)] }],
    [
      'Slice',
      {
        inputs: { x: [5, 6, 7] },
        outputs: { y: [3, 6, 4] },
        constants: [int64('starts', -4, 0), int64('ends', -1, 100), int64('axes', 0, -1), int64('steps', 1, 2)],
      },
    ],
    [
      'Slice',
      {
        inputs: { x: [5, 6] },
        outputs: { y: [5, 2] },
        constants: [int64('starts', 100, -2), int64('ends', -100, 0), int64('axes', 0, 1), int64('steps', -1, -3)],
      },
    ],
    [
      'Slice',
      { inputs: { x: [5, 6] }, outputs: { y: [2, 5] }, constants: [int64('starts', 1, 0), int64('ends', 3, 5)] },
    ],
    ['Concat', { inputs: { a: [2, 1, 2], b: [2, 3, 2] }, outputs: { y: [2, 4, 2] }, attributes: axis(-2) }],
    [
      'Split',
      {
        inputs: { x: [2, 5, 2] },
        outputs: { y: [2, 1, 2], z: [2, 4, 2] },
        attributes: axis(1),
        constants: [int64('sizes', 1, 4)],
      },
    ],
    [
      'Gather',
      {
        inputs: { x: [2, 4, 3] },
        outputs: { y: [2, 2, 3, 3] },
        attributes: axis(1),
        constants: [{ name: 'indices', shape: [2, 3], data: Int32Array.of(0, 3, -1, 2, 2, -4) }],
      },
    ],
    ['Gather', { inputs: { x: [4, 3] }, outputs: { y: [3] }, constants: [{ ...int64('index', 2), shape: [] }] }],
    ['Pad', { inputs: { x: [2, 3] }, outputs: { y: [3, 6] }, constants: [int64('pads', 0, 2, 1, 1)] }],
    ['ReduceSum', { inputs: { x: [2, 3, 4] }, outputs: { y: [2, 1, 1] }, constants: [int64('axes', 1, -1)] }],
    [
      'ReduceSum',
      {
        inputs: { x: [2, 3, 4] },
        outputs: { y: [3, 4] },
        attributes: { keepdims: { integer: 0 } },
        constants: [int64('axes', 0)],
      },
    ],
    ['ReduceSum', { inputs: { x: [2, 3] }, outputs: { y: [] }, attributes: { keepdims: { integer: 0 } } }],
    ['MatMul', { inputs: { a: [3, 4], b: [4, 2] }, outputs: { y: [3, 2] } }],
    ['MatMul', { inputs: { a: [2, 1, 3, 4], b: [5, 4, 2] }, outputs: { y: [2, 5, 3, 2] } }],
    ['Conv', { inputs: { x: [2, 3, 9], w: [4, 3, 3], bias: [4] }, outputs: { y: [2, 4, 7] } }],
    [
      'Conv',
      {
        inputs: { x: [1, 4, 7, 6], w: [6, 2, 3, 2] },
        outputs: { y: [1, 6, 4, 5] },
        attributes: { pads: [2, 0, 0, 1], strides: [2, 1], dilations: [1, 2], ...group(2) },
      },
    ],
    [
      'Conv',
      {
        inputs: { x: [2, 3, 4, 5, 6], w: [2, 3, 3, 3, 3], bias: [2] },
        outputs: { y: [2, 2, 4, 3, 6] },
        attributes: { kernel_shape: [3, 3, 3], pads: [1, 1, 1, 1, 1, 1], strides: [1, 2, 1] },
      },
    ],
    [
      'ConvTranspose',
      {
        inputs: { x: [2, 3, 4, 5], w: [3, 2, 3, 2], bias: [2] },
        outputs: { y: [2, 2, 8, 10] },
        attributes: { strides: [2, 2], pads: [1, 0, 1, 0], output_padding: [1, 0] },
      },
    ],
    [
      'ConvTranspose',
      {
        inputs: { x: [1, 3, 2, 3, 4], w: [3, 4, 2, 2, 2] },
        outputs: { y: [1, 4, 4, 5, 8] },
        attributes: { strides: [2, 1, 2], dilations: [1, 2, 1] },
      },
    ],
  ];
  const named = cases.map(([operator, { inputs, outputs, ...rest }]) => {
    const shapes = Object.values(inputs).map((shape) => `(${shape.join(', ')})`);
    return { name: `${operator} of ${shapes.join(' and ')}`, operator, inputs, outputs, ...rest };
  });
  it.each(named)('$name', async ({ operator, inputs, outputs, attributes, constants = [], positive }) => {
    const names = [...Object.keys(inputs), ...constants.map(({ name }) => name)];
    const nodes = [node(operator, names, Object.keys(outputs), attributes)];
    const onnx = model(valuesOf(inputs), nodes, valuesOf(outputs), constants);
    await expectSame(onnx, draw(onnx.inputs, positive));
  });
});

it('nodes may come in any order', () => {
  const nodes = [node('Add', ['a', 'x'], ['y']), node('Relu', ['x'], ['a'])];
  const onnx = model(valuesOf({ x: [2] }), nodes, valuesOf({ y: [2] }));
  expect(emulateOnnx(onnx, { x: Float32Array.of(-1, 2) }, 8).y).toEqual(Float32Array.of(-1, 4));
});
