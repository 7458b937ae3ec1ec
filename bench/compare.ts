/**
 * Unstained beside PyTorch: the same network and the same work, in processes that take turns, so that a machine whose speed
 * drifts slows both.
 *
 *     npm run bench -- [--only ROW] [--rounds 3] [--threads 2] [--json]
 *
 * PyTorch comes from PyPI into bench/.torch, a virtual environment that is made at the first run; Debian's python3-torch takes
 * part where it is installed. Of PyTorch the best of its layouts, eager and compiled, counts. Medians of the rounds' medians.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

interface Row {
  readonly name: string;
  readonly work: 'step' | 'inference';
  readonly depth: number;
  readonly channels: number;
  readonly batch: number;
  readonly size: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Timed runs in a round. */
  readonly repeats: number;
}

const paper = { depth: 4, channels: 32, batch: 1, size: '32,64,64', inputs: 1, outputs: 1, repeats: 5 };
const ROWS: readonly Row[] = [
  { ...paper, name: 'step-b1', work: 'step' },
  { ...paper, name: 'step-b4', work: 'step', batch: 4, repeats: 2 },
  { ...paper, name: 'step-b24', work: 'step', batch: 24, repeats: 1 },
  { ...paper, name: 'infer-patch', work: 'inference' },
  { ...paper, name: 'infer-volume', work: 'inference', size: '64,224,336', repeats: 1 },
  { ...paper, name: 'step-small', work: 'step', depth: 3, channels: 8, batch: 8, size: '16,32,32' },
  { ...paper, name: 'step-2d', work: 'step', channels: 16, batch: 8, size: '128,128', inputs: 13, outputs: 3 },
];

interface Timing {
  readonly seconds: number;
  readonly peakGB: number;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const rows = ROWS.filter(({ name }) => values.only === undefined || values.only === name);
if (rows.length === 0) {
  console.error(`There is no row ${values.only}; there are ${ROWS.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const pythons = findPythons();
const results = rows.map((row) => {
  const ours: Timing[] = [];
  const theirs = pythons.map(() => new Map<string, Timing[]>());
  const versions = pythons.map(() => '');
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(timeOurs(row));
    pythons.forEach((python, i) => {
      for (const way of [[], ['--layout', 'channels_last'], ['--compile']]) {
        const timed = timePyTorch(python, row, way);
        if (!timed) continue; // this version, or this machine, cannot do it that way
        versions[i] = timed.version;
        theirs[i].set(way.join(' '), [...(theirs[i].get(way.join(' ')) ?? []), timed]);
      }
    });
  }
  const pytorch = pythons.map((_, i) => {
    const best = [...theirs[i].values()].map(summary).toSorted((a, b) => a.seconds - b.seconds)[0];
    return { version: versions[i], ...best };
  });
  const own = summary(ours);
  const spread = [Math.min(...ours.map(({ seconds }) => seconds)), Math.max(...ours.map(({ seconds }) => seconds))];
  if (!values.json)
    console.log(
      `${row.name.padEnd(13)} ${own.seconds.toFixed(3)} s (${spread.map((s) => s.toFixed(3)).join(' to ')}), ${own.peakGB.toFixed(1)} GB` +
        pytorch.map((p) => `   PyTorch ${p.version} ${p.seconds.toFixed(3)} s, ${p.peakGB.toFixed(1)} GB`).join('') +
        `   ratio ${(pytorch[0].seconds / own.seconds).toFixed(2)}`,
    );
  return { name: row.name, ours: own, pytorch, ratio: pytorch[0].seconds / own.seconds };
});
if (values.json) console.log(JSON.stringify({ schema: 'unstained.bench/1', rows: results }));

function timeOurs(row: Row): Timing {
  const { work, repeats } = row;
  const count =
    work === 'step'
      ? ['--steps', String(repeats), '--patch', row.size, '--batch', String(row.batch)]
      : ['--repeats', String(repeats), '--size', row.size];
  const args = ['--import', 'tsx', here(`./${work}.ts`), ...count, '--threads', values.threads, ...networkArgs(row)];
  const timed = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', cwd: here('..') })) as {
    stepSeconds?: { median: number };
    seconds?: { median: number };
    peakGB: number;
  };
  return { seconds: (timed.stepSeconds ?? timed.seconds)!.median, peakGB: timed.peakGB };
}

function timePyTorch(python: string, row: Row, way: readonly string[]): (Timing & { readonly version: string }) | null {
  const { work, batch, size, repeats } = row;
  const args = [
    here('./pytorch/unet.py'),
    work,
    '--batch',
    String(batch),
    '--size',
    size,
    '--repeats',
    String(repeats),
    '--threads',
    values.threads,
  ];
  try {
    const env = { ...process.env, OMP_NUM_THREADS: values.threads };
    const text = execFileSync(python, [...args, ...networkArgs(row), ...way], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { pytorch, seconds, peakGB } = JSON.parse(text) as { pytorch: string; seconds: number; peakGB: number };
    return { version: pytorch, seconds, peakGB };
  } catch (error) {
    if (way.length === 0) throw error;
    return null;
  }
}

function networkArgs({ depth, channels, inputs, outputs }: Row): string[] {
  return Object.entries({ depth, channels, inputs, outputs }).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

function summary(timings: readonly Timing[]): Timing {
  const seconds = timings.map((timing) => timing.seconds).toSorted((a, b) => a - b);
  return { seconds: seconds[seconds.length >> 1], peakGB: Math.max(...timings.map(({ peakGB }) => peakGB)) };
}

/** PyPI's PyTorch, installed where it is not, then Debian's where there is one. */
function findPythons(): string[] {
  const own = here('./.torch/bin/python');
  if (!existsSync(own)) {
    console.error('Installing PyTorch into bench/.torch (once) ...');
    execFileSync('python3', ['-m', 'venv', here('./.torch')], { stdio: 'inherit' });
    execFileSync(own, ['-m', 'pip', 'install', '--quiet', 'torch', 'numpy'], { stdio: 'inherit' });
  }
  const debian = '/usr/bin/python3';
  try {
    execFileSync(debian, ['-c', 'import torch'], { stdio: 'ignore' });
    return [own, debian];
  } catch {
    return [own];
  }
}
