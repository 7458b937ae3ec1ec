/** Runs what an operator was lowered to, and holds it against the reference's float64. */
import { afterAll, expect } from 'vitest';
import { random } from '../../core/index.ts';
import { elementCount, input, program, type Shape, type Tensor } from '../../graph/index.ts';
import { compute } from '../../graph/testing/reference.ts';
import { startOnnxRuntime } from '../../node/index.ts';
import { FASTEST, lower, type FormChoice } from '../index.ts';

const runtime = await startOnnxRuntime({ threads: 2 });
afterAll(() => runtime.close());

interface Settings {
  readonly seed?: number;
  readonly positive?: boolean;
  /** By the blocked forms, where this processor has them; by the generic ones otherwise. */
  readonly blocked?: boolean;
  readonly groupVoxels?: number;
}

/** Expects the lowered program to compute what the equations say, to float32's rounding; returns the forms taken. */
export async function expectLowering<Names extends string>(
  shapes: Record<Names, Shape>,
  build: (inputs: Record<Names, Tensor>) => Tensor,
  { seed = 1, positive = false, blocked = false, groupVoxels = FASTEST.groupVoxels }: Settings = {},
): Promise<readonly FormChoice[]> {
  const source = random(seed);
  const names = Object.keys(shapes) as Names[];
  const inputs = Object.fromEntries(names.map((name) => [name, input(name, shapes[name])])) as Record<Names, Tensor>;
  const fed: Record<string, Float32Array> = {};
  for (const name of names)
    fed[name] = Float32Array.from({ length: elementCount(shapes[name]) }, () =>
      positive ? 0.5 + source.uniform() : source.normal(),
    );
  const y = build(inputs);
  const traits = blocked ? runtime.traits : { ...runtime.traits, convBlock: null };
  const lowered = lower(program({ result: y }), traits, { ...FASTEST, groupVoxels });
  const session = await runtime.load(lowered);
  const [expected] = compute([y], fed);
  const { result: got } = await session.run(Object.fromEntries(names.map((name) => [name, fed[name].slice()])));
  await session.close();
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-30);
  expect(got.length).toBe(expected.length);
  expected.forEach((value, i) => expect(Math.abs(got[i] - value) / largest, `element ${i}`).toBeLessThan(2e-6));
  return lowered.forms;
}
