/**
 * Images that a converter made, kept by what they were made of:
 *
 *     <folder>/<key>/conversion.json    size and sha256 of the image, who made it of what
 *     <folder>/<key>/image.ome.tif      or image.ome.zarr
 *
 * An entry appears when it is whole and is looked through before it is used: one that is damaged is made anew. Beyond the
 * limit the least recently used go. Processes may share the folder.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { told } from './output-errors.ts';
import { exists, removeLeftovers, temporaryName } from './unfinished.ts';

export interface ConversionCache {
  /** Path of the image of `key`, made by `make` in the empty folder that it is given where it is not there yet. */
  get(key: string, signal: AbortSignal | undefined, make: (folder: string) => Promise<Made>): Promise<string>;
}

export interface Made {
  /** In the folder. */
  readonly name: string;
  /** For whoever looks into the folder. */
  readonly of: string;
  readonly by: string;
}

interface Entry extends Made {
  readonly schema: 'unstained.conversion/1';
  readonly bytes: number;
  readonly sha256: string;
}

const RECORD = 'conversion.json';
const KEY = /^[0-9a-f]{64}$/;
/** What was used so lately may be in use. */
const IN_USE_MS = 3_600_000;

/** @param limitBytes of all images together; the newest stays however large it is */
export function conversionCache(folder: string, limitBytes: number): ConversionCache {
  return {
    async get(key, signal, make) {
      const place = join(folder, key);
      const kept = await wholeEntry(place, signal);
      if (kept !== null) return kept;
      await told(folder, () => mkdir(folder, { recursive: true }));
      await removeLeftovers(folder);
      const temporary = temporaryName(place, 'unfinished');
      await mkdir(temporary);
      try {
        const made = await make(temporary);
        const entry: Entry = {
          schema: 'unstained.conversion/1',
          ...made,
          ...(await digest(join(temporary, made.name), signal)),
        };
        await writeFile(join(temporary, RECORD), `${JSON.stringify(entry, null, 2)}\n`);
        const winner = await rename(temporary, place).then(
          () => join(place, made.name),
          async (error: unknown) => {
            const other = await wholeEntry(place, signal); // another process was faster
            if (other === null) throw error;
            return other;
          },
        );
        await trim(folder, key, limitBytes);
        return winner;
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    },
  };
}

/** The image of an entry that is as it was made; null, and nothing is left of it, where it is not. */
async function wholeEntry(place: string, signal: AbortSignal | undefined): Promise<string | null> {
  const entry = await recordOf(place);
  if (entry) {
    const found = await digest(join(place, entry.name), signal).catch(() => null);
    signal?.throwIfAborted();
    if (found?.sha256 === entry.sha256) {
      const now = new Date();
      await utimes(join(place, RECORD), now, now).catch(() => undefined); // a cache that may only be read is one too
      return join(place, entry.name);
    }
  }
  await remove(place);
  return null;
}

async function recordOf(place: string): Promise<Entry | null> {
  try {
    const record = JSON.parse(await readFile(join(place, RECORD), 'utf8')) as Partial<Entry> | null;
    const isOurs =
      record?.schema === 'unstained.conversion/1' && ['image.ome.tif', 'image.ome.zarr'].includes(record.name ?? '');
    return isOurs ? (record as Entry) : null;
  } catch {
    return null;
  }
}

/** Away from its name at once, so that nobody finds half of it. */
async function remove(place: string): Promise<void> {
  if (!(await exists(place))) return;
  const away = temporaryName(place, 'unfinished');
  await rename(place, away).catch(() => undefined);
  await rm(away, { recursive: true, force: true });
}

async function trim(folder: string, newest: string, limitBytes: number): Promise<void> {
  const entries = [];
  for (const key of (await readdir(folder)).filter((name) => KEY.test(name))) {
    const record = await recordOf(join(folder, key));
    const used = await stat(join(folder, key, RECORD)).catch(() => null);
    if (record && used) entries.push({ key, bytes: record.bytes, used: used.mtimeMs });
  }
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const entry of entries.sort((a, b) => a.used - b.used)) {
    if (bytes <= limitBytes) return;
    if (entry.key === newest || Date.now() - entry.used < IN_USE_MS) continue;
    await remove(join(folder, entry.key));
    bytes -= entry.bytes;
  }
}

/** Bytes and sha256 of a file, or of all files of a folder with their names. */
export async function digest(path: string, signal?: AbortSignal): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const bytes = await addTo(hash, path, signal);
  return { bytes, sha256: hash.digest('hex') };
}

async function addTo(hash: Hash, path: string, signal?: AbortSignal): Promise<number> {
  let bytes = 0;
  if ((await stat(path)).isDirectory()) {
    for (const name of (await readdir(path)).sort()) {
      hash.update(`${name}\0`);
      bytes += await addTo(hash, join(path, name), signal);
    }
    return bytes;
  }
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, signal })) {
    hash.update(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
  }
  return bytes;
}
