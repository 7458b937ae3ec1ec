import { expect, it } from 'vitest';
import { add, constant, input, mul, program } from '../graph/index.ts';
import { startOnnxRuntime } from '../node/index.ts';
import { lower } from './index.ts';

it('one tensor may be several results, and an input may be a result', async () => {
  const runtime = await startOnnxRuntime({ threads: 1 });
  const x = input('x', [2]);
  const twice = mul(x, constant(2));
  const session = await runtime.load(lower(program({ twice, again: twice, same: x }), runtime.traits));
  expect(await session.run({ x: Float32Array.of(1, 2) })).toEqual({
    twice: Float32Array.of(2, 4),
    again: Float32Array.of(2, 4),
    same: Float32Array.of(1, 2),
  });
  await runtime.close();
});

it('carried tensors move on from run to run, and those that never change stay', async () => {
  const runtime = await startOnnxRuntime({ threads: 1 });
  const [count, step] = [input('count', [1]), input('step', [1])];
  const counting = program({ now: count }, [
    { input: count, next: add(count, step) },
    { input: step, next: step },
  ]);
  const session = await runtime.load(lower(counting, runtime.traits));
  await session.writeCarried({ count: Float32Array.of(5), step: Float32Array.of(2) });
  await session.run({});
  const { now } = await session.run({});
  expect([...now]).toEqual([7]);
  expect(await session.readCarried()).toEqual({ count: Float32Array.of(9), step: Float32Array.of(2) });
  await runtime.close();
});
