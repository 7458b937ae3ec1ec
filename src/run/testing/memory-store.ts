/** A run's folder in memory, for the tests of what is kept in one. */
import { UsageError } from '../../core/index.ts';
import { RUN_FILES } from '../layout.ts';
import type { RunStore } from '../store.ts';

export function memoryStore(name = 'runs/dna'): RunStore & { readonly files: Map<string, Uint8Array<ArrayBuffer>> } {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    name,
    files,
    async list(folder) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const inside = [...files.keys()].filter((path) => path.startsWith(prefix));
      return [...new Set(inside.map((path) => path.slice(prefix.length).split('/')[0]))].sort();
    },
    async read(path) {
      const bytes = files.get(path);
      if (!bytes) throw new Error(`no file ${path}`);
      return bytes.slice();
    },
    async writeWhole(path, bytes) {
      files.set(path, Uint8Array.from(bytes));
    },
    async append(path, bytes) {
      files.set(path, Uint8Array.from([...(files.get(path) ?? []), ...bytes]));
    },
    async remove(path) {
      files.delete(path);
    },
    async clear() {
      for (const path of files.keys()) if (path !== RUN_FILES.lock) files.delete(path);
    },
    async lock() {
      if (files.has(RUN_FILES.lock)) throw new UsageError('usage/run-in-use', { what: `${name} is in use.` });
      const lock = new Uint8Array();
      files.set(RUN_FILES.lock, lock);
      return {
        async release() {
          if (files.get(RUN_FILES.lock) === lock) files.delete(RUN_FILES.lock);
        },
      };
    },
  };
}
