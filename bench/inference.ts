/**
 * Times the prediction of one block of voxels, or of a batch of them at once, and the process's peak memory.
 *
 *     npx tsx bench/inference.ts [--depth 4] [--channels 32] [--batch 1] [--size 32,64,64] [--inputs 1] [--outputs 1]
 *                                [--repeats 3] [--threads 2]
 */
import { parseArgs } from 'node:util';
import { random } from '../src/core/index.ts';
import { lower } from '../src/lowering/index.ts';
import { inferenceProgram, initialTensors } from '../src/network/index.ts';
import { startOnnxRuntime } from '../src/node/index.ts';

const { values } = parseArgs({
  options: {
    depth: { type: 'string', default: '4' },
    channels: { type: 'string', default: '32' },
    batch: { type: 'string', default: '1' },
    size: { type: 'string', default: '32,64,64' },
    inputs: { type: 'string', default: '1' },
    outputs: { type: 'string', default: '1' },
    threads: { type: 'string' },
    repeats: { type: 'string', default: '3' },
  },
});
const batch = Number(values.batch);
const extents = values.size.split(',').map(Number);
const description = {
  dims: extents.length as 2 | 3,
  depth: Number(values.depth),
  channels: Number(values.channels),
  inputChannels: Number(values.inputs),
  outputChannels: Number(values.outputs),
};
const runtime = await startOnnxRuntime(values.threads === undefined ? {} : { threads: Number(values.threads) });
const started = performance.now();
const source = random(1);
const program = inferenceProgram(description, initialTensors(description, source), { batch, extents });
const session = await runtime.load(lower(program, runtime.traits));
const loaded = performance.now();
const idle = process.resourceUsage().maxRSS;
const voxels = batch * extents.reduce((a, b) => a * b);
const seconds: number[] = [];
for (let run = 0; run <= Number(values.repeats); run++) {
  const signal = Float32Array.from({ length: voxels * description.inputChannels }, () => source.uniform());
  const before = performance.now();
  await session.run({ signal });
  if (run > 0) seconds.push((performance.now() - before) / 1000); // the first also warms up
}
await runtime.close();
const sorted = seconds.toSorted((a, b) => a - b);
const peak = process.resourceUsage().maxRSS;
console.log(
  JSON.stringify({
    ...description,
    batch,
    size: extents,
    threads: runtime.traits.threads,
    loadSeconds: round((loaded - started) / 1000),
    seconds: {
      median: round(sorted[sorted.length >> 1]),
      min: round(sorted[0]),
      max: round(sorted[sorted.length - 1]),
    },
    peakGB: round((peak * 1024) / 1e9),
    bytesPerVoxel: Math.round(((peak - idle) * 1024) / voxels),
  }),
);

function round(value: number): number {
  return Number(value.toPrecision(3));
}
