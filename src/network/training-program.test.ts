import { describe, expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { elementCount, rootsOf, type Program } from '../graph/index.ts';
import { compute } from '../graph/testing/reference.ts';
import {
  adamNumbers,
  averageName,
  encoderParameters,
  firstCarried,
  inferenceProgram,
  initialTensors,
  parametersOf,
  trainingProgram,
  type TrainingSettings,
} from './index.ts';

const net = { dims: 2, depth: 1, channels: 2, inputChannels: 1, outputChannels: 2 } as const;
const batch = 2;
const patch = [4, 6];
const adam = { lr: 0.01, betas: [0.5, 0.999], eps: 1e-8, weightDecay: 0 } as const;

const source = random(5);
const draw = (count: number) => Float32Array.from({ length: count }, () => source.normal());
const signal = draw(batch * elementCount(patch));
const target = draw(2 * batch * elementCount(patch));
/** A network that has seen something: statistics and biases are not 0 and 1. */
const network = Object.fromEntries(
  Object.entries(initialTensors(net, source)).map(([name, data]) => [
    name,
    name.endsWith('running_var')
      ? data.map(() => 0.5 + source.uniform())
      : data.map((value) => 5 * value + 0.2 * source.normal()),
  ]),
);

/** By name what a step gives and what it carries on. */
function step(settings: Partial<TrainingSettings>): Readonly<Record<string, Float64Array>> {
  const whole: Program = trainingProgram(net, { batch, patch, loss: 'mse', adam, ...settings });
  const { rate, epsilon } = adamNumbers(adam, 1);
  const fed = { signal, target, rate: [rate], epsilon: [epsilon], averageDecay: [0.75] };
  const values = compute(rootsOf(whole), { ...firstCarried(net, network, settings), ...fed });
  const names = [...Object.keys(whole.results), ...whole.carried.map(({ input }) => input.name)];
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

describe('frozen parameters', () => {
  it('all of them: the network is the one that predicts, and nothing moves', () => {
    const frozen = new Set(parametersOf(net).map(({ name }) => name));
    const { loss, prediction, ...carried } = step({ frozen, clip: 1, average: true });
    const extents = { batch, extents: patch };
    const [expected] = compute([inferenceProgram(net, network, extents).results.prediction], { signal });
    const largest = Math.max(...expected.map(Math.abs));
    prediction.forEach((value, i) => expect(Math.abs(value - expected[i]) / largest).toBeLessThan(1e-6)); // folded in float32
    expect(loss[0]).toBeGreaterThan(0);
    expect(Object.keys(carried).toSorted()).toEqual(['gradientNorm', ...Object.keys(network)].toSorted());
    for (const name of Object.keys(network)) expect([...carried[name]]).toEqual([...network[name]]);
  });
  it('of the encoder: gradients of the rest are what they are when all is trained, given the same features', () => {
    const norms = [...encoderParameters(net)].filter((name) => /\.bn\d\./.test(name));
    const all = step({ frozen: new Set(norms), showGradients: true }); // the encoder's norms are fixed maps in both
    const some = step({ frozen: encoderParameters(net), showGradients: true });
    const names = Object.keys(some).filter((name) => name.startsWith('gradient '));
    expect(names).toContain('gradient net_recurse.convt.weight');
    expect(names).not.toContain('gradient net_recurse.conv_down.weight');
    for (const name of names) expect([...some[name]]).toEqual([...all[name]]);
  });
});

it('a gradient that is not too long is left alone: the step is the same', () => {
  const free = step({});
  expect(free.gradientNorm).toBeUndefined();
  const { gradientNorm, ...clipped } = step({ clip: 1e3 });
  expect(gradientNorm[0]).toBeGreaterThan(0);
  expect(gradientNorm[0]).toBeLessThan(1e3);
  expect(clipped).toEqual(free);
});
it('the norm is that of the gradients that are shown', () => {
  const { gradientNorm, ...shown } = step({ clip: 0.01, showGradients: true });
  const squares = Object.entries(shown)
    .filter(([name]) => name.startsWith('gradient '))
    .map(([, values]) => values.reduce((sum, value) => sum + value ** 2, 0));
  expect(gradientNorm[0]).toBeCloseTo(Math.sqrt(squares.reduce((a, b) => a + b)), 6);
});
it('averages go a quarter of the way at a decay of 0.75, statistics too, and change nothing else', () => {
  const plain = step({});
  const averaged = step({ average: true });
  for (const [name, before] of Object.entries(network)) {
    expect(averaged[name]).toEqual(plain[name]);
    averaged[averageName(name)].forEach((value, i) =>
      expect(value).toBeCloseTo(0.75 * before[i] + 0.25 * plain[name][i], 10),
    );
  }
});
