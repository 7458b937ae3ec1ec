/**
 * ONNX models as plain values, and their bytes (protobuf; https://onnx.ai/onnx/repo-docs/IR.html).
 * Written: float32, int32 and int64 tensors, inline; attributes that are numbers, lists of whole or other numbers, or text.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { joinBytes } from '../join-bytes.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type TensorProto,
  type TensorShapeProto_Dimension,
  type ValueInfoProto,
} from './onnx_pb.ts';

/** A whole number that ONNX must get as an integer; a plain `number` attribute is a float. */
export interface OnnxInteger {
  readonly integer: number;
}

/** A list that ONNX must get as floats; a plain list is of integers. */
export interface OnnxFloats {
  readonly floats: readonly number[];
}

export type OnnxAttribute = number | OnnxInteger | OnnxFloats | readonly number[] | string;

export interface OnnxNode {
  readonly operator: string;
  /** '' is ONNX's own domain. */
  readonly domain: string;
  readonly name: string;
  /** '' leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array;
}

export interface OnnxValue {
  readonly name: string;
  /** An axis whose extent is known at each run only has a name. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  /** Of the file format; 8, of ONNX 1.12 as opset 17, where none is given. */
  readonly irVersion?: number;
  /** Versions of the operator sets, by domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
}

const IR_VERSION = 8;

/**
 * The model's bytes. The weights are put at the end of the graph as they are, into bytes of the right length: a protobuf encoder
 * would copy them several times.
 */
export function encodeOnnxModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const before = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(model.irVersion ?? IR_VERSION),
      producerName: 'unstained',
      opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version: BigInt(version) })),
    }),
  );
  const graph = toBinary(
    GraphProtoSchema,
    create(GraphProtoSchema, {
      name: 'program',
      input: model.inputs.map(valueInfo),
      output: model.outputs.map(valueInfo),
      node: model.nodes.map((node) =>
        create(NodeProtoSchema, {
          opType: node.operator,
          domain: node.domain,
          name: node.name,
          input: [...node.inputs],
          output: [...node.outputs],
          attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
        }),
      ),
    }),
  );
  const [graphOfModel, initializerOfGraph, rawDataOfTensor] = WAY_TO_WEIGHTS;
  const weights = model.constants.flatMap((constant) => {
    const { buffer, byteOffset, byteLength } = constant.data;
    const raw = new Uint8Array(buffer, byteOffset, byteLength); // little-endian, as every platform with Node is
    const about = toBinary(TensorProtoSchema, tensor(constant));
    return field(initializerOfGraph, [about, ...field(rawDataOfTensor, [raw])]);
  });
  return joinBytes([before, ...field(graphOfModel, [graph, ...weights])]);
}

/** Numbers of the fields on the way from a model to its weights: its graph, of that an initializer, of that the bytes. */
export const WAY_TO_WEIGHTS: readonly [number, number, number] = [7, 5, 9];

/** A field of a message, in parts: its tag, its length, its content. */
function field(number: number, content: readonly Uint8Array[]): Uint8Array[] {
  const length = content.reduce((sum, { length: bytes }) => sum + bytes, 0);
  return [new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(length).finish(), ...content];
}

function valueInfo({ name, shape }: OnnxValue): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: DataType.FLOAT,
          shape: { dim: shape.map(dimension) },
        },
      },
    },
  });
}

function dimension(extent: number | string): TensorShapeProto_Dimension {
  return create(TensorShapeProto_DimensionSchema, {
    value:
      typeof extent === 'string' ? { case: 'dimParam', value: extent } : { case: 'dimValue', value: BigInt(extent) },
  });
}

/** All but its bytes. */
function tensor({ name, shape, data }: OnnxTensor): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType:
      data instanceof Float32Array ? DataType.FLOAT : data instanceof Int32Array ? DataType.INT32 : DataType.INT64,
  });
}

function attribute(name: string, value: OnnxAttribute): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value });
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  if ('integer' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value.integer) });
  if ('floats' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...value.floats] });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}
