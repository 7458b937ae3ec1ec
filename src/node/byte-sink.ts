/**
 * Files that are whole or absent: written under a temporary name in their own folder, flushed to the disk, then given their
 * name. After a kill there is the old file, the new one, or none; what is left over ends in `.unfinished`, says which process
 * left it, and is removed when that process is gone and the next file is written to the folder.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ResourceError, UsageError } from '../core/index.ts';
import type { ByteSink } from '../io/index.ts';

interface Options {
  /** Whether a file of that name may be replaced. */
  readonly overwrite: boolean;
}

/** Throws UsageError usage/output-exists, here or at `finish`; ResourceError resource/disk-full. */
export async function createFile(path: string, { overwrite }: Options): Promise<ByteSink> {
  if (!overwrite && (await exists(path))) throw alreadyThere(path);
  const folder = dirname(path);
  await removeLeftovers(folder);
  const unfinished = join(folder, `.${basename(path)}.${HOST}-${process.pid}-${randomUUID().slice(0, 8)}.unfinished`);
  const handle = await told(path, () => open(unfinished, 'wx'));
  let size = 0;
  let state: 'open' | 'done' = 'open';
  const write = async (bytes: Uint8Array, position: number) => {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await told(path, () => handle.write(bytes, at, bytes.length - at, position + at));
      at += bytesWritten;
    }
  };
  return {
    name: path,
    async append(bytes) {
      await write(bytes, size);
      size += bytes.length;
    },
    overwrite: (offset, bytes) => write(bytes, offset),
    async finish() {
      await told(path, () => handle.sync());
      await handle.close();
      state = 'done';
      try {
        await told(path, () => (overwrite ? rename(unfinished, path) : renameToFree(unfinished, path)));
      } finally {
        await rm(unfinished, { force: true });
      }
      await syncFolder(folder);
    },
    async abandon() {
      if (state === 'done') return;
      state = 'done';
      await handle.close();
      await rm(unfinished, { force: true });
    },
  };
}

/** Renames to a name that nobody has. Throws UsageError usage/output-exists. */
async function renameToFree(from: string, to: string): Promise<void> {
  try {
    await link(from, to); // it fails where the name is taken, a rename would replace what is there
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw alreadyThere(to);
    if (!NO_LINKS.has(codeOf(error))) throw error;
    if (await exists(to)) throw alreadyThere(to);
    await rename(from, to);
  }
}

/** What file systems without hard links say: exFAT on a USB drive, some network drives. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'EMLINK',
]);

/** A process is known by its number on its machine only; a folder may be shared by several. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, host, pid] = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.unfinished$/.exec(name) ?? [];
    if (host === HOST && !isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0); // signal 0 asks, and does nothing
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** A whole file at once. Throws as `createFile` does. */
export async function writeFileWhole(path: string, bytes: Uint8Array, options: Options): Promise<void> {
  const sink = await createFile(path, options);
  try {
    await sink.append(bytes);
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

/** Whether two paths name one file or folder that is there, by links too. */
export async function isSame(path: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([path, other].map((one) => stat(one, { bigint: true }).catch(() => null)));
  return a !== null && b !== null && a.dev === b.dev && a.ino === b.ino;
}

/** A folder with those above it; one that is there is left as it is. */
export async function createFolder(path: string): Promise<void> {
  await told(path, () => mkdir(path, { recursive: true }));
}

/** Without this the name of a finished file could be lost with the power. Not every system lets folders be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function alreadyThere(path: string): UsageError {
  return new UsageError('usage/output-exists', {
    file: path,
    what: `${path} is there already.`,
    why: 'What is there would be lost.',
    remedy: 'Replace it (--overwrite), or take another --out.',
  });
}

/** Turns what the system says into what the user can do. */
async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new ResourceError('resource/disk-full', {
        cause,
        file: path,
        what: `${path}: the disk of ${dirname(path)} is full.`,
        why: 'The file cannot be written; what was there before is untouched.',
        remedy: 'Free some space there, or write elsewhere: --out FOLDER.',
      });
    const reason = REFUSALS[code ?? ''];
    if (reason !== undefined)
      throw new UsageError('usage/output', {
        cause,
        file: path,
        what: `${path} cannot be written: ${reason}.`,
        why: 'The result has nowhere to go.',
        remedy: 'Write to a folder of your own: --out PATH.',
      });
    throw cause;
  }
}

/** What the system's codes mean, where the place is to blame. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the disk can only be read',
};

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
