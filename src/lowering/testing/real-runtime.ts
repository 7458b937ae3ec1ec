/** Small ONNX models, computed by ONNX Runtime and by the emulation. */
import { expect, type TestContext } from 'vitest';
import {
  encodeOnnxModel,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from '../../codec/index.ts';
import { random } from '../../core/index.ts';
import { elementCount } from '../../graph/index.ts';
import { emulateOnnx } from './emulate-onnx.ts';

process.env.ORT_DISABLE_TELEMETRY ??= '1'; // read while it loads
const ort = await import('onnxruntime-node');

export type Attributes = Readonly<Record<string, OnnxAttribute>>;
export type Tensors = Record<string, Float32Array>;
export type Shapes = Readonly<Record<string, readonly number[]>>;

export const BLOCKED = 'com.microsoft.nchwc';
const processorsBlock = await probeBlock();
export const B: number = processorsBlock ?? 16;

export function requireBlocks({ skip }: TestContext): void {
  skip(processorsBlock === null, 'ONNX Runtime has no blocked operators on this processor');
}

/** Element 8 of the blocks of 16 channels with two pixels each: channel 8's first pixel if B = 16, 0's second if B = 8. */
export async function probeBlock(): Promise<number | null> {
  const x = { name: 'x', shape: [1, 16, 2, 1] };
  const y = { name: 'y', shape: [1, 16, 2, 1] };
  try {
    const probe = model([x], [node('ReorderInput', ['x'], ['y'], {}, BLOCKED)], [y]);
    const { y: blocked } = await compute(probe, { x: Float32Array.from({ length: 32 }, (_, i) => i) });
    return blocked[8] === 16 ? 16 : blocked[8] === 1 ? 8 : null;
  } catch {
    return null; // the domain is unknown
  }
}

export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes = {},
  domain = '',
): OnnxNode {
  return { operator, domain, name: `${operator}_of_${outputs.join('_')}`, inputs, outputs, attributes };
}

export function model(
  inputs: readonly OnnxValue[],
  nodes: readonly OnnxNode[],
  outputs: readonly OnnxValue[],
  constants: readonly OnnxTensor[] = [],
): OnnxModel {
  return { opsets: { '': 17, [BLOCKED]: 1 }, inputs, outputs, constants, nodes };
}

export function valuesOf(shapes: Shapes): OnnxValue[] {
  return Object.entries(shapes).map(([name, shape]) => ({ name, shape }));
}

export function int64(name: string, ...values: number[]): OnnxTensor {
  return { name, shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export function draw(inputs: readonly OnnxValue[], positive = false): Tensors {
  const source = random(1);
  const next = () => (positive ? 0.5 + source.uniform() : source.normal());
  return Object.fromEntries(
    inputs.map(({ name, shape }) => [name, Float32Array.from({ length: elementCount(shape.map(Number)) }, next)]),
  );
}

export async function compute(onnx: OnnxModel, feeds: Tensors): Promise<Tensors> {
  const session = await ort.InferenceSession.create(encodeOnnxModel(onnx), {
    graphOptimizationLevel: 'disabled', // the nodes as they are
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const tensors = onnx.inputs.map(
    ({ name, shape }) => [name, new ort.Tensor('float32', feeds[name], shape.map(Number))] as const,
  );
  const made = await session.run(Object.fromEntries(tensors));
  const results = onnx.outputs.map(({ name }) => [name, (made[name].data as Float32Array).slice()] as const);
  await session.release();
  return Object.fromEntries(results);
}

/** Float32 sums of at most a few thousand products, against float64. */
export function expectClose(got: Float32Array, wanted: Float32Array): void {
  expect(got.length).toBe(wanted.length);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(got[i] - value)), 0);
  expect(worst / largest).toBeLessThan(1e-5);
}

export async function expectSame(onnx: OnnxModel, feeds: Tensors = draw(onnx.inputs)): Promise<void> {
  const real = await compute(onnx, feeds);
  const emulated = emulateOnnx(onnx, feeds, B);
  expect(Object.keys(emulated)).toEqual(onnx.outputs.map(({ name }) => name));
  for (const { name } of onnx.outputs) expectClose(emulated[name], real[name]);
}

/** The attribute of a Conv in so many groups. */
export const group = (count: number): Attributes => ({ group: { integer: count } });
