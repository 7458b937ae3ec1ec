/** Which process it is: a number is given again to another process when the first is gone, and is known on one machine only. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from './output-errors.ts';

export interface ProcessIdentity {
  readonly host: string;
  /** Tells machines of one name apart; null where the system has no /etc/machine-id. */
  readonly machine: string | null;
  readonly pid: number;
  /** When it started, in ticks since the machine did; null where the system does not say (macOS, Windows). */
  readonly startTicks: number | null;
  /** Of the machine's start; null where not known. */
  readonly boot: string | null;
  /** Whose process numbers these are: each container has its own. Null where not known. */
  readonly pidSpace: string | null;
}

/** This process, or, for tests, another one of this machine. */
export function identifyProcess(pid: number = process.pid): ProcessIdentity {
  return {
    host: hostname(),
    machine: orNull(() => readFileSync('/etc/machine-id', 'utf8').trim() || null),
    pid,
    startTicks: statOf(pid)?.startTicks ?? null,
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidSpace: orNull(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/**
 * Whether a process still runs. `unknown`: it is of another machine, or of another container of this one, and cannot be seen
 * from here. Without /proc a process counts as running while any has its number.
 */
export function stateOfProcess(one: ProcessIdentity): 'running' | 'gone' | 'unknown' {
  const here = identifyProcess();
  if (one.host !== here.host || one.machine !== here.machine) return 'unknown';
  if (one.boot !== here.boot) return here.machine === null ? 'unknown' : 'gone'; // the machine was started again
  if (one.pidSpace !== here.pidSpace) return 'unknown';
  if (!hasProcess(one.pid)) return 'gone';
  const stat = statOf(one.pid);
  if (!stat || one.startTicks === null) return 'running';
  return stat.isDead || stat.startTicks !== one.startTicks ? 'gone' : 'running';
}

export function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0); // signal 0 asks, and does nothing
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** proc(5). A process that ended stays as a zombie until its parent asks for it: in a container that may be never. */
function statOf(pid: number): { readonly isDead: boolean; readonly startTicks: number } | null {
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // the program's name, in brackets, may hold both
  return { isDead: /^[ZXx]/.test(fields[0]), startTicks: Number(fields[19]) };
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
