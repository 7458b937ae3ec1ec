/**
 * Times the training step of a network, and the process's peak memory.
 *
 *     npx tsx bench/step.ts [--depth 4] [--channels 32] [--batch 4] [--patch 32,64,64] [--inputs 1] [--outputs 1] [--steps 5]
 *         [--threads N] [--memory GB] [--keep] [--recompute]
 *         [--loss mse|weighted-mse|l1|gaussian] [--clip 1] [--average 0.999] [--freeze]
 *
 * --outputs counts targets; --freeze keeps the encoder as it is.
 * The way of the step is what `train` would choose with that memory; --keep and --recompute choose another.
 */
import { totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { random } from '../src/core/index.ts';
import { lower } from '../src/lowering/index.ts';
import {
  adamNumbers,
  averageDecay,
  encoderParameters,
  firstCarried,
  initialTensors,
  outputsFor,
  trainingProgram,
  type LossKind,
} from '../src/network/index.ts';
import { startOnnxRuntime } from '../src/node/index.ts';
import { planStep } from '../src/training/index.ts';

const { values } = parseArgs({
  options: {
    depth: { type: 'string', default: '4' },
    channels: { type: 'string', default: '32' },
    batch: { type: 'string', default: '4' },
    patch: { type: 'string', default: '32,64,64' },
    inputs: { type: 'string', default: '1' },
    outputs: { type: 'string', default: '1' },
    threads: { type: 'string' },
    memory: { type: 'string' },
    keep: { type: 'boolean', default: false },
    recompute: { type: 'boolean', default: false },
    steps: { type: 'string', default: '5' },
    loss: { type: 'string', default: 'mse' },
    clip: { type: 'string', default: '0' },
    average: { type: 'string', default: '0' },
    freeze: { type: 'boolean', default: false },
  },
});
const patch = values.patch.split(',').map(Number);
const batch = Number(values.batch);
const loss = values.loss as LossKind;
const targets = Number(values.outputs);
const description = {
  dims: patch.length as 2 | 3,
  depth: Number(values.depth),
  channels: Number(values.channels),
  inputChannels: Number(values.inputs),
  outputChannels: outputsFor(loss, targets),
};
const adam = { lr: 1e-3, betas: [0.5, 0.999] as const, eps: 1e-8, weightDecay: 0 };
const average = Number(values.average);
const settings = {
  loss,
  weighted: loss !== 'mse',
  clip: Number(values.clip),
  average: average > 0,
  frozen: values.freeze ? encoderParameters(description) : new Set<string>(),
};
const runtime = await startOnnxRuntime(values.threads === undefined ? {} : { threads: Number(values.threads) });
const started = performance.now();
const memoryBytes = values.memory === undefined ? totalmem() : Number(values.memory) * 1e9;
const [x, y, z = 1] = patch.toReversed();
const way = (bytes: number) => planStep(description, batch, { z, y, x }, bytes, runtime.traits, settings);
// Of memory without end the fastest way needs no more than a third, of twice that only the frugal one does.
const foretold = values.keep ? way(1e15) : values.recompute ? way(2 * way(1e15).bytes) : way(memoryBytes);
const { plan } = foretold;
const lowered = lower(trainingProgram(description, { batch, patch, adam, ...settings }), runtime.traits, plan);
const session = await runtime.load(lowered);
const loaded = performance.now();
const source = random(1);
await session.writeCarried(firstCarried(description, initialTensors(description, source), settings));
const draw = (channels: number) =>
  Float32Array.from({ length: batch * channels * patch.reduce((a, b) => a * b) }, () => source.normal());
const seconds: number[] = [];
for (let step = 1; step <= Number(values.steps) + 1; step++) {
  const [signal, target] = [draw(description.inputChannels), draw(targets)];
  const { rate, epsilon } = adamNumbers(adam, step);
  const feeds = {
    signal,
    target,
    rate: Float32Array.of(rate),
    epsilon: Float32Array.of(epsilon),
    ...(settings.weighted ? { weight: new Float32Array(target.length).fill(1) } : {}),
    ...(average > 0 ? { averageDecay: Float32Array.of(averageDecay(average, step)) } : {}),
  };
  const before = performance.now();
  await session.run(feeds, ['loss']);
  if (step > 1) seconds.push((performance.now() - before) / 1000); // the first also warms up
}
await runtime.close();
const sorted = seconds.toSorted((a, b) => a - b);
const median = sorted[sorted.length >> 1];
console.log(
  JSON.stringify({
    ...description,
    batch,
    patch,
    threads: runtime.traits.threads,
    recompute: plan.recompute,
    foretoldGB: round(foretold.bytes / 1e9),
    loadSeconds: round((loaded - started) / 1000),
    stepSeconds: { median: round(median), min: round(sorted[0]), max: round(sorted[sorted.length - 1]) },
    secondsPerPatch: round(median / batch),
    peakGB: round((process.resourceUsage().maxRSS * 1024) / 1e9),
  }),
);

function round(value: number): number {
  return Number(value.toPrecision(3));
}
