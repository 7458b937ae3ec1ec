/** Files and sinks in memory, for tests. What is read is counted. */
import { ImageError } from '../../core/index.ts';
import type { ByteSink, ByteSource, Files, TreeSink } from '../source.ts';

export interface MemoryFiles extends Files {
  /** Bytes read so far. */
  bytesRead(): number;
  /** Files that are open. */
  openFiles(): number;
}

/** Files by path, `/` between names. */
export function memoryFiles(contents: Readonly<Record<string, Uint8Array>>): MemoryFiles {
  let bytesRead = 0;
  let openFiles = 0;
  const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const namesIn = (folder: string): string[] => {
    const below = Object.keys(contents).filter((path) => folder === '' || path.startsWith(`${folder}/`));
    const names = below.map((path) => (folder === '' ? path : path.slice(folder.length + 1)).split('/')[0]);
    return [...new Set(names)].sort();
  };
  return {
    bytesRead: () => bytesRead,
    openFiles: () => openFiles,
    kind: async (path) => {
      if (path in contents) return 'file';
      return namesIn(path).length > 0 ? 'folder' : null;
    },
    list: async (folder) => namesIn(folder),
    async open(path): Promise<ByteSource> {
      const bytes = contents[path];
      if (!bytes)
        throw new ImageError('image/missing', {
          file: path,
          what: `${path} does not exist.`,
          remedy: 'Check the path.',
        });
      openFiles++;
      let closed = false;
      return {
        name: path,
        size: bytes.length,
        async read(offset, length) {
          bytesRead += length;
          if (offset + length > bytes.length)
            throw new ImageError('image/truncated', { file: path, what: `${path} ends at byte ${bytes.length}.` });
          return bytes.slice(offset, offset + length);
        },
        async close() {
          if (!closed) openFiles--;
          closed = true;
        },
      };
    },
    split: (path) => ({ folder: folderOf(path), name: nameOf(path) }),
    join: (folder, name) => (folder === '' ? name : `${folder}/${name}`),
  };
}

/** A sink whose bytes can be looked at. */
export function memorySink(): ByteSink & { bytes(): Uint8Array; state(): 'open' | 'finished' | 'abandoned' } {
  let written = new Uint8Array(0);
  let state: 'open' | 'finished' | 'abandoned' = 'open';
  return {
    name: 'out.ome.tif',
    bytes: () => written,
    state: () => state,
    async append(bytes) {
      const longer = new Uint8Array(written.length + bytes.length);
      longer.set(written);
      longer.set(bytes, written.length);
      written = longer;
    },
    async overwrite(offset, bytes) {
      written.set(bytes, offset);
    },
    async finish() {
      state = 'finished';
    },
    async abandon() {
      if (state === 'open') state = 'abandoned';
    },
  };
}

/** A tree whose files can be looked at, by path. */
export function memoryTree(): TreeSink & {
  files(): Record<string, Uint8Array<ArrayBuffer>>;
  state(): 'open' | 'finished' | 'abandoned';
} {
  const written = new Map<string, number[]>();
  let state: 'open' | 'finished' | 'abandoned' = 'open';
  return {
    name: 'out.ome.zarr',
    files: () => Object.fromEntries([...written].map(([path, bytes]) => [path, Uint8Array.from(bytes)])),
    state: () => state,
    async append(path, bytes) {
      const file = written.get(path) ?? [];
      for (const byte of bytes) file.push(byte);
      written.set(path, file);
    },
    async finish() {
      state = 'finished';
    },
    async abandon() {
      if (state === 'open') state = 'abandoned';
    },
  };
}
