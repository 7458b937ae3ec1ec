/** What the system says when files cannot be written, as what the user can do. */
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

/** Throws UsageError usage/output and ResourceError resource/disk-full for what is no defect of the program. */
export async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new ResourceError('resource/disk-full', {
        cause,
        file: path,
        what: `${path}: the disk of ${dirname(path)} is full.`,
        why: 'The file cannot be written; what was there before is untouched.',
        remedy: 'Free some space there, or write to another disk.',
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

/** What the system's codes mean, where the place is to blame. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the disk can only be read',
};

/** `ENOENT` and the like. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
