/**
 * A manifest of many large stacks: how soon training starts, and what it takes in memory beside what one stack takes.
 *
 *     npm run build && npm run bench:stacks -- [--stacks 500] [--size 65,624,924] [--seconds 120] [--memory 4GB]
 *         [--folder FOLDER] [--set KEY=VALUE] [--write]
 *
 * The stacks are sparse files: zeros but for some rows of a few planes, each stack its own. They are written into a temporary
 * folder, or kept in FOLDER for the next time; the cache of voxels is new for each run, and lies there too. The last one is
 * kept aside. Each run is stopped after so many seconds of training. What is measured: the seconds from the start of the
 * process to the first step, the step included, and the peak of its memory. `--write` puts the table into docs/training.md.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from '../src/core/index.ts';
import { channelWith } from '../src/io/index.ts';
import { writeSparseTiff } from './sparse-tiff.ts';
import { markdownTable, THREADS, writeSection } from './training-results.ts';
import { median, runTraining, stepSeconds, type Trained } from './trainings.ts';

const { values } = parseArgs({
  options: {
    stacks: { type: 'string', default: '500' },
    size: { type: 'string', default: '65,624,924' },
    seconds: { type: 'string', default: '120' },
    memory: { type: 'string', default: '4GB' },
    folder: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
  },
});
const [z, y, x] = values.size.split(',').map(Number);
const stacks = Number(values.stacks);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'unstained-stacks-'));
const STRIP_BYTES = 65_536; // as many of them as a strip has
const FILLED_PLANES = 3;

try {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i <= stacks; i++)
    for (const role of ['signal', 'target']) await writeStack(fileOf(role, i), 2 * i + (role === 'target' ? 1 : 0));
  const text = tableOf(measure(1), measure(stacks));
  console.log(text);
  if (values.write) writeSection('stacks', text);
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

/** Trains on the first `count` stacks, and keeps the last aside. */
function measure(count: number): Trained {
  const rows = Array.from({ length: count }, (_, i) => `${fileOf('signal', i)},${fileOf('target', i)},train`);
  const manifest = join(folder, `${count}.csv`);
  writeFileSync(
    manifest,
    ['signal,target,split', ...rows, `${fileOf('signal', stacks)},${fileOf('target', stacks)},val`, ''].join('\n'),
  );
  const cache = mkdtempSync(join(folder, 'cache-'));
  try {
    const settings = ['steps=1000000', 'validate.every=0', 'checkpoint.every=1000000', ...values.set];
    const options = ['--data', manifest, '--memory', values.memory, ...settings.flatMap((set) => ['--set', set])];
    const { seconds } = values;
    return runTraining({ options, stopAfterSeconds: Number(seconds), env: { UNSTAINED_CACHE: cache } });
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

function fileOf(role: string, i: number): string {
  return join(folder, `${role}-${i}.ome.tif`);
}

async function writeStack(path: string, seed: number): Promise<void> {
  if (existsSync(path)) return;
  const source = random(seed);
  const bytes = Uint8Array.from({ length: STRIP_BYTES }, (_, i) => (i % 2 === 0 ? source.integer(256) : 1));
  const planes = Array.from({ length: FILLED_PLANES }, (_, i) => Math.floor(((i + 1) * z) / (FILLED_PLANES + 1)));
  const description = {
    name: path,
    times: 1,
    timeStep: null,
    channels: [channelWith({})],
    size: { z, y, x },
    voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
    type: 'uint16' as const,
  };
  await writeSparseTiff(path, description, { planes, bytes });
}

function tableOf(one: Trained, many: Trained): string {
  const row = (name: string, trained: Trained) => [
    name,
    trained.stepsAt[0].toFixed(1),
    median(stepSeconds(trained)).toPrecision(3),
    `${trained.stepsAt.length}`,
    (trained.peakBytes / 1e9).toFixed(2),
  ];
  const heads = ['stacks', 'seconds to the first step', 'seconds a step', 'steps', 'peak GB'];
  return (
    `${stacks} pairs of ${z}x${y}x${x} uint16, within ${values.memory}, ${values.seconds} s of training; ${THREADS} threads of ` +
    `${cpus()[0].model.trim()}. Beside the memory of one pair: ${((many.peakBytes - one.peakBytes) / 1e9).toFixed(2)} GB.\n\n` +
    markdownTable(heads, [row('1', one), row(`${stacks}`, many)])
  );
}
