#!/usr/bin/env node
/** `unstained`: the command line in a process. */
import { performance } from 'node:perf_hooks';
import type { Io } from './io.ts';
import { main } from './main.ts';

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  isTTY: process.stderr.isTTY,
  columns: () => process.stderr.columns || 80, // 0 in terminals that do not know
  rows: () => process.stderr.rows || 24,
  now: () => performance.now(),
  repeat(ms, tick) {
    const timer = setInterval(tick, ms).unref();
    return () => clearInterval(timer);
  },
  residentBytes: () => process.memoryUsage.rss(),
  onInterrupt(listener) {
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
    return () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    };
  },
  exit: (code) => process.exit(code),
};

// `unstained inspect ... | head` closes the pipe early: no defect of anybody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2), io, async () => {
  const [verbs, { nodeWorld }] = await Promise.all([import('../api/index.ts'), import('../node/index.ts')]);
  return { verbs, openWorld: nodeWorld };
});
