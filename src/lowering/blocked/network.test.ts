/** Whole steps of small U-Nets in blocked forms: the numbers of the reference, whatever the plan. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../../core/index.ts';
import { elementCount, type Program } from '../../graph/index.ts';
import {
  adamNumbers,
  encoderParameters,
  inferenceProgram,
  initialTensors,
  outputsFor,
  parametersOf,
  trainingProgram,
  type LossKind,
  type NetworkDescription,
  type TrainingSettings,
} from '../../network/index.ts';
import { FASTEST, lowerToModel } from '../index.ts';
import {
  draw,
  emulatedRuns,
  expectSameRuns,
  named,
  referenceRuns,
  requireBlocks,
  runtime,
  sessionRuns,
  type Task,
} from '../testing/expect-blocked.ts';

const optimizer = { lr: 0.001, betas: [0.5, 0.999], eps: 1e-8, weightDecay: 0.01 } as const;

interface Net extends NetworkDescription {
  readonly batch: number;
  readonly patch: readonly number[];
}

function training({ batch, patch, ...description }: Net, more: Partial<TrainingSettings> = {}): Program {
  return trainingProgram(description, { batch, patch, loss: 'weighted-mse', adam: optimizer, ...more });
}

/** Steps of a network in training: moments and statistics are there. */
function steps(net: Net, count: number, more: Partial<TrainingSettings> = {}): Task {
  const whole = training(net, more);
  const shapes = (names: readonly { readonly name: string; readonly shape: readonly number[] }[]) =>
    Object.fromEntries(names.map(({ name, shape }) => [name, shape]));
  const drawn = draw(shapes(whole.carried.map(({ input }) => input)), 3);
  for (const [name, data] of Object.entries(drawn))
    drawn[name] = data.map((value) => (name.startsWith('exp_avg_sq') ? 1e-4 * (0.5 + value ** 2) : 1e-2 * value));
  const weights = initialTensors(net, random(4));
  for (const name of Object.keys(weights)) if (name.endsWith('.bias')) delete weights[name]; // drawn: zeros would move by rounding
  for (const { name, shape } of parametersOf(net))
    if (name.endsWith('.weight') && shape.length > 1) weights[name] = weights[name].map((value) => 5 * value);
  const feeds = Array.from({ length: count }, (_, i) => {
    const { rate, epsilon } = adamNumbers(optimizer, 5 + i);
    const fed = draw(shapes(whole.fed), 10 + i);
    return {
      ...fed,
      ...(fed.weight ? { weight: fed.weight.map(Math.abs) } : {}),
      rate: Float32Array.of(rate),
      epsilon: Float32Array.of(epsilon),
      ...(fed.averageDecay ? { averageDecay: Float32Array.of(0.875) } : {}),
    };
  });
  return { whole, feeds, carried: { ...drawn, ...weights } };
}

const nets: readonly (Net & { readonly name: string })[] = [
  {
    name: '2D, depth 1, 3 channels',
    dims: 2,
    depth: 1,
    channels: 3,
    inputChannels: 1,
    outputChannels: 1,
    batch: 3,
    patch: [4, 6],
  },
  {
    name: '2D, depth 2, 16 channels',
    dims: 2,
    depth: 2,
    channels: 16,
    inputChannels: 3,
    outputChannels: 2,
    batch: 2,
    patch: [4, 8],
  },
  {
    name: '3D, depth 1, 16 channels',
    dims: 3,
    depth: 1,
    channels: 16,
    inputChannels: 1,
    outputChannels: 1,
    batch: 2,
    patch: [4, 2, 2],
  },
  {
    name: '3D, depth 2, 3 channels',
    dims: 3,
    depth: 2,
    channels: 3,
    inputChannels: 2,
    outputChannels: 1,
    batch: 2,
    patch: [4, 4, 8],
  },
  {
    name: '2D, depth 2, 3 channels, four samples',
    dims: 2,
    depth: 2,
    channels: 3,
    inputChannels: 1,
    outputChannels: 1,
    batch: 4,
    patch: [4, 8],
  },
  {
    name: '2D, depth 1, 8 channels, four samples',
    dims: 2,
    depth: 1,
    channels: 8,
    inputChannels: 1,
    outputChannels: 3,
    batch: 4,
    patch: [4, 2],
  },
  {
    name: '3D, depth 1, 3 channels, four samples',
    dims: 3,
    depth: 1,
    channels: 3,
    inputChannels: 1,
    outputChannels: 1,
    batch: 4,
    patch: [2, 4, 2],
  },
  {
    name: '3D, depth 1, 8 channels, four samples',
    dims: 3,
    depth: 1,
    channels: 8,
    inputChannels: 1,
    outputChannels: 1,
    batch: 4,
    patch: [4, 2, 2],
  },
];
const FEW_BYTES = { recompute: true, groupVoxels: 1 };
const plans = [
  FASTEST,
  { ...FASTEST, recompute: true },
  { ...FASTEST, groupVoxels: 1 },
  { recompute: true, groupVoxels: 130 },
];

