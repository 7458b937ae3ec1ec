/** Runs the built `unstained` as a user has it: a process in a folder, its output and exit code. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));

/** Without it these tests skip: npm run build. */
export const isBuilt: boolean = existsSync(bin);

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Sees standard error grow and may signal the process. */
export type OnErr = (err: string, kill: (signal: NodeJS.Signals) => void) => void;

export interface RunSettings {
  readonly onErr?: OnErr;
  readonly env?: Readonly<Record<string, string>>;
}

export function runProgram(
  folder: string,
  args: readonly string[],
  { onErr, env = {} }: RunSettings = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const running = spawn(process.execPath, [bin, ...args], { cwd: folder, env: { ...process.env, ...env } });
    let [out, err] = ['', ''];
    running.stdout.on('data', (data: Buffer) => (out += data.toString()));
    running.stderr.on('data', (data: Buffer) => {
      err += data.toString();
      onErr?.(err, (signal) => running.kill(signal));
    });
    running.on('close', (code) => resolve({ code, out, err }));
  });
}
