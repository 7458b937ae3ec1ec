/**
 * The lock that keeps two trainers out of one run's folder: a file with who holds it, there as long as the training is.
 *
 * It is made by `link`, which fails where the name is taken, so that it is never there without its content. A lock whose owner
 * is gone (killed, or the machine was started again) is replaced. Two who find the same dead lock must not both do so: the
 * right to replace it is a lock itself, named by the dead one's id, and who has that right looks again whether the dead lock is
 * still there. Who dies in between leaves a dead right, which is replaced in the same way.
 */
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../core/index.ts';
import { shellWord } from '../io/index.ts';
import type { RunLock } from '../run/index.ts';
import { codeOf, NO_LINKS, told } from './output-errors.ts';
import { identifyProcess, stateOfProcess, type ProcessIdentity } from './process-identity.ts';
import { temporaryName } from './unfinished.ts';

/** What stands in the file. */
export interface LockFile extends ProcessIdentity {
  readonly schema: 'unstained.lock/1';
  /** Of this lock: no other ever has it. */
  readonly id: string;
  /** ISO 8601. */
  readonly since: string;
}

const lockFile: z.ZodType<LockFile> = z.object({
  schema: z.literal('unstained.lock/1'),
  id: z.uuid(), // it becomes a part of a file's name
  host: z.string(),
  machine: z.string().nullable(),
  pid: z.int().positive(),
  startTicks: z.number().nullable(),
  boot: z.string().nullable(),
  pidSpace: z.string().nullable(),
  since: z.iso.datetime(),
});

/** The right to replace the dead lock of an id. */
const RIGHT = /^\.lock-[0-9a-f-]{36}$/;
const rightPath = (lock: string, id: string) => join(dirname(lock), `.lock-${id}`);

/** Whether a name in a run's folder is no file of the run, but of the lock's making. */
export function isRightToReplace(name: string): boolean {
  return RIGHT.test(name);
}

/**
 * Takes the lock at `path` for this process; messages call what it locks `name`.
 * Throws UsageError usage/run-in-use where another holds it, or may hold it.
 */
export async function takeLock(path: string, name: string): Promise<RunLock> {
  const lock = await take(path, name);
  // With the lock taken, nobody needs a right that somebody left who was killed with it.
  const left = (await readdir(dirname(path))).filter(isRightToReplace);
  for (const right of left) await rm(join(dirname(path), right), { force: true });
  return lock;
}

async function take(path: string, name: string): Promise<RunLock> {
  const since = new Date().toISOString();
  const mine: LockFile = { schema: 'unstained.lock/1', id: randomUUID(), ...identifyProcess(), since };
  const written = temporaryName(path, 'unfinished');
  try {
    await told(path, () => writeFile(written, `${JSON.stringify(mine, null, 2)}\n`, { flag: 'wx' }));
    while (!(await makeOrReplace(path, name, written, mine.id)));
  } finally {
    await rm(written, { force: true });
  }
  return {
    async release() {
      const there = await readLock(path);
      if (there !== null && there !== 'unreadable' && there.id === mine.id) await rm(path, { force: true });
    },
  };
}

/** Whether the lock is ours now; false where it changed meanwhile: look again. */
async function makeOrReplace(path: string, name: string, written: string, id: string): Promise<boolean> {
  if (await linkToFree(written, path)) return true;
  const there = await readLock(path);
  if (there === null) return false;
  if (there === 'unreadable') throw unreadable(path, name);
  if (there.id === id) return true; // some network drives make the link and answer that it is there
  const state = stateOfProcess(there);
  if (state !== 'gone') throw inUse(path, name, there, state);
  const right = await take(rightPath(path, there.id), name);
  try {
    // Its owner cannot release it, and nobody else may replace it: if it is still there, it stays until it is replaced.
    const still = await readLock(path);
    if (still === null || still === 'unreadable' || still.id !== there.id) return false;
    await told(path, () => rename(written, path));
    return true;
  } finally {
    await right.release();
  }
}

/** Gives the file a second name; false where that is taken. */
async function linkToFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.has(codeOf(error))) return told(to, () => Promise.reject(error));
  }
  try {
    await writeFile(to, await readFile(from), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    return told(to, () => Promise.reject(error));
  }
}

/** Null where there is none. */
async function readLock(path: string): Promise<LockFile | 'unreadable' | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return lockFile.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

function inUse(path: string, name: string, lock: LockFile, state: 'running' | 'unknown'): UsageError {
  const { pid, host, since } = lock;
  const isRunning = state === 'running';
  const who = pid === process.pid && isRunning ? 'this very process' : `process ${pid} on ${host}`;
  return new UsageError('usage/run-in-use', {
    file: path,
    what: isRunning
      ? `${name} is in use: ${who} trains there since ${since}.`
      : `${name} is in use, or was: ${who} locked it at ${since}; whether that still runs cannot be seen from here.`,
    why: 'Two trainings in one folder would destroy each other’s state.',
    remedy: isRunning
      ? `Wait until it ends; or stop it, it saves its state: kill ${pid}. To train beside it, take another folder: --out FOLDER.`
      : `Look on ${host}: ps -p ${pid}. If it has ended, remove the lock and try again: rm ${shellWord(path)}`,
  });
}

function unreadable(path: string, name: string): UsageError {
  return new UsageError('usage/run-in-use', {
    file: path,
    what: `${path} is there, and does not say who holds it.`,
    why: 'Two trainings in one folder would destroy each other’s state.',
    remedy: `If nothing trains in ${name}, remove it and try again: rm ${shellWord(path)}`,
  });
}
