/** Ctrl-C: once to stop when all is saved, twice within five seconds to stop at once. */
import type { Io } from './io.ts';
import type { Screen } from './screen.ts';

const TWICE_WITHIN_MS = 5000;
const EXIT_INTERRUPTED = 130;

export interface Interrupts {
  /** Aborted at the first Ctrl-C. */
  readonly signal: AbortSignal;
  stopListening(): void;
}

/** Listens until told otherwise. `screen` shows at once what happens now. */
export function listenForInterrupts(io: Io, consequence: string, screen: Pick<Screen, 'note' | 'clear'>): Interrupts {
  const controller = new AbortController();
  let last = -Infinity;
  const stopListening = io.onInterrupt(() => {
    const now = io.now();
    if (now - last < TWICE_WITHIN_MS) {
      screen.clear();
      io.exit(EXIT_INTERRUPTED);
      return;
    }
    last = now;
    screen.note(`${consequence} Again to stop at once.`);
    controller.abort();
  });
  return { signal: controller.signal, stopListening };
}
