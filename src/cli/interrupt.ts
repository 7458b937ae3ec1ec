/** Signals to stop: what is computed is saved first; a second Ctrl-C within five seconds stops at once. */
import type { Io } from './io.ts';
import type { Screen } from './screen.ts';

const TWICE_WITHIN_MS = 5000;

export interface Interrupts {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  stopListening(): void;
}

/**
 * Listens until told otherwise. `screen` shows at once what happens now.
 * Only a person's Ctrl-C can be impatient: clusters send SIGTERM soon after SIGUSR1, and the state must be saved all the same.
 */
export function listenForInterrupts(io: Io, consequence: string, screen: Pick<Screen, 'note' | 'clear'>): Interrupts {
  const controller = new AbortController();
  let lastCtrlC = -Infinity;
  const stopListening = io.onInterrupt((signal) => {
    if (signal === 'SIGINT') {
      const now = io.now();
      if (now - lastCtrlC < TWICE_WITHIN_MS) {
        screen.clear();
        io.stopAtOnce();
        return;
      }
      lastCtrlC = now;
      screen.note(`${consequence} Again to stop at once.`);
    } else if (!controller.signal.aborted) screen.note(consequence);
    controller.abort();
  });
  return { signal: controller.signal, stopListening };
}
