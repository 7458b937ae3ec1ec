/** Signals to stop: what is computed is saved first; a second Ctrl-C within five seconds stops at once. */
import type { Io } from './io.ts';

const TWICE_WITHIN_MS = 5000;
const EXIT_INTERRUPTED = 130;

export interface Interrupts {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  stopListening(): void;
}

/**
 * Listens until told otherwise. `tell` is called at once with what happens now.
 * Only a person's Ctrl-C can be impatient: clusters send SIGTERM soon after SIGUSR1, and the state must be saved all the same.
 */
export function listenForInterrupts(io: Io, consequence: string, tell: (text: string) => void): Interrupts {
  const controller = new AbortController();
  let lastCtrlC = -Infinity;
  const stopListening = io.onInterrupt((signal) => {
    if (signal === 'SIGINT') {
      const now = io.now();
      if (now - lastCtrlC < TWICE_WITHIN_MS) {
        io.exit(EXIT_INTERRUPTED);
        return;
      }
      lastCtrlC = now;
      tell(`${consequence} Again to stop at once.`);
    } else if (!controller.signal.aborted) tell(consequence);
    controller.abort();
  });
  return { signal: controller.signal, stopListening };
}
