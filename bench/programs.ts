/** The programs that are compared: Unstained, PyTorch from PyPI, and Debian's where there is one. Each run is a process. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from './rows.ts';
import type { Timing } from './turns.ts';

export interface PyTorch {
  readonly from: 'PyPI' | 'Debian';
  readonly python: string;
  readonly version: string;
  readonly compiles: boolean;
}

type ProcessTiming = Omit<Timing, 'othersCores'>;

const EAGER: Readonly<Record<string, readonly string[]>> = {
  eager: [],
  'eager channels_last': ['--layout', 'channels_last'],
};
const COMPILED: Readonly<Record<string, readonly string[]>> = {
  compiled: ['--compile'],
  'compiled channels_last': ['--compile', '--layout', 'channels_last'],
};

/** Compiling takes a minute or more, and may hang. */
const LIMIT_MS = 600_000;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The ways in which PyTorch may do a row; of a long row's compiled ones only the one that won where `winner` comes from. */
export function waysOf(row: Row, { compiles }: PyTorch, winner: string | undefined): string[] {
  if (!compiles) return Object.keys(EAGER).slice(0, row.waysOf === undefined ? undefined : 1);
  if (row.waysOf === undefined) return Object.keys({ ...EAGER, ...COMPILED });
  return [...new Set([...Object.keys(EAGER), ...(winner === undefined ? [] : [winner])])];
}

export function timeUnstained(row: Row, threads: number): ProcessTiming {
  const { work, batch, repeats } = row;
  const size = row.size.join(',');
  const own = toArguments(work === 'step' ? { steps: repeats, patch: size } : { repeats, size });
  const args = [...own, ...toArguments({ batch, threads, ...networkOf(row) })];
  const printed = runAndParse(process.execPath, ['--import', 'tsx', here(`./${work}.ts`), ...args], process.env) as {
    readonly stepSeconds?: { readonly median: number };
    readonly seconds?: { readonly median: number };
    readonly loadSeconds: number;
    readonly peakGB: number;
  };
  const { median } = (printed.stepSeconds ?? printed.seconds)!; // a step prints the first, a prediction the second
  return { seconds: median, loadSeconds: printed.loadSeconds, peakGB: printed.peakGB };
}

export function timePyTorch({ python }: PyTorch, way: string, row: Row, threads: number): ProcessTiming {
  const { work, batch, repeats } = row;
  const options = toArguments({ size: row.size.join(','), batch, repeats, threads, ...networkOf(row) });
  const env = {
    ...process.env,
    OMP_NUM_THREADS: String(threads),
    // What it compiled is found again in the next round; apart for each number of threads, which is part of the code.
    TORCHINDUCTOR_CACHE_DIR: here(`./.torch/inductor-${threads}`),
  };
  const args = [here('./pytorch/unet.py'), work, ...options, ...{ ...EAGER, ...COMPILED }[way]];
  return runAndParse(python, args, env) as ProcessTiming;
}

function networkOf({ depth, channels, inputs, outputs }: Row): Record<string, number> {
  return { depth, channels, inputs, outputs };
}

function toArguments(options: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** Its last line is JSON. */
function runAndParse(program: string, args: readonly string[], env: NodeJS.ProcessEnv): unknown {
  const { error, signal, status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    cwd: here('..'),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    maxBuffer: 2 ** 28,
  });
  if (error && 'code' in error && error.code === 'ETIMEDOUT') throw new Error(`took over ${LIMIT_MS / 60_000} minutes`);
  if (error) throw error;
  if (status !== 0) {
    const lines = stderr.trim().split('\n');
    const why = lines.findLast((line) => /error|killed|memory/i.test(line)) ?? lines.at(-1) ?? '';
    throw new Error(`${signal ?? `exit ${status}`}, ${why.trim()}`);
  }
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** PyPI's PyTorch, installed where it is not, then Debian's where there is one. */
export function findPyTorches(): PyTorch[] {
  const own = here('./.torch/bin/python');
  if (!existsSync(own)) execFileSync('python3', ['-m', 'venv', here('./.torch')], { stdio: 'inherit' });
  if (!aboutTorch(own)) {
    // PyPI's wheel for Linux brings CUDA's libraries along, which cost gigabytes of disk but no time.
    console.error('Installing PyTorch into bench/.torch (once) ...');
    const install = ['-m', 'pip', 'install', '--quiet', 'torch', 'numpy'];
    execFileSync(own, install, { stdio: ['ignore', 2, 2] }); // what is printed to stdout may be read as JSON
  }
  const pypi = aboutTorch(own);
  if (!pypi) throw new Error('bench/.torch has no PyTorch that starts: remove that folder, and run this again.');
  const system = '/usr/bin/python3';
  const debian = existsSync(system) ? aboutTorch(system) : null;
  return [
    { from: 'PyPI', python: own, ...pypi },
    ...(debian
      ? [{ from: 'Debian' as const, python: system, ...debian, version: debianVersion() ?? debian.version }]
      : []),
  ];
}

function aboutTorch(python: string): { readonly version: string; readonly compiles: boolean } | null {
  const code = `import torch; print(torch.__version__, hasattr(torch, 'compile'))`;
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  if (status !== 0) return null;
  const [version, compiles] = stdout.trim().split(' ');
  return { version: version.split('+')[0], compiles: compiles === 'True' };
}

/** Debian's 1.13.1 says of itself that it is 1.13.0a0. */
function debianVersion(): string | null {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'python3-torch'], { encoding: 'utf8' });
  return status === 0 ? stdout.split(/[+-]/)[0] : null;
}
