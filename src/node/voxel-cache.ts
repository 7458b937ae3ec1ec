/**
 * Prepared voxels in the user's cache folder:
 *
 *     <folder>/<key>.voxels    the bytes, then the text (JSON), then a footer of 40 bytes: sha256 of all before it, length of the text
 *
 * An entry appears when it is whole and is looked through before it is used. Beyond the limit the least recently used go.
 * Processes may share the folder; an entry that is open stays readable where it is removed.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ResourceError } from '../core/index.ts';
import type { CachedVoxels, VoxelCache } from '../dataset/index.ts';
import { createFile } from './byte-sink.ts';
import { told } from './output-errors.ts';

const FOOTER_BYTES = 40;
const ENDING = '.voxels';
/** What was used so lately may be in use. */
const IN_USE_MS = 3_600_000;
const PIECE_BYTES = 2 ** 22;

/** @param limitBytes of all entries together; those in use stay however large they are */
export function voxelCache(folder: string, limitBytes: number): VoxelCache {
  const place = (key: string) => join(folder, key + ENDING);
  const openEntry = async (path: string): Promise<CachedVoxels | null> => {
    const handle = await open(path, 'r').catch(() => null);
    if (!handle) return null;
    const text = await wholeText(handle).catch(() => null);
    if (text === null) {
      await handle.close();
      await rm(path, { force: true }).catch(() => undefined);
      return null;
    }
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined); // a cache that may only be read is one too
    return {
      text,
      bytes: { read: (offset, target) => readAll(handle, path, offset, target), close: () => handle.close() },
    };
  };
  return {
    find: (key) => openEntry(place(key)),
    async put(key, write) {
      const path = place(key);
      await told(folder, () => mkdir(folder, { recursive: true }));
      await trim(folder, limitBytes);
      const sink = await createFile(path, { overwrite: true });
      try {
        const hash = createHash('sha256');
        const append = async (bytes: Uint8Array) => {
          hash.update(bytes);
          await sink.append(bytes);
        };
        const text = new TextEncoder().encode(await write(append));
        await append(text);
        const footer = new Uint8Array(FOOTER_BYTES);
        footer.set(hash.digest());
        new DataView(footer.buffer).setBigUint64(32, BigInt(text.length), true);
        await sink.append(footer);
        await sink.finish();
      } catch (error) {
        await sink.abandon();
        throw error;
      }
      const entry = await openEntry(path);
      if (entry) return entry;
      throw damaged(path);
    },
    async stamp(path) {
      const found = await stat(path, { bigint: true }).catch(() => null);
      return found?.isFile() ? [found.dev, found.ino, found.size, found.mtimeNs].join(' ') : null;
    },
  };
}

/** The text of an entry whose digest is right; throws or gives null where it is not. */
async function wholeText(handle: FileHandle): Promise<string | null> {
  const { size } = await handle.stat();
  const hash = createHash('sha256');
  const piece = new Uint8Array(PIECE_BYTES);
  const end = size - FOOTER_BYTES;
  if (end < 0) return null;
  for (let at = 0; at < end;) {
    const { bytesRead } = await handle.read(piece, 0, Math.min(PIECE_BYTES, end - at), at);
    if (bytesRead === 0) return null;
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  const footer = new Uint8Array(FOOTER_BYTES);
  await handle.read(footer, 0, FOOTER_BYTES, end);
  if (!hash.digest().equals(footer.subarray(0, 32))) return null;
  const length = Number(new DataView(footer.buffer).getBigUint64(32, true));
  const text = new Uint8Array(length);
  await handle.read(text, 0, length, end - length);
  return new TextDecoder().decode(text);
}

async function readAll(handle: FileHandle, path: string, offset: number, target: Uint8Array): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
    if (bytesRead === 0) throw damaged(path);
    done += bytesRead;
  }
}

function damaged(path: string): ResourceError {
  return new ResourceError('resource/cache', {
    file: path,
    what: `${path} does not give back what was written to it.`,
    why: 'Training reads its voxels from there.',
    remedy: 'Remove the file, and check that disk; another place for the cache: UNSTAINED_CACHE=FOLDER.',
  });
}

async function trim(folder: string, limitBytes: number): Promise<void> {
  const entries = [];
  for (const name of (await readdir(folder)).filter((one) => one.endsWith(ENDING))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found) entries.push({ path, bytes: found.size, used: found.mtimeMs });
  }
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const entry of entries.sort((a, b) => a.used - b.used)) {
    if (bytes <= limitBytes || Date.now() - entry.used < IN_USE_MS) return;
    await rm(entry.path, { force: true }).catch(() => undefined);
    bytes -= entry.bytes;
  }
}
