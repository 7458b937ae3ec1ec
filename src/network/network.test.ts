import { afterAll, describe, expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { lower } from '../lowering/index.ts';
import { startOnnxRuntime } from '../node/index.ts';
import { inferenceProgram, initialTensors, parameterCount, parametersOf, reachOf, trainingProgram } from './index.ts';

const paper = { dims: 3, depth: 4, channels: 32, inputChannels: 1, outputChannels: 1 } as const;
const runtime = await startOnnxRuntime({ threads: 1 });
afterAll(() => runtime.close());

describe('the network of the paper', () => {
  it('has 23,280,769 parameters in 106 tensors', () => {
    expect(parameterCount(paper)).toBe(23_280_769);
    expect(parametersOf(paper)).toHaveLength(106);
  });
  it('gives a prediction of the extents of its input', () => {
    const { results } = trainingProgram(paper, {
      batch: 2,
      patch: [16, 32, 32],
      loss: 'mse',
      adam: { betas: [0.5, 0.999], weightDecay: 0 },
    });
    expect(results.prediction.shape).toEqual([2, 1, 16, 32, 32]);
  });
  it('refuses extents that are no multiple of 2^depth', () =>
    expect(() =>
      inferenceProgram(paper, initialTensors(paper, random(1)), { batch: 1, extents: [16, 24, 32] }),
    ).toThrow(/shapes/));
});

describe.each([0, 1, 2, 3])('at depth %i', (depth) => {
  it('the reach is the largest distance at which a voxel changes a prediction, measured', async () => {
    const description = { dims: 2, depth, channels: 2, inputChannels: 1, outputChannels: 1 } as const;
    const tensors = initialTensors(description, random(3));
    // All weights positive and inputs too: no ReLU closes, every path counts.
    for (const [name, values] of Object.entries(tensors))
      if (name.includes('conv')) tensors[name] = values.map((value) => Math.abs(value) + 0.05);
    const length = 4 * 2 ** Math.ceil(Math.log2(reachOf(description)));
    const session = await runtime.load(
      lower(inferenceProgram(description, tensors, { batch: 1, extents: [2 ** depth, length] }), runtime.traits),
    );
    const predict = async (changed: number) => {
      const signal = new Float32Array(2 ** depth * length).fill(1);
      if (changed >= 0) signal[changed] = 1e6;
      return (await session.run({ signal })).prediction;
    };
    const before = await predict(-1);
    let reach = 0;
    for (let voxel = length / 2; voxel < length / 2 + 2 ** depth; voxel++)
      (await predict(voxel)).forEach((value, i) => {
        if (value !== before[i]) reach = Math.max(reach, Math.abs((i % length) - voxel));
      });
    await session.close();
    expect(reach).toBe(reachOf(description));
  });
});

it('the same seed draws the same network, another seed another', () => {
  const small = { ...paper, depth: 1, channels: 2 };
  expect(initialTensors(small, random(7))).toEqual(initialTensors(small, random(7)));
  expect(initialTensors(small, random(7))).not.toEqual(initialTensors(small, random(8)));
});
