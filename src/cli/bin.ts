#!/usr/bin/env node
/** `unstained`: the command line in a process. */
import { performance } from 'node:perf_hooks';
import type { Io, StopSignal } from './io.ts';
import { main } from './main.ts';

/** Windows has no SIGUSR1. With a listener, Node does not start its debugger at it. */
const STOP_SIGNALS: readonly StopSignal[] = [
  'SIGINT',
  'SIGTERM',
  ...(process.platform === 'win32' ? [] : (['SIGUSR1'] as const)),
];

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  isTTY: process.stderr.isTTY,
  columns() {
    // Asked of the terminal: Node hears of a new size only when nothing computes, and lines drawn for the old one would stay behind.
    // oxlint-disable-next-line no-underscore-dangle -- of every tty.WriteStream, and not in its types
    (process.stderr as { _refreshSize?: () => void })._refreshSize?.();
    return process.stderr.columns || 80; // 0 in terminals that do not know
  },
  rows: () => process.stderr.rows || 24,
  now: () => performance.now(),
  repeat(ms, tick) {
    const timer = setInterval(tick, ms).unref();
    return () => clearInterval(timer);
  },
  residentBytes: () => process.memoryUsage.rss(),
  onInterrupt(listener) {
    const listeners = STOP_SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
    for (const [signal, listen] of listeners) process.on(signal, listen);
    return () => {
      for (const [signal, listen] of listeners) process.off(signal, listen);
    };
  },
  stopAtOnce() {
    // process.exit waits for the worker that computes, and ONNX Runtime aborts then.
    process.removeAllListeners('SIGINT');
    process.kill(process.pid, 'SIGINT');
  },
};

// `unstained inspect ... | head` closes the pipe early: no defect of anybody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// Who watched may be gone, a closed terminal or the end of a pipe: the work goes on.
process.stderr.on('error', () => undefined);

process.exitCode = await main(process.argv.slice(2), io, async () => {
  const [verbs, { nodeWorld }] = await Promise.all([import('../api/index.ts'), import('../node/index.ts')]);
  return { verbs, openWorld: nodeWorld };
});
