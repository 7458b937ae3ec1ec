/** Ctrl-C: once to stop when all is saved, twice within five seconds to stop at once. */
import type { Io } from './io.ts';

const TWICE_WITHIN_MS = 5000;
const EXIT_INTERRUPTED = 130;

export interface Interrupts {
  /** Aborted at the first Ctrl-C. */
  readonly signal: AbortSignal;
  stopListening(): void;
}

/** Listens until told otherwise. `tell` is called at once with what happens now. */
export function listenForInterrupts(io: Io, consequence: string, tell: (text: string) => void): Interrupts {
  const controller = new AbortController();
  let last = -Infinity;
  const stopListening = io.onInterrupt(() => {
    const now = io.now();
    if (now - last < TWICE_WITHIN_MS) {
      io.exit(EXIT_INTERRUPTED);
      return;
    }
    last = now;
    tell(`${consequence} Again to stop at once.`);
    controller.abort();
  });
  return { signal: controller.signal, stopListening };
}
