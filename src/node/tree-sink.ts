/**
 * Folders that are whole or absent: written under a temporary name beside their own, flushed to the disk, then given it.
 *
 * A folder that is replaced is first moved aside, since no system renames one folder over another that holds files. A process
 * that is killed just between the two renames leaves neither under the name: the old one comes back when the next output is
 * written beside it.
 */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../core/index.ts';
import type { TreeSink } from '../io/index.ts';
import { alreadyThere, codeOf, told } from './output-errors.ts';
import { exists, removeLeftovers, syncFolder, temporaryName } from './unfinished.ts';

/**
 * Throws UsageError usage/output-exists, here or at `finish`; usage/output for what is there and no Zarr, which is never
 * replaced; ResourceError resource/disk-full.
 */
export async function createTree(path: string, { overwrite }: { readonly overwrite: boolean }): Promise<TreeSink> {
  const folder = dirname(path);
  await removeLeftovers(folder);
  await requirePlace(path, overwrite);
  const unfinished = temporaryName(path, 'unfinished');
  await told(path, () => mkdir(unfinished));
  let state: 'open' | 'done' = 'open';
  return {
    name: path,
    append: (file, bytes) => told(path, () => appendTo(join(unfinished, ...file.split('/')), bytes)),
    async finish() {
      state = 'done';
      try {
        await told(path, () => syncTree(unfinished));
        await requirePlace(path, overwrite);
        await told(path, () => (overwrite ? replace(unfinished, path) : renameToFree(unfinished, path)));
      } finally {
        await rm(unfinished, { recursive: true, force: true });
      }
      await syncFolder(folder);
    },
    async abandon() {
      if (state === 'done') return;
      state = 'done';
      await rm(unfinished, { recursive: true, force: true });
    },
  };
}

async function appendTo(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'a').catch(async (error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true });
    return open(file, 'a');
  });
  try {
    await handle.appendFile(bytes);
  } finally {
    await handle.close();
  }
}

/** Flushes all files and folders: once, at the end, when the system has written most of them. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else await syncFile(path);
  }
  await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+'); // Windows flushes only what may be written
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives a folder a name that may be another's, which is then removed. */
async function replace(from: string, to: string): Promise<void> {
  if (!(await exists(to))) return renameToFree(from, to);
  const old = temporaryName(to, 'replaced');
  await rename(to, old);
  try {
    await rename(from, to);
  } catch (error) {
    await rename(old, to);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/** A rename fails where a folder of that name has come meanwhile. Throws UsageError usage/output-exists. */
async function renameToFree(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') throw alreadyThere(to);
    throw error;
  }
}

/** Throws UsageError where something is in the way that may not be replaced. */
async function requirePlace(path: string, overwrite: boolean): Promise<void> {
  if (!(await exists(path))) return;
  if (!overwrite) throw alreadyThere(path);
  if (!(await isReplaceable(path)))
    throw new UsageError('usage/output', {
      file: path,
      what: `${path} is there already, and is no Zarr.`,
      why: 'All that is in it would be lost.',
      remedy: 'Remove it yourself if it is of no use, or write to another name.',
    });
}

/** A Zarr says so in its topmost folder; nothing is lost with an empty one. */
async function isReplaceable(path: string): Promise<boolean> {
  if (!(await stat(path)).isDirectory()) return false;
  const names = await readdir(path);
  return names.length === 0 || names.some((name) => ZARR_FILES.has(name));
}

const ZARR_FILES: ReadonlySet<string> = new Set(['zarr.json', '.zgroup', '.zarray']);