describe.each(nets)('a step of a U-Net: $name', (net) => {
  const task = steps(net, net.dims === 2 && net.depth === 1 ? 2 : 1);
  const expected = referenceRuns(task);

  it('computes what the equations say, loss, prediction and all that is carried on', () => {
    for (const plan of net.depth === 1 ? plans : [FASTEST, FEW_BYTES])
      expectSameRuns(expected, emulatedRuns(task, 8, plan), 2e-6, `${JSON.stringify(plan)}, `);
  });
  it('does so in blocks of 16', () => {
    for (const plan of net.batch === 4
      ? [FASTEST, { recompute: true, groupVoxels: 2 * elementCount(net.patch) }]
      : [FASTEST])
      expectSameRuns(expected, emulatedRuns(task, 16, plan), 2e-6, `${JSON.stringify(plan)}, `);
  });
  it('does so in ONNX Runtime, in the blocks of this processor', async (context) => {
    requireBlocks(context);
    for (const plan of [FASTEST, FEW_BYTES])
      expectSameRuns(
        expected,
        await sessionRuns(task, runtime.traits.convBlock, plan),
        1e-4,
        `${JSON.stringify(plan)}, `,
      );
  });
  it('has no convolution in any but blocked forms', () => {
    const { forms } = lowerToModel(task.whole, { ...runtime.traits, convBlock: 8 });
    const plain = named(forms).filter(
      (form) => /^conv|^doubling|^affine|^channel(Dot|Sum)/.test(form) && !/blocked/.test(form),
    );
    expect(plain).toEqual([]);
  });
});

it.each(nets.filter(({ batch }) => batch === 4))('samples share blocks, forth and back: $name', (net) => {
  const { forms } = lowerToModel(training(net), { ...runtime.traits, convBlock: 16 });
  const shared = forms.filter(({ form }) => form.includes('side by side')).map(({ operator }) => operator);
  expect(new Set(shared)).toEqual(new Set(['convolution', 'doubling', 'convWeightGradient']));
});

it.each(nets)('a prediction with constant weights is what the equations say: $name', async (net) => {
  const tensors = initialTensors(net, random(4));
  const whole = inferenceProgram(net, tensors, { batch: net.batch, extents: net.patch });
  const shape = [net.batch, net.inputChannels, ...net.patch];
  const task = { whole, feeds: [{ signal: draw({ signal: shape }).signal }], carried: {} };
  const expected = referenceRuns(task);
  for (const block of [8, 16] as const) expectSameRuns(expected, emulatedRuns(task, block), 1e-6);
  if (runtime.traits.convBlock !== null) expectSameRuns(expected, await sessionRuns(task), 1e-5);
});

const settings = fc
  .record({
    loss: fc.constantFrom<LossKind>('mse', 'weighted-mse', 'l1', 'gaussian'),
    weighted: fc.boolean(),
    clip: fc.constantFrom(0, 0.02, 1e6),
    average: fc.boolean(),
    freezeEncoder: fc.boolean(),
    dims: fc.constantFrom(2, 3),
    depth: fc.constantFrom(1, 1, 2),
    channels: fc.constantFrom(1, 3, 4, 8, 12, 16),
    inputChannels: fc.constantFrom(1, 2, 13),
    targets: fc.constantFrom(1, 2, 3),
    batch: fc.constantFrom(1, 2, 4),
    cells: fc.tuple(...[1, 2, 3].map(() => fc.constantFrom(1, 2, 3))),
    plan: fc.record({ recompute: fc.boolean(), groupVoxels: fc.constantFrom(1, 60, 131072) }),
  })
  .map(({ targets, freezeEncoder, dims, depth, channels, inputChannels, batch, cells, plan, ...rest }) => {
    // Three voxels or more on the deepest level: of fewer the norms make plus and minus one, and rounding decides.
    const patch = cells.slice(0, dims).map((count, i) => 2 ** depth * (i === 0 ? Math.max(count, 2) : count + 1));
    const outputChannels = outputsFor(rest.loss, targets);
    const net = { dims, depth, channels, inputChannels, outputChannels, batch, patch } as Net;
    return { net, plan, more: { ...rest, frozen: freezeEncoder ? encoderParameters(net) : new Set<string>() } };
  })
  .filter(({ net: { batch, patch, channels } }) => batch * elementCount(patch) * channels ** 2 <= 10_000); // a second each

describe('a step with any loss, clipped or not, with averages and frozen parameters, of networks of any kind', () => {
  it('computes what the equations say, in blocks of 8 and 16', () =>
    fc.assert(
      fc.property(settings, ({ net, plan, more }) => {
        const task = steps(net, 1, more);
        const expected = referenceRuns(task);
        for (const block of [8, 16] as const) expectSameRuns(expected, emulatedRuns(task, block, plan), 3e-6);
      }),
      { seed: 5, numRuns: 30 },
    ));
  it('does so in ONNX Runtime, by generic forms and in the blocks of this processor', () =>
    fc.assert(
      fc.asyncProperty(settings, async ({ net, plan, more }) => {
        const task = steps(net, 1, more);
        const expected = referenceRuns(task);
        for (const block of new Set([null, runtime.traits.convBlock]))
          expectSameRuns(expected, await sessionRuns(task, block, plan), 1e-4, `in blocks of ${block}: `);
      }),
      { seed: 6, numRuns: 12 },
    ));
});

it('what a step carries has no padding where channels are whole blocks: weights from and to few stay plain', () => {
  const whole = training(nets[2]);
  const { carried } = lowerToModel(whole, { ...runtime.traits, convBlock: 8 });
  for (const { kernel, name, parts } of carried)
    if (kernel === null) expect(parts.map((part) => part.name)).toEqual([name]);
    else
      expect(
        parts.reduce((sum, part) => sum + elementCount(part.shape), 0),
        name,
      ).toBe(elementCount(kernel.shape));
});
