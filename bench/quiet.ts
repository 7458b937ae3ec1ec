/**
 * What other programs take of the processor. PyTorch's threads wait for each other at the end of every operator: where
 * another program holds one of them up, even one of the lowest priority, a step takes ten times as long and more, which
 * says nothing about PyTorch. So each process waits until the machine is quiet, and what others took all the same is
 * part of the result. Linux only; elsewhere nothing is known, and nothing waited for.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Timing } from './turns.ts';

/** More of a core than this, and a timing is disturbed. */
export const DISTURBING_CORES = 0.15;

const SAMPLE_MS = 500;
const PATIENCE_MS = 600_000; // of all waits together: a machine that is never quiet shall not hold up the comparison
const TRIES = 3;
const TICKS_PER_SECOND = 100;

/**
 * Makes a function that runs one process when the machine is quiet, again where others came in between, and adds to its
 * result how many cores they took.
 */
export function quietRunner(note: (line: string) => void): <T>(run: () => T) => T & Pick<Timing, 'othersCores'> {
  let patience = PATIENCE_MS;
  const waitForQuiet = () => {
    const before = patience;
    while (patience > 0 && watch(() => sleep(SAMPLE_MS)).othersCores > DISTURBING_CORES) {
      if (patience === before) note('waits: other programs are running');
      sleep(SAMPLE_MS);
      patience -= 2 * SAMPLE_MS;
    }
    if (before > 0 && patience <= 0) note('waits no longer: other programs run on, and disturb what is measured');
  };
  const runWhenQuiet = <T>(run: () => T) => {
    waitForQuiet();
    return watch(run);
  };
  return (run) => {
    let calmest = runWhenQuiet(run);
    for (let tries = 1; tries < TRIES && patience > 0 && calmest.othersCores > DISTURBING_CORES; tries++) {
      note(`once more: others took ${calmest.othersCores} cores meanwhile`);
      const again = runWhenQuiet(run);
      if (again.othersCores < calmest.othersCores) calmest = again;
    }
    return { ...calmest.result, othersCores: calmest.othersCores };
  };
}

function watch<T>(run: () => T): { readonly result: T; readonly othersCores: number } {
  const [began, start] = [performance.now(), othersSeconds()];
  const result = run();
  const cores = (othersSeconds() - start) / ((performance.now() - began) / 1000);
  return { result, othersCores: Math.max(0, Number(cores.toFixed(2))) };
}

/** Processor time of the whole machine since its start, less that of this process and the children it waited for. */
function othersSeconds(): number {
  if (!existsSync('/proc/stat')) return 0;
  const [user, nice, system, , , irq, softirq, steal] = numbers(readFileSync('/proc/stat', 'utf8').split('\n')[0], 1);
  // utime, stime, cutime, cstime: proc(5). The name of the program, in brackets, may hold spaces.
  const own = numbers(readFileSync('/proc/self/stat', 'utf8').split(') ')[1], 11).slice(0, 4);
  const all = user + nice + system + irq + softirq + steal;
  return (all - own.reduce((a, b) => a + b)) / TICKS_PER_SECOND;
}

function numbers(line: string, from: number): number[] {
  return line.trim().split(/\s+/).slice(from).map(Number);
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
