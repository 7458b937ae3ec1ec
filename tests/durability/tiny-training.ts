/** A training of a second on a made-up pair, by the built program in a process of its own that can be stopped at any instant. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { random } from '../../src/core/index.ts';
import { channelWith, createOmeTiff } from '../../src/io/index.ts';
import { createFile } from '../../src/node/byte-sink.ts';
import { checkpointPath } from '../../src/run/index.ts';

export const bin: string = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));
export const isBuilt: boolean = existsSync(bin);

/** Writes `bf.ome.tif` and `dye.ome.tif`: one plane, whose target is a plain function of the signal. */
export async function writePair(folder: string, seed = 1): Promise<void> {
  const source = random(seed);
  const size = { z: 1, y: 48, x: 96 };
  const signal = Float32Array.from({ length: size.y * size.x }, () => source.normal());
  const target = signal.map((value, i) => (value + (signal[i + 1] ?? 0) + (signal[i + size.x] ?? 0)) ** 2);
  for (const [name, data] of [
    ['bf', signal],
    ['dye', target],
  ] as const) {
    const file = await createFile(join(folder, `${name}.ome.tif`), { overwrite: true });
    const channels = [channelWith({ name })];
    const sink = createOmeTiff(file, {
      name,
      channels,
      times: 1,
      timeStep: null,
      type: 'float32',
      size,
      voxelSize: null,
    });
    await sink.writePlane(data);
    await sink.finish();
  }
}

export interface TinyTraining {
  readonly steps: number;
  /** Steps between two saves. */
  readonly every: number;
  /** Patches a step; 2 where nothing is said. */
  readonly batch?: number;
}

function argsOf({ steps, every, batch = 2 }: TinyTraining, out: string, ...settings: string[]): string[] {
  const args =
    `train --signal bf.ome.tif --target dye.ome.tif --out ${out} --threads 1 --dims 2 --depth 1 --channels 4 --patch 16,16 ` +
    `--batch ${batch} --steps ${steps}`;
  return [...args.split(' '), ...[`checkpoint.every=${every}`, ...settings].flatMap((setting) => ['--set', setting])];
}

/** `unstained train` on the pair; `out` is the run's folder. What was kept aside is measured at every fourth save. */
export function trainArgs(training: TinyTraining, out: string): string[] {
  return argsOf(training, out, `validate.every=${4 * training.every}`);
}

/**
 * A training that does not end by itself, however slow who stops it is: `steps` says where it would. Its learning rate does not
 * depend on that, so that going on to fewer steps makes the same of it as beginning with them.
 */
export function endlessArgs(
  { steps = 1e6, ...training }: Partial<TinyTraining> & { every: number },
  out: string,
): string[] {
  return argsOf({ steps, ...training }, out, 'validate.every=0', 'optimizer.schedule=constant');
}

export const resumeArgs = (out: string): string[] => ['train', '--resume', out, '--threads', '1'];

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly err: string;
}

export interface RunningProgram {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Nobody reads what it says any more. */
  stopReading(): void;
  /** When standard error holds `text`, or the program has ended. */
  says(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

const alive = new Set<RunningProgram>();

/** Ends what still runs, as after a test that failed, and removes the folder. */
export async function cleanUp(folder: string): Promise<void> {
  for (const running of alive) running.kill('SIGKILL');
  await Promise.all([...alive].map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
}

/** Starts `unstained` in `folder`. */
export function start(folder: string, args: readonly string[]): RunningProgram {
  const running = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  running.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    running.on('error', reject);
    running.on('close', (code, signal) => resolve({ code, signal, err }));
  });
  const program: RunningProgram = {
    pid: running.pid ?? 0,
    kill: (signal) => void running.kill(signal),
    stopReading: () => void running.stderr.destroy(),
    says: (text) =>
      new Promise((resolve) => {
        const look = () => {
          if (err.includes(text)) resolve();
        };
        running.stderr.on('data', look);
        void ended.then(() => resolve());
        look();
      }),
    ended,
  };
  alive.add(program);
  void ended.finally(() => alive.delete(program));
  return program;
}

/**
 * When the training that was just started in `out` has said in its log that it begins, so that steps are computed; or when it
 * has ended. Give `ms` to be further into them.
 */
export async function steps(folder: string, out: string, { ended }: RunningProgram, ms = 0): Promise<void> {
  const log = join(folder, out, 'log.jsonl');
  const begun = () => (existsSync(log) ? readFileSync(log, 'utf8').split(/"kind":"(?:start|resume)"/).length : 1);
  const before = begun();
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  while (begun() === before && !hasEnded) await sleep(2);
  await sleep(ms);
}

/** Runs a command that must succeed. */
export async function succeed(folder: string, args: readonly string[]): Promise<void> {
  const { code, signal, err } = await start(folder, args).ended;
  if (code !== 0) throw new Error(`unstained ${args.join(' ')} ended with ${code ?? signal}: ${err}`);
}

/** Goes on with a run whose process was killed. One that was killed before there was a run is begun again by its command. */
export function goOn(folder: string, training: TinyTraining, out: string): RunningProgram {
  const has = (file: string) => existsSync(join(folder, out, file));
  if (has('run.json')) return start(folder, resumeArgs(out));
  if (!has('lock')) rmSync(join(folder, out), { recursive: true, force: true }); // it was killed before it wrote
  return start(folder, trainArgs(training, out));
}

/** What equal trainings have in common: the bytes of the last checkpoint, and the losses. */
export interface Outcome {
  readonly checkpoint: string;
  readonly losses: string;
}

export function outcomeOf(folder: string, out: string, { steps }: Pick<TinyTraining, 'steps'>): Outcome {
  return {
    checkpoint: readFileSync(join(folder, out, checkpointPath(steps)), 'latin1'),
    losses: readFileSync(join(folder, out, 'losses.csv'), 'utf8'),
  };
}

/** The checkpoints of a run, oldest first. */
export function checkpointsOf(folder: string, out: string): string[] {
  const checkpoints = join(folder, out, 'checkpoints');
  if (!existsSync(checkpoints)) return [];
  return readdirSync(checkpoints)
    .filter((name) => name.startsWith('step-'))
    .sort()
    .map((name) => join(checkpoints, name));
}
