/**
 * Whether reading data holds training up: seconds a step with patches from many compressed stacks on disk beside those with one
 * stack in memory.
 *
 *     npm run build && npm run bench:data -- [--stacks 40] [--size 65,312,462] [--compression deflate|zstd] [--rounds 5]
 *         [--seconds 120] [--memory 1.4GB] [--folder FOLDER] [--set KEY=VALUE] [--write]
 *
 * The stacks are written into a temporary folder, or kept in FOLDER for the next time. In each round train runs three times in
 * turn, for so many seconds each: on one stack; on all, with an empty cache of decoded voxels (cold); and again on all, with
 * what that left (warm). `--memory` must be less than the voxels of all stacks take and more than the network needs. A step's
 * time is the mean over the second half of the steps, when every stack has been read for the first time, so that a pause
 * counts; the ratio is that of a round, whose processes share the machine's phases; beside it that of all steps. `--write` puts the table into docs/training.md. Run nothing else meanwhile.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createImage } from '../src/api/index.ts';
import { random } from '../src/core/index.ts';
import { channelWith } from '../src/io/index.ts';
import { nodeWorld } from '../src/node/index.ts';
import { quietRunner } from './quiet.ts';
import { average, markdownTable, THREADS, writeSection } from './training-results.ts';
import { asOptions, median, runTraining, stepSeconds } from './trainings.ts';

const { values } = parseArgs({
  options: {
    stacks: { type: 'string', default: '40' },
    size: { type: 'string', default: '65,312,462' },
    compression: { type: 'string', default: 'deflate' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '120' },
    memory: { type: 'string', default: '1.4GB' },
    folder: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
  },
});
const [z, y, x] = values.size.split(',').map(Number);
const stacks = Number(values.stacks);
const seconds = Number(values.seconds);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'unstained-data-'));
const quietly = quietRunner((line) => console.error(line));

const WAYS = ['one', 'cold', 'warm'] as const;
type Way = (typeof WAYS)[number];
interface Measured {
  /** Seconds a step in the second half, and from the third on. */
  readonly step: number;
  readonly all: number;
  readonly first: number;
  readonly peakGB: number;
}

try {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < stacks; i++)
    for (const role of ['signal', 'target']) await writeStack(fileOf(role, i), 2 * i + (role === 'target' ? 1 : 0));
  const rounds: Record<Way, Measured>[] = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    rounds.push(measureRound());
    const { one, cold, warm } = rounds[round - 1];
    console.error(`round ${round}: one ${one.step} s a step, cold ${cold.step}, warm ${warm.step}`);
  }
  const text = tableOf(rounds);
  console.log(text);
  if (values.write) writeSection('data', text);
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

function measureRound(): Record<Way, Measured> {
  const cache = mkdtempSync(join(folder, 'cache-'));
  try {
    const [one, cold, warm] = [1, stacks, stacks].map((count) => measure(count, cache));
    return { one, cold, warm };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

/** Trains on the first `count` stacks. Nothing is kept aside: no measuring in between. */
function measure(count: number, cache: string): Measured {
  const manifest = join(folder, `${count}.csv`);
  const rows = Array.from({ length: count }, (_, i) => `${fileOf('signal', i)},${fileOf('target', i)}`);
  writeFileSync(manifest, ['signal,target', ...rows, ''].join('\n'));
  const settings = { steps: '1000000', 'validate.every': '0', 'checkpoint.every': '1000000' };
  const whole = { 'split.by': 'part', 'split.heldOut': '0' };
  const given = values.set.flatMap((set) => ['--set', set]);
  const options = ['--data', manifest, '--memory', values.memory, ...asOptions({ ...settings, ...whole }), ...given];
  const trained = quietly(() => runTraining({ options, stopAfterSeconds: seconds, env: { UNSTAINED_CACHE: cache } }));
  const steps = stepSeconds(trained);
  return {
    step: rounded(average(steps.slice(steps.length >> 1))),
    all: rounded(average(steps)),
    first: rounded(trained.stepsAt[0]),
    peakGB: rounded(trained.peakBytes / 1e9),
  };
}

function tableOf(rounds: readonly Record<Way, Measured>[]): string {
  const of = (numbers: readonly number[]) =>
    `${median(numbers).toPrecision(3)} (${Math.min(...numbers).toPrecision(3)} to ${Math.max(...numbers).toPrecision(3)})`;
  const names = { one: 'one stack', cold: `${stacks} stacks, cold`, warm: `${stacks} stacks, warm` };
  const rows = WAYS.map((way) => [
    names[way],
    of(rounds.map((round) => round[way].step)),
    way === 'one' ? '' : of(rounds.map((round) => round[way].step / round.one.step)),
    way === 'one' ? '' : of(rounds.map((round) => round[way].all / round.one.all)),
    of(rounds.map((round) => round[way].first)),
    median(rounds.map((round) => round[way].peakGB)).toFixed(2),
  ]);
  const heads = ['data', 'seconds a step', 'ratio', 'of all steps', 'seconds to the first step', 'peak GB'];
  return (
    `${stacks} pairs of ${z}x${y}x${x} uint16, ${values.compression}, within ${values.memory}; ${rounds.length} rounds of ` +
    `${seconds} s, median (least to most); ${THREADS} threads of ${cpus()[0].model.trim()}:\n\n` +
    markdownTable(heads, rows)
  );
}

function fileOf(role: string, i: number): string {
  return join(folder, `${role}-${i}.ome.tif`);
}

/** Waves of its own, and noise of six bits: as hard to decompress as a camera's image. */
async function writeStack(path: string, seed: number): Promise<void> {
  if (existsSync(path)) return;
  const source = random(seed);
  const noise = Uint8Array.from({ length: y * x + 65_536 }, () => source.integer(64));
  const phase = source.integer(100);
  const description = {
    name: path,
    times: 1,
    timeStep: null,
    channels: [channelWith({})],
    size: { z, y, x },
    voxelSize: { z: 0.3, y: 0.3, x: 0.3 },
    type: 'uint16' as const,
  };
  const options = { format: null, compression: values.compression, overwrite: false };
  const sink = await createImage(nodeWorld().output, path, description, options);
  const plane = new Uint16Array(y * x);
  for (let at = 0; at < z; at++) {
    const from = source.integer(65_536);
    for (let row = 0, i = 0; row < y; row++) {
      const wave = 1000 + 300 * Math.sin((row + phase) / 20 + at / 5);
      for (let column = 0; column < x; column++, i++)
        plane[i] = wave + 200 * Math.sin((column - phase) / 15) + noise[from + i];
    }
    await sink.writePlane(plane);
  }
  await sink.finish();
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
