/**
 * Trainings through the built command line, each in a process of its own, with the moment of every step: what the scripts
 * that compare settings and data have in common, and the bundled pairs that they train on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FinishedTraining } from '../src/api/index.ts';

export type Settings = Readonly<Record<string, string>>;

export interface Pair {
  readonly name: 'isl-motor-neurons' | 'allen-dna';
  readonly kind: 'planes' | 'volume';
  /** Signal, targets, weight: as options. */
  readonly images: readonly string[];
  /** What the field itself wants, whatever is studied. */
  readonly settings: Settings;
}

const inRepository = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [neurons, cells] = ['isl-motor-neurons', 'allen-dna'].map((name) => (file: string) => {
  return inRepository(`examples/${name}/${file}`);
});

/** As `demo` has them (src/api/demo.ts). */
export const PAIRS: readonly Pair[] = [
  {
    name: 'isl-motor-neurons',
    kind: 'planes',
    images: [
      '--signal',
      neurons('phase_z{z}.png'),
      '--target',
      `DAPI=${neurons('dapi.png')}`,
      '--target',
      `MAP2=${neurons('map2.png')}`,
      '--target',
      `NFH=${neurons('nfh.png')}`,
    ],
    settings: { 'network.dims': '2', 'network.zAsChannels': 'true', 'split.heldOut': '0.3' },
  },
  {
    name: 'allen-dna',
    kind: 'volume',
    images: ['--signal', cells('light.tif'), '--target', `nuclei=${cells('nuc.tif')}`, '--weight', cells('weight.tif')],
    settings: { 'network.dims': '3', 'split.heldOut': '0.22', loss: 'weighted-mse' },
  },
];

export function asOptions(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
}

export interface Training {
  /** Options of `train`; `--out` is a folder that is removed afterward. */
  readonly options: readonly string[];
  /** Stopped, all saved, when it has computed steps for so long. */
  readonly stopAfterSeconds?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Trained {
  /** Null where it was stopped. */
  readonly result: FinishedTraining | null;
  /** When each step was done, in seconds since the process began. */
  readonly stepsAt: readonly number[];
  /** Peak of the process's memory. */
  readonly peakBytes: number;
}

/** Throws, with what it wrote to stderr, where a training fails. */
export function runTraining({ options, stopAfterSeconds, env = {} }: Training): Trained {
  const dist = inRepository('dist');
  if (!existsSync(dist)) throw new Error('There is no dist: npm run build.');
  const out = mkdtempSync(join(tmpdir(), 'unstained-training-'));
  try {
    const request = { args: ['train', ...options, '--out', join(out, 'run'), '--json'], stopAfterSeconds };
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', CHILD, '--', pathToFileURL(dist).href, JSON.stringify(request)],
      { encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1e9 },
    );
    if (status !== 0) throw new Error(`${request.args.join(' ')}\n${stderr}`);
    return JSON.parse(stdout) as Trained;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** The command line with an ear at its progress. Plain code, since it runs beside nothing but what was built. */
const CHILD = `
  const [dist, request] = process.argv.slice(-2);
  const { args, stopAfterSeconds } = JSON.parse(request);
  const { main } = await import(dist + '/cli/main.js');
  const stepsAt = [];
  let printed = '';
  const io = {
    stdout: { write: (text) => { printed += text; } },
    stderr: process.stderr, env: process.env, isTTY: false, columns: () => 80, rows: () => 24,
    now: () => performance.now(), repeat: () => () => {}, residentBytes: () => process.memoryUsage.rss(),
    onInterrupt: () => () => {}, stopAtOnce: () => process.exit(130),
  };
  const code = await main(args, io, async () => {
    const [verbs, { nodeWorld }] = await Promise.all([import(dist + '/api/index.js'), import(dist + '/node/index.js')]);
    const stop = new AbortController();
    const train = (world, given, call) => verbs.train(world, given, {
      ...call,
      signal: AbortSignal.any([stop.signal, ...(call.signal ? [call.signal] : [])]),
      onProgress(progress) {
        if (progress.task === 'training' && progress.unit === 'steps') {
          stepsAt.push(performance.now() / 1000);
          if (stepsAt.length > 2 && stepsAt.at(-1) - stepsAt[0] > stopAfterSeconds) stop.abort();
        }
        call.onProgress?.(progress);
      },
    });
    return { verbs: { ...verbs, train }, openWorld: nodeWorld };
  });
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  if (code === 0 || code === 75)
    console.log(JSON.stringify({ result: code === 0 ? JSON.parse(printed) : null, stepsAt, peakBytes }));
  process.exitCode = code === 75 ? 0 : code;
`;

/** Seconds between steps, but for the first ones, which also warm up. */
export function stepSeconds({ stepsAt }: Trained): number[] {
  const between = stepsAt.slice(1).map((at, i) => at - stepsAt[i]);
  return between.length > 3 ? between.slice(2) : between;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
