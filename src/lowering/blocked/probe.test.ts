import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  type AttributeProto,
  type TensorProto,
} from '../../codec/onnx/onnx_pb.ts';
import type { OnnxAttribute, OnnxModel, OnnxTensor } from '../../codec/index.ts';
import type { LoweredProgram } from '../index.ts';
import { emulateOnnx } from '../testing/emulate-onnx.ts';
import { runtime } from '../testing/expect-blocked.ts';
import { measureConvBlock, type RunOnce } from './probe.ts';

/** A device of this block size. */
function emulated(block: number): RunOnce {
  return async ({ model }, feeds) => emulateOnnx(decodeModel(model), feeds, block);
}

describe('measureConvBlock', () => {
  it.each([8, 16])('finds blocks of %i', async (block) => {
    expect(await measureConvBlock(emulated(block))).toBe(block);
  });
  it('finds none of another size', async () => {
    expect(await measureConvBlock(emulated(4))).toBeNull();
  });
  it.skipIf(process.env.UNSTAINED_BLOCKS === 'off')('finds what the runtime was started with', async () => {
    const here: RunOnce = async (program, feeds) => {
      const session = await runtime.load(program);
      try {
        return await session.run(feeds);
      } finally {
        await session.close();
      }
    };
    expect(await measureConvBlock(here)).toBe(runtime.traits.convBlock);
  });
  it('finds none where the domain is not there', async () => {
    expect(await measureConvBlock(() => Promise.reject(new Error('No opset import for domain')))).toBeNull();
  });
  it.each([8, 16])('finds none where the convolution cannot be run in blocks of %i', async (block) => {
    const device = secondRun(block, () => {
      throw new Error('out of memory');
    });
    expect(await measureConvBlock(device)).toBeNull();
  });
  it.each([
    ['one number is off', (blocked: Float32Array) => blocked.with(400, blocked[400] + 0.1)],
    ['one number is none', (blocked: Float32Array) => blocked.with(400, NaN)],
    ['the last is missing', (blocked: Float32Array) => blocked.subarray(0, -1)],
    ['channels are in another order', (blocked: Float32Array) => blocked.toReversed()],
  ])('finds none where the blocked convolution is wrong: %s', async (_, wrong) => {
    const device = secondRun(16, ({ blocked, plain }) => ({ blocked: wrong(blocked), plain }));
    expect(await measureConvBlock(device)).toBeNull();
  });
  it('takes a convolution that rounds otherwise', async () => {
    const device = secondRun(8, ({ blocked, plain }) => ({
      blocked: blocked.map((value) => value * (1 + 1e-6)),
      plain,
    }));
    expect(await measureConvBlock(device)).toBe(8);
  });
  it.each(['zeros', 'what was fed'])('finds none where the reordering gives %s', async (what) => {
    const device: RunOnce = async (_, { x }) => ({ reordered: what === 'zeros' ? new Float32Array(32) : x });
    expect(await measureConvBlock(device)).toBeNull();
  });
});

/** A device of this block size that spoils the results of the convolution. */
function secondRun(
  block: number,
  spoil: (results: Record<string, Float32Array>) => Record<string, Float32Array>,
): RunOnce {
  return async (program: LoweredProgram, feeds) => {
    const results = await emulated(block)(program, feeds);
    return 'blocked' in results ? spoil(results) : results;
  };
}

/** What `encodeOnnxModel` wrote. */
function decodeModel(bytes: Uint8Array): OnnxModel {
  const { graph, opsetImport } = fromBinary(ModelProtoSchema, bytes);
  if (!graph) throw new Error('The model has no graph.');
  const shaped = (values: typeof graph.input) =>
    values.map(({ name, type }) => {
      const dims = type?.value.case === 'tensorType' ? (type.value.value.shape?.dim ?? []) : [];
      return { name, shape: dims.map(({ value }) => Number(value.value)) };
    });
  return {
    opsets: Object.fromEntries(opsetImport.map(({ domain, version }) => [domain, Number(version)])),
    inputs: shaped(graph.input),
    outputs: shaped(graph.output),
    constants: graph.initializer.map(decodeTensor),
    nodes: graph.node.map(({ opType, domain, name, input, output, attribute }) => ({
      operator: opType,
      domain,
      name,
      inputs: input,
      outputs: output,
      attributes: Object.fromEntries(attribute.map((one) => [one.name, decodeAttribute(one)])),
    })),
  };
}

function decodeTensor({ name, dims, dataType, rawData }: TensorProto): OnnxTensor {
  const { buffer } = rawData.slice(); // from its start: aligned
  const types = { [DataType.FLOAT]: Float32Array, [DataType.INT32]: Int32Array, [DataType.INT64]: BigInt64Array };
  const Numbers = types[dataType as keyof typeof types]; // the three that are written
  return { name, shape: dims.map(Number), data: new Numbers(buffer) };
}

function decodeAttribute({ type, f, i, s, ints, floats }: AttributeProto): OnnxAttribute {
  if (type === AttributeType.FLOAT) return f;
  if (type === AttributeType.INT) return { integer: Number(i) };
  if (type === AttributeType.STRING) return new TextDecoder().decode(s);
  return type === AttributeType.FLOATS ? { floats } : ints.map(Number);
}
