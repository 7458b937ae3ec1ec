/**
 * Files that are whole or absent: written under a temporary name in their own folder, flushed to the disk, then given their
 * name. After a kill there is the old file, the new one, or none; what is left over (`unfinished.ts`) is removed when the next
 * file is written to the folder.
 */
import { link, mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ByteSink } from '../io/index.ts';
import { alreadyThere, codeOf, NO_LINKS, told } from './output-errors.ts';
import { exists, removeLeftovers, syncFolder, temporaryName } from './unfinished.ts';

interface Options {
  /** Whether a file of that name may be replaced. */
  readonly overwrite: boolean;
}

/** Throws UsageError usage/output-exists, here or at `finish`; ResourceError resource/disk-full. */
export async function createFile(path: string, { overwrite }: Options): Promise<ByteSink> {
  if (!overwrite && (await exists(path))) throw alreadyThere(path);
  const folder = dirname(path);
  await removeLeftovers(folder);
  const unfinished = temporaryName(path, 'unfinished');
  const handle = await told(path, () => open(unfinished, 'wx'));
  let size = 0;
  let state: 'open' | 'done' = 'open';
  const write = (bytes: Uint8Array, position: number) => writeAll(handle, path, bytes, position);
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

/** At a position, or at the end of a file that was opened to append. */
async function writeAll(handle: FileHandle, path: string, bytes: Uint8Array, position: number | null): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await told(
      path,
      () => handle.write(bytes, at, bytes.length - at, position === null ? null : position + at),
      () => bytes.length - at,
    );
    at += bytesWritten;
  }
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

/** Adds to a file's end, which stays where it was when not all could be added. Throws ResourceError resource/disk-full. */
export async function appendToFile(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await told(path, () => open(path, 'a'));
  try {
    const { size } = await handle.stat();
    await writeAll(handle, path, bytes, null).catch(async (error: unknown) => {
      await handle.truncate(size);
      throw error;
    });
  } finally {
    await handle.close();
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
