/**
 * What is being written, under its temporary name: which process writes it stands in the name, so that what a process left
 * that is gone can be told from what a running one still needs.
 *
 *     .NAME.<host>-<pid>-<id>.unfinished    a file or folder that is not whole
 *     .NAME.<host>-<pid>-<id>.replaced      a folder that is making place for its successor
 */
import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { hasProcess } from './process-identity.ts';

/** A process is known by its number on its machine only; a folder may be shared by several. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

const TEMPORARY = /^\.(.+)\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.(unfinished|replaced)$/;

/** A name beside `path` that nobody else has. */
export function temporaryName(path: string, kind: 'unfinished' | 'replaced'): string {
  return join(dirname(path), `.${basename(path)}.${HOST}-${process.pid}-${randomUUID().slice(0, 8)}.${kind}`);
}

/**
 * Removes what processes of this machine that are gone left in `folder`; a replaced folder without successor comes back.
 * What cannot be removed stays: it is in nobody's way.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const leftover of names) {
    const [, name, host, pid, kind] = TEMPORARY.exec(leftover) ?? [];
    if (host !== HOST || hasProcess(Number(pid))) continue;
    const path = join(folder, leftover);
    const isLast = kind === 'replaced' && !(await exists(join(folder, name)));
    await (isLast ? rename(path, join(folder, name)) : rm(path, { recursive: true, force: true })).catch(
      () => undefined,
    );
  }
}

/** Whether a name is `temporaryName`'s: nobody's output yet, or no more. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Without this the name of a finished file could be lost with the power. Not every system lets folders be opened. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
