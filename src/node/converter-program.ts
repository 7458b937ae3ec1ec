/** The user's bfconvert or bioformats2raw: where it is, and how it is run. Never through a shell: a name is a name. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { ImageError } from '../core/index.ts';

export type ConverterKind = 'bfconvert' | 'bioformats2raw';

export interface ConverterProgram {
  readonly kind: ConverterKind;
  readonly command: string;
  /** Before the program's own arguments. */
  readonly prefix: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES = { bfconvert: 'UNSTAINED_BFCONVERT', bioformats2raw: 'UNSTAINED_BIOFORMATS2RAW' } as const;
const KINDS = ['bfconvert', 'bioformats2raw'] as const;
const MAIN_CLASSES = {
  bfconvert: 'loci.formats.tools.ImageConverter',
  bioformats2raw: 'com.glencoesoftware.bioformats2raw.Converter',
} as const;
/** Of what the program prints, for the error. */
const TAIL_LENGTH = 2000;
const isWindows = process.platform === 'win32';

/**
 * The program that `setting` names, else the environment (`UNSTAINED_BFCONVERT`, `UNSTAINED_BIOFORMATS2RAW`), else the PATH;
 * null where there is none. It may be Bio-Formats' `bioformats_package.jar` too.
 * Throws ImageError image/converter where one is named that is not there.
 */
export async function findConverter(setting: string | null, env: Environment): Promise<ConverterProgram | null> {
  if (setting)
    return named(setting, /bioformats2raw/i.test(basename(setting)) ? KINDS[1] : KINDS[0], 'The converter', env);
  for (const kind of KINDS) {
    const path = env[VARIABLES[kind]];
    if (path) return named(path, kind, VARIABLES[kind], env);
  }
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const kind of KINDS)
    for (const folder of folders) {
      const path = join(folder, isWindows ? `${kind}.bat` : kind);
      if (await isProgram(path)) return programAt(path, kind, env);
    }
  return null;
}

async function named(path: string, kind: ConverterKind, by: string, env: Environment): Promise<ConverterProgram> {
  if (await isProgram(path)) return programAt(path, kind, env);
  throw new ImageError('image/converter', {
    file: path,
    what: `${by} is ${path}, which is no program that can be started.`,
    remedy: `Give the path of ${kind}, or none.`,
  });
}

async function isProgram(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) return false;
  const needed = /\.jar$/i.test(path) ? constants.R_OK : constants.X_OK;
  return access(path, needed).then(
    () => true,
    () => false,
  );
}

/** Batch files want a shell, which would take names apart; what they start is started here. */
function programAt(path: string, kind: ConverterKind, env: Environment): ConverterProgram {
  const isBatch = /\.(bat|cmd)$/i.test(path);
  if (!isBatch && !/\.jar$/i.test(path)) return { kind, command: path, prefix: [] };
  const folder = dirname(path);
  const beside = kind === 'bfconvert' ? join(folder, 'bioformats_package.jar') : join(dirname(folder), 'lib', '*');
  const java = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', isWindows ? 'java.exe' : 'java') : 'java';
  return { kind, command: java, prefix: ['-cp', isBatch ? beside : path, MAIN_CLASSES[kind]] };
}

/** The last lines of what it printed, and how it ended. */
export interface Ended {
  /** 0 where all went well; null where it could not be started or was killed. */
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs the program to its end, however long that takes; `signal` kills it with all that it started, and its reason is thrown.
 */
export async function runConverter(
  { command, prefix }: ConverterProgram,
  args: readonly string[],
  { cwd, env, signal }: { readonly cwd: string; readonly env: Environment; readonly signal?: AbortSignal },
): Promise<Ended> {
  signal?.throwIfAborted();
  const child = spawn(command, [...prefix, ...args], {
    cwd,
    env: withUtf8(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !isWindows, // a group of its own: the script starts Java, which has to end with it
    windowsHide: true,
  });
  const kill = () => {
    try {
      if (isWindows || child.pid === undefined) child.kill('SIGKILL');
      else process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  };
  let output = '';
  const keep = (text: string) => (output = (output + text).slice(-TAIL_LENGTH));
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  process.once('exit', kill);
  signal?.addEventListener('abort', kill);
  try {
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', (error) => {
        keep(error.message);
        resolve(null);
      });
      child.once('close', resolve);
    });
    signal?.throwIfAborted();
    return { code, output: output.trim() };
  } finally {
    process.off('exit', kill);
    signal?.removeEventListener('abort', kill);
  }
}

/** In the C locale Java cannot open names that are not ASCII. */
function withUtf8(env: Environment): Environment {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return isWindows || /utf-?8/i.test(locale) ? env : { ...env, LC_ALL: 'C.UTF-8' };
}
