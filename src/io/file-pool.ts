/** Many files read as if all were open, of which few are: those of a set of hundreds. */
import { damaged } from './refusals.ts';
import type { ByteSource, Files } from './source.ts';

export interface FilePool {
  /** The file at `path`, opened when it is read and the others have made room. Throws as `Files.open` does. */
  source(path: string): Promise<ByteSource>;
  close(): Promise<void>;
}

interface Opened {
  readonly bytes: Promise<ByteSource>;
  readers: number;
}

/** @param most files open at once while nobody reads more */
export function filePool(files: Files, most: number): FilePool {
  const opened = new Map<string, Opened>(); // the last used at the end
  let closed = false;

  async function closeIdle(keep: number): Promise<void> {
    for (const [path, { bytes, readers }] of opened) {
      if (opened.size <= keep) return;
      if (readers > 0) continue;
      opened.delete(path);
      await (await bytes.catch(() => null))?.close();
    }
  }

  async function use<T>(path: string, read: (bytes: ByteSource) => Promise<T>): Promise<T> {
    if (closed) throw new RangeError(`${path}: read after its set was closed`);
    const file = opened.get(path) ?? { bytes: files.open(path), readers: 0 };
    opened.delete(path);
    opened.set(path, file);
    file.readers++;
    try {
      return await read(await file.bytes);
    } catch (error) {
      if (
        await file.bytes.then(
          () => false,
          () => true,
        )
      )
        opened.delete(path);
      throw error;
    } finally {
      file.readers--;
      await closeIdle(closed ? 0 : most);
    }
  }

  return {
    async source(path) {
      const size = await use(path, async (bytes) => bytes.size);
      return {
        name: path,
        size,
        read: (offset, length) =>
          use(path, (bytes) => {
            if (bytes.size !== size) throw damaged(path, `it had ${size} bytes, and has ${bytes.size} now.`);
            return bytes.read(offset, length);
          }),
        close: async () => {},
      };
    },
    async close() {
      closed = true;
      await closeIdle(0);
    },
  };
}
