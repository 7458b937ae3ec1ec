/** What the system says when files cannot be written, as what the user can do. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ResourceError, UsageError } from '../core/index.ts';
import { shellWord } from '../io/index.ts';

export function alreadyThere(path: string): UsageError {
  return new UsageError('usage/output-exists', {
    file: path,
    what: `${path} is there already.`,
    why: 'What is there would be lost.',
    remedy: 'Replace it (--overwrite), or give another name.',
  });
}

/**
 * Throws what is no defect of the program: UsageError usage/output, ResourceError resource/disk-full and resource/disk.
 * `bytesLeft` is how many were still to be written, where that is known.
 */
export async function told<T>(path: string, work: () => Promise<T>, bytesLeft?: () => number): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw await diskFull(path, cause, bytesLeft?.() ?? null);
    if (DISK_ERRORS.has(code))
      throw new ResourceError('resource/disk', {
        cause,
        file: path,
        what: `${path} cannot be written: its disk or the network reports an error (${code}).`,
        why: 'What was there before is untouched.',
        remedy: 'Check that the disk is there and sound, or write to another.',
      });
    if (/^https?:\/\//i.test(path))
      throw new UsageError('usage/output', {
        cause,
        file: path,
        what: `${path} cannot be written: it is a web address.`,
        why: 'Images are read from the web, and written to disks.',
        remedy: 'Write to a folder of this machine.',
      });
    const reason = REFUSALS[code ?? ''];
    if (reason !== undefined)
      throw new UsageError('usage/output', {
        cause,
        file: path,
        what: `${path} cannot be written: ${reason}.`,
        why: 'The result has nowhere to go.',
        remedy:
          code === 'ENOENT' ? `Make it first: mkdir ${shellWord(dirname(path))}` : 'Write to a folder of your own.',
      });
    throw cause;
  }
}

const DISK_ERRORS: ReadonlySet<string | undefined> = new Set(['EIO', 'ESTALE', 'ENOTCONN', 'ENODEV', 'ENXIO']);

async function diskFull(path: string, cause: unknown, bytesLeft: number | null): Promise<ResourceError> {
  const folder = dirname(path);
  const what =
    codeOf(cause) === 'EDQUOT' ? `your share of the disk of ${folder} is used up` : `the disk of ${folder} is full`;
  const missing =
    bytesLeft === null ? 0 : Math.max(bytesLeft - (codeOf(cause) === 'EDQUOT' ? 0 : await freeBytes(folder)), 0);
  return new ResourceError('resource/disk-full', {
    cause,
    file: path,
    what: `${path}: ${what}${missing > 0 ? `: ${missing} more bytes are needed there` : ''}.`,
    why: 'The file cannot be written; what was there before is untouched.',
    remedy: 'Free some space there, or write to another disk.',
  });
}

/** On the disk of a folder; 0 where the system does not say. */
async function freeBytes(folder: string): Promise<number> {
  const disk = await statfs(folder).catch(() => null);
  return disk ? disk.bavail * disk.bsize : 0;
}

/** What the system's codes mean, where the place is to blame. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the disk can only be read',
};

/** What file systems without hard links say: exFAT on a USB drive, some network drives. */
export const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'EMLINK',
]);

/** `ENOENT` and the like. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
