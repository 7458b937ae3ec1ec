/**
 * An ONNX file as plain values: the way back of `encodeOnnxModel`, for files that anybody may have written.
 *
 * A protobuf of a few megabytes can become gigabytes of messages, so all bytes but the weights' are counted before anything is
 * parsed. What a graph could reach beyond itself (other files, functions, subgraphs, training) is refused by name.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { isUnstainedError, ModelError } from '../../core/index.ts';
import { WAY_TO_WEIGHTS } from './model.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './model.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './onnx_pb.ts';

/** Bytes of a model that are no weights: twenty times what the deepest network here has. */
const MOST_BYTES_BESIDE_WEIGHTS = 2 ** 20;
const MOST_AXES = 16;

/**
 * The model in `bytes`; its constants (float32, int32, int64) are copies. `file` is what messages call it.
 * Throws ModelError: model/damaged, model/unsupported, or model/unsafe for external data.
 */
export function decodeOnnxModel(bytes: Uint8Array, file: string): OnnxModel {
  try {
    const beside = bytes.length - weightBytes(bytes, WAY_TO_WEIGHTS);
    if (beside > MOST_BYTES_BESIDE_WEIGHTS)
      throw unsupported(file, `it has ${beside} bytes beside its weights; up to ${MOST_BYTES_BESIDE_WEIGHTS} are read`);
    const model = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
    const { graph } = model;
    if (!graph) throw damaged(file, 'it has no graph');
    if (model.functions.length + model.trainingInfo.length + graph.sparseInitializer.length > 0)
      throw unsupported(file, 'it has functions, training steps or sparse weights');
    return {
      irVersion: Number(model.irVersion),
      opsets: Object.fromEntries(model.opsetImport.map(({ domain, version }) => [domain, Number(version)])),
      inputs: graph.input.map((value) => readValue(value, file)),
      outputs: graph.output.map((value) => readValue(value, file)),
      constants: graph.initializer.map((tensor) => readTensor(tensor, file)),
      nodes: graph.node.map((node) => readNode(node, file)),
    };
  } catch (cause) {
    if (isUnstainedError(cause)) throw cause;
    throw damaged(file, cause instanceof Error ? cause.message.slice(0, 200) : String(cause), cause);
  }
}

/** Bytes of the fields at the end of `path`, walked without making anything of them. */
function weightBytes(bytes: Uint8Array, [field, ...path]: readonly number[]): number {
  const reader = new BinaryReader(bytes);
  let sum = 0;
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === field && type === WireType.LengthDelimited) {
      const inside = reader.bytes();
      sum += path.length > 0 ? weightBytes(inside, path) : inside.length;
    } else reader.skip(type, number);
  }
  return sum;
}

function readTensor(tensor: TensorProto, file: string): OnnxTensor {
  const name = called(tensor.name);
  if (tensor.dataLocation !== DataLocation.DEFAULT || tensor.externalData.length > 0)
    throw new ModelError('model/unsafe', {
      file,
      what: `${file}: the numbers of ${name} lie in another file.`,
      why: 'A model that names files could read any on this computer.',
      remedy: 'Save it as one file: onnx.save(model, FILE, save_as_external_data=False).',
    });
  if (tensor.dims.length > MOST_AXES) throw damaged(file, `${name} has ${tensor.dims.length} axes`);
  const shape = tensor.dims.map(Number);
  const raw = tensor.rawData;
  const make = { [DataType.FLOAT]: Float32Array, [DataType.INT32]: Int32Array, [DataType.INT64]: BigInt64Array }[
    tensor.dataType
  ];
  if (!make)
    throw unsupported(file, `${name} is of ONNX type ${tensor.dataType}; float32, int32 and int64 can be read`);
  if (raw.length === 0 && tensor.floatData.length + tensor.int32Data.length + tensor.int64Data.length > 0)
    throw unsupported(file, `the numbers of ${name} are not kept as bytes (raw_data)`);
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (!shape.every((extent) => extent >= 0) || count * make.BYTES_PER_ELEMENT !== raw.length)
    throw damaged(file, `${name} is (${shape.join(', ')}) in ${raw.length} bytes`);
  // Copied: what the parser gives is a view on the file, unaligned.
  return { name: tensor.name, shape, data: new make(new Uint8Array(raw).buffer) };
}

function readValue({ name, type }: ValueInfoProto, file: string): OnnxValue {
  if (type?.value.case !== 'tensorType' || type.value.value.elemType !== DataType.FLOAT)
    throw unsupported(file, `${called(name)} is not a tensor of float32`);
  const dimensions = type.value.value.shape?.dim ?? [];
  if (dimensions.length > MOST_AXES) throw damaged(file, `${called(name)} has ${dimensions.length} axes`);
  return {
    name,
    shape: dimensions.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : (value.value ?? ''))),
  };
}

function readNode({ opType, domain, name, input, output, attribute }: NodeProto, file: string): OnnxNode {
  const attributes = attribute.map((given) => [given.name, readAttribute(given, opType, file)] as const);
  return { operator: opType, domain, name, inputs: input, outputs: output, attributes: Object.fromEntries(attributes) };
}

function readAttribute(given: AttributeProto, operator: string, file: string): OnnxAttribute {
  const { type, f, i, s, ints, floats } = given;
  if (type === AttributeType.FLOAT) return f;
  if (type === AttributeType.INT) return { integer: Number(i) };
  if (type === AttributeType.STRING) return new TextDecoder().decode(s);
  if (type === AttributeType.INTS) return ints.map(Number);
  if (type === AttributeType.FLOATS) return { floats };
  throw unsupported(file, `${called(operator)} has an attribute of kind ${type}`);
}

function called(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

function damaged(file: string, how: string, cause?: unknown): ModelError {
  return new ModelError('model/damaged', {
    file,
    cause,
    what: `${file}: this ONNX model is damaged: ${how}.`,
    why: 'What it would compute cannot be trusted.',
    remedy: 'Copy it again from where it was made.',
  });
}

function unsupported(file: string, how: string): ModelError {
  return new ModelError('model/unsupported', {
    file,
    what: `${file}: this ONNX model cannot be used: ${how}.`,
    why: 'A network here is convolutions, norms and weights of float32, in one graph.',
    remedy: 'Use a model that unstained wrote.',
  });
}
