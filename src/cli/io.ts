/** What the command line needs of the process, so that all of it can be run without one. */

/** What asks a program to stop: Ctrl-C, the system, a cluster before a job's time is up. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGUSR1';

export interface Io {
  readonly stdout: { write(text: string): void };
  readonly stderr: { write(text: string): void };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person watches stderr. */
  readonly isTTY: boolean;
  /** Width of the terminal, which may change. */
  columns(): number;
  /** Its height. */
  rows(): number;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls `tick` every `ms` until the function that it gives is called; the process doesn't live on for it. */
  repeat(ms: number, tick: () => void): () => void;
  /** Memory that the process holds. */
  residentBytes(): number;
  /** Calls `listener` at each signal to stop; the function that it gives ends that. */
  onInterrupt(listener: (signal: StopSignal) => void): () => void;
  /** Ends the process in the midst of what it does, as a Ctrl-C does that nobody listens to: shells call that 130. */
  stopAtOnce(): void;
}
