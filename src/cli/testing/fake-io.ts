/** A terminal, a clock and a Ctrl-C that tests hold in their hands; and a library whose verbs are the tests' own. */
import type { Verbs } from '../verbs.ts';
import type { Io, StopSignal } from '../io.ts';
import type { Library } from '../main.ts';

export interface FakeIo extends Io {
  readonly out: string[];
  readonly err: string[];
  /** How often it was stopped at once. */
  stops(): number;
  advance(ms: number): void;
  resize(columns: number): void;
  interrupt(signal?: StopSignal): void;
}

export function fakeIo({
  isTTY = false,
  columns = 80,
  rows = 24,
  env = { LANG: 'en_US.UTF-8' },
}: { isTTY?: boolean; columns?: number; rows?: number; env?: Io['env'] } = {}): FakeIo {
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<(signal: StopSignal) => void>();
  const timers = new Set<{ readonly ms: number; readonly tick: () => void; due: number }>();
  let now = 0;
  let stops = 0;
  return {
    out,
    err,
    stops: () => stops,
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    env,
    isTTY,
    columns: () => columns,
    rows: () => rows,
    now: () => now,
    repeat(ms, tick) {
      const timer = { ms, tick, due: now + ms };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    residentBytes: () => 1.25e9,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stopAtOnce: () => void stops++,
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due);
        if (!next) break;
        now = Math.max(now, next.due);
        next.due += next.ms;
        next.tick();
      }
      now = until;
    },
    resize: (to) => (columns = to),
    interrupt: (signal = 'SIGINT') => listeners.forEach((listener) => listener(signal)),
  };
}

/** Verbs that were not given refuse to be called. */
export function fakeLibrary(verbs: Partial<Verbs<string>>): () => Promise<Library<string>> {
  const refuse = () => Promise.reject(new Error('this verb was not expected'));
  const all = {
    check: refuse,
    train: refuse,
    predict: refuse,
    evaluate: refuse,
    convert: refuse,
    inspect: refuse,
    devices: refuse,
    demo: refuse,
    ...verbs,
  };
  return async () => ({ verbs: all, openWorld: ({ threads, device }) => `${device} with ${threads ?? 'all'} threads` });
}
