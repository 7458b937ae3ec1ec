import { create, toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { isUnstainedError, random } from '../../core/index.ts';
import { encodeOnnxModel, type OnnxModel } from './model.ts';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
} from './onnx_pb.ts';
import { decodeOnnxModel } from './read-model.ts';

const model: OnnxModel = {
  irVersion: 6,
  opsets: { '': 11, 'com.microsoft': 1 },
  inputs: [{ name: 'signal', shape: ['batch', 1, 'y', 'x'] }],
  outputs: [{ name: 'prediction', shape: ['batch', 2, 'y', 'x'] }],
  constants: [
    { name: 'weight', shape: [2, 1, 1, 1], data: new Float32Array([1, -0.5]) },
    { name: 'axes', shape: [1], data: BigInt64Array.of(-3n) },
    { name: 'table', shape: [0], data: new Int32Array(0) },
    { name: 'one', shape: [], data: Float32Array.of(7) },
  ],
  nodes: [
    {
      operator: 'Conv',
      domain: '',
      name: 'conv',
      inputs: ['signal', 'weight', ''],
      outputs: ['prediction'],
      attributes: { pads: [0, 1], group: { integer: 1 }, scale: 0.5, mode: 'same', some: { floats: [0.5, 2] } },
    },
  ],
};

it('is what was written', () => {
  expect(decodeOnnxModel(encodeOnnxModel(model), 'a.onnx')).toEqual(model);
});

type Graph = Parameters<typeof create<typeof GraphProtoSchema>>[1];
const withGraph = (graph: Graph, rest = {}) =>
  toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: create(GraphProtoSchema, graph), ...rest }));
const refusal = (bytes: Uint8Array) => {
  try {
    decodeOnnxModel(bytes, 'a.onnx');
    return null;
  } catch (error) {
    if (!isUnstainedError(error)) throw error;
    return `${error.code} ${error.message}`;
  }
};
const tensor = (fields: object) => withGraph({ initializer: [create(TensorProtoSchema, { name: 'w', ...fields })] });
const [FLOAT, DOUBLE, EXTERNAL] = [1, 11, 1] as const;

it('M3: numbers in another file are refused', () => {
  const externalData = [{ key: 'location', value: '/etc/passwd' }];
  expect(refusal(tensor({ dataType: FLOAT, dims: [1n], dataLocation: EXTERNAL, externalData }))).toMatch(
    /^model\/unsafe .*"w"/,
  );
});

it.each([
  ['float64', tensor({ dataType: DOUBLE, dims: [1n], rawData: new Uint8Array(8) }), /unsupported.*type 11/],
  ['numbers that are no bytes', tensor({ dataType: FLOAT, dims: [1n], floatData: [1] }), /unsupported.*raw_data/],
  ['too few numbers', tensor({ dataType: FLOAT, dims: [2n], rawData: new Uint8Array(4) }), /damaged.*\(2\) in 4 bytes/],
  ['a shape below 0', tensor({ dataType: FLOAT, dims: [-1n, -1n], rawData: new Uint8Array(4) }), /damaged/],
  ['a huge shape', tensor({ dataType: FLOAT, dims: [2n ** 62n, 4n], rawData: new Uint8Array(0) }), /damaged/],
  [
    'many axes',
    tensor({ dataType: FLOAT, dims: new Array(17).fill(1n), rawData: new Uint8Array(4) }),
    /damaged.*17 axes/,
  ],
  ['functions', withGraph({}, { functions: [{ name: 'f' }] }), /unsupported.*functions/],
  ['no graph', toBinary(ModelProtoSchema, create(ModelProtoSchema, {})), /damaged.*no graph/],
  [
    'a subgraph',
    withGraph({
      node: [
        create(NodeProtoSchema, {
          opType: 'If',
          attribute: [create(AttributeProtoSchema, { name: 'then_branch', type: 5, g: create(GraphProtoSchema, {}) })],
        }),
      ],
    }),
    /unsupported.*"If" has an attribute of kind 5/,
  ],
])('%s: refused', (_, bytes, message) => expect(refusal(bytes)).toMatch(message));

it('I2: megabytes of empty messages are refused before they become a gigabyte', () => {
  // ModelProto.graph (field 7) of 4 MB: empty nodes (field 1), two bytes each; and empty initializers (field 5).
  for (const field of [1, 5]) {
    const inside = new Uint8Array(4e6).map((_, i) => (i % 2 ? 0 : (field << 3) | 2));
    const header = [(7 << 3) | 2, ...varint(inside.length)];
    const bytes = new Uint8Array(header.length + inside.length);
    bytes.set(header);
    bytes.set(inside, header.length);
    const before = process.memoryUsage().rss;
    expect(refusal(bytes)).toMatch(/unsupported.*4000005 bytes beside its weights/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  }
});

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

it('I1: cut or changed anywhere, it is a model or refused by name', () => {
  const whole = encodeOnnxModel(model);
  for (let length = 0; length < whole.length; length++) refusal(whole.subarray(0, length));
  const source = random(1);
  let refused = 0;
  for (let i = 0; i < 3000; i++) {
    const bytes = new Uint8Array(whole);
    for (let n = 0; n < 1 + (i % 3); n++)
      bytes[Math.floor(source.uniform() * bytes.length)] = Math.floor(256 * source.uniform());
    if (refusal(bytes) !== null) refused++;
  }
  expect(refused).toBeGreaterThan(500);
});
