/** A run's folder on this computer's disk. */
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { RUN_FILES, RUN_FOLDERS, type RunStore } from '../run/index.ts';
import { appendToFile, createFolder, writeFileWhole } from './byte-sink.ts';
import { codeOf, told } from './output-errors.ts';
import { isRightToReplace, takeLock } from './run-lock.ts';
import { isTemporary, removeLeftovers } from './unfinished.ts';

export function runFolder(folder: string): RunStore {
  const place = (path: string) => join(folder, ...path.split('/'));
  return {
    name: folder,
    async list(path) {
      const names = await namesIn(place(path));
      return names.filter((name) => !isTemporary(name) && !isRightToReplace(name)).sort();
    },
    read: async (path) => new Uint8Array(await readFile(place(path))),
    async writeWhole(path, bytes) {
      await createFolder(dirname(place(path)));
      await writeFileWhole(place(path), bytes, { overwrite: true });
    },
    async append(path, bytes) {
      await createFolder(dirname(place(path)));
      await appendToFile(place(path), bytes);
    },
    remove: (path) => rm(place(path), { force: true }),
    async clear() {
      for (const name of await namesIn(folder))
        if (name !== RUN_FILES.lock && !isTemporary(name))
          await rm(join(folder, name), { recursive: true, force: true });
      await removeLeftovers(folder);
    },
    async lock() {
      const made = await told(folder, () => mkdir(folder, { recursive: true })); // the topmost that was not there
      const lock = await takeLock(place(RUN_FILES.lock), folder);
      // Only a trainer writes there. In a container that is started again it has the number of the one that was killed, so that
      // what that left would never be recognized.
      const checkpoints = place(RUN_FOLDERS.checkpoints);
      for (const name of await namesIn(checkpoints))
        if (isTemporary(name)) await rm(join(checkpoints, name), { force: true });
      return {
        async release() {
          await lock.release();
          if (made !== undefined) await removeEmpty(resolve(folder), resolve(made));
        },
      };
    },
  };
}

/** A folder and those above it, up to `last`, as long as they are empty. */
async function removeEmpty(folder: string, last: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch {
    return; // it is not empty, or is gone
  }
  if (folder !== last) await removeEmpty(dirname(folder), last);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return [];
    throw error;
  }
}
