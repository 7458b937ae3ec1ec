/** A run's folder on this computer's disk. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunStore } from '../run/index.ts';
import { createFolder, writeFileWhole } from './byte-sink.ts';

export function runFolder(folder: string): RunStore {
  const place = (path: string) => join(folder, ...path.split('/'));
  return {
    name: folder,
    async list(path) {
      try {
        return (await readdir(place(path))).sort();
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
        throw error;
      }
    },
    read: async (path) => new Uint8Array(await readFile(place(path))),
    async writeWhole(path, bytes) {
      await createFolder(dirname(place(path)));
      await writeFileWhole(place(path), bytes, { overwrite: true });
    },
    remove: (path) => rm(place(path), { force: true }),
  };
}
