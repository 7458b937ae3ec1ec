import { expect, it } from 'vitest';
import { conv, input, program } from '../graph/index.ts';
import { lower } from '../lowering/index.ts';
import { startOnnxRuntime } from './index.ts';

const x = input('x', [4, 16, 16, 64, 64]);
const w = input('w', [16, 16, 3, 3, 3]);
const y = conv(x, w, null, { strides: [1, 1, 1], pads: [1, 1, 1] });

it('the main thread goes on while a run computes', async () => {
  const runtime = await startOnnxRuntime({ threads: 1 });
  const session = await runtime.load(lower(program({ y }), runtime.traits));
  let turns = 0;
  let running = true;
  const turn = () => {
    turns++;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await session.run({ x: new Float32Array(4 * 16 ** 2 * 64 ** 2), w: new Float32Array(16 * 16 * 27) });
  running = false;
  expect(turns).toBeGreaterThan(100);
  await runtime.close();
});
it('a feed of another length is refused, and the session goes on', async () => {
  const runtime = await startOnnxRuntime({ threads: 1 });
  const [a, b] = [input('a', [2, 2]), input('b', [2, 2])];
  const session = await runtime.load(lower(program({ sameA: a, sameB: b }), runtime.traits));
  await expect(session.run({ a: new Float32Array(3), b: new Float32Array(4) })).rejects.toThrow(/length/);
  await expect(session.run({ a: new Float32Array(4) })).rejects.toThrow(/b/);
  expect((await session.run({ a: new Float32Array(4), b: Float32Array.of(1, 2, 3, 4) })).sameB[3]).toBe(4);
  await runtime.close();
});
