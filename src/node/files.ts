/** Files of this machine and of web servers, for the formats of `io`. */
import { open, opendir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ImageError } from '../core/index.ts';
import { filesAndUrls, httpFiles, type ByteSource, type Files } from '../io/index.ts';

/** Node reads at most 2^31 - 1 bytes in one call. */
const MOST_AT_ONCE = 2 ** 30;

const diskFiles: Files = {
  async kind(path) {
    const found = await stat(path).catch(() => null);
    return found && (found.isDirectory() ? 'folder' : 'file');
  },
  async list(folder) {
    const names = await readdir(folder).catch((cause: unknown) => {
      throw unreadable(folder, 'read', cause);
    });
    return names.sort();
  },
  open: openFile,
  split: (path) => ({ folder: dirname(path), name: basename(path) }),
  join,
};

/** Files by paths of this machine, or by http(s) addresses. */
export const nodeFiles: Files = filesAndUrls(diskFiles, httpFiles({ fetch }));

/** Throws ImageError: image/missing, image/unreadable where the system refuses. */
async function openFile(path: string): Promise<ByteSource> {
  const handle = await open(path, 'r').catch(async (cause: unknown) => {
    throw await notOpened(path, cause);
  });
  const found = await handle.stat();
  if (!found.isFile()) {
    await handle.close();
    throw new ImageError('image/missing', {
      file: path,
      what: `${path} is ${found.isDirectory() ? 'a folder' : 'not a file'}.`,
      remedy: 'Name a file.',
    });
  }
  const { size } = found;
  let closed = false;
  const readInto = async (offset: number, target: Uint8Array) => {
    const { length } = target;
    for (let done = 0; done < length;) {
      const { bytesRead } = await handle
        .read(target, done, Math.min(length - done, MOST_AT_ONCE), offset + done)
        .catch((cause: unknown) => {
          throw unreadable(path, 'read', cause);
        });
      if (bytesRead === 0) throw shortRead(path, offset + done, offset + length);
      done += bytesRead;
    }
  };
  return {
    name: path,
    size,
    readInto,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      await readInto(offset, bytes);
      return bytes;
    },
    async close() {
      if (closed) return;
      closed = true;
      await handle.close();
    },
  };
}

function shortRead(file: string, at: number, end: number): ImageError {
  return new ImageError('image/truncated', {
    file,
    at,
    what: `${file}: bytes up to ${end} were to be read; the file ends at ${at}.`,
    why: 'Zeros would stand where data is missing.',
    remedy: 'Copy it again from where it was made; if it is still being written, wait until it is.',
  });
}

function unreadable(path: string, verb: 'opened' | 'read', cause: unknown): ImageError {
  return new ImageError('image/unreadable', {
    file: path,
    cause,
    what: `${path} cannot be ${verb}: ${REASONS[codeOf(cause)] ?? (codeOf(cause) || String(cause))}.`,
    remedy: 'Check that you may read it, and that its disk is there.',
  });
}

/** What the system's codes mean. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EIO: 'its disk or the network reports an error (EIO)',
};

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

async function notOpened(path: string, cause: unknown): Promise<ImageError> {
  if (!['ENOENT', 'ENOTDIR'].includes(codeOf(cause))) return unreadable(path, 'opened', cause);
  const [, scheme] = /^(\w{2,}:)\/\//.exec(path) ?? [];
  if (scheme !== undefined)
    return new ImageError('image/missing', {
      file: path,
      cause,
      what: `${path}: addresses with ${scheme} are not read.`,
      remedy: 'Give the path of the file on this machine, or an address with https: or http:.',
    });
  const near = await namesNear(path);
  const folder = dirname(path);
  return new ImageError('image/missing', {
    file: path,
    cause,
    what: `${path} does not exist.`,
    remedy:
      near === null
        ? `There is no folder ${folder} either.`
        : near.length > 0
          ? `Did you mean ${near.map((name) => join(folder, name)).join(' or ')}?`
          : 'Check the path.',
  });
}

/** Folders of chunks have hundreds of thousands of names, and many a chunk is not there: the first are looked at. */
const MOST_NAMES = 1000;

/** Up to three names in the folder that are alike but for a few letters in one place; null without the folder. */
async function namesNear(path: string): Promise<string[] | null> {
  const wanted = basename(path).toLowerCase();
  const folder = await opendir(dirname(path)).catch(() => null);
  if (!folder) return null;
  const names: string[] = [];
  for await (const { name } of folder) if (names.push(name) === MOST_NAMES) break; // which closes it
  const ranked = names.map((name) => ({ name, shared: sharedEnds(wanted, name.toLowerCase()) }));
  return ranked
    .filter(({ shared }) => shared >= 0.7)
    .sort((a, b) => b.shared - a.shared || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** How much of the longer name its beginning and end share with the other, 0 to 1. */
function sharedEnds(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < shorter && a[prefix] === b[prefix]) prefix++;
  let suffix = 0;
  while (suffix < shorter - prefix && a.at(-1 - suffix) === b.at(-1 - suffix)) suffix++;
  return (prefix + suffix) / Math.max(a.length, b.length);
}
