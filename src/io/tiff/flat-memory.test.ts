/** Memory stays flat however much is written: a process of its own writes 400 MB, and tells its peak. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

it('400 MB become a file of 340 MB in less than 300 MB of memory, Node included', () => {
  const printed = execFileSync(
    process.execPath,
    ['--import', 'tsx', 'bench/writing.ts', '--megabytes', '400', '--compression', 'zstd'], // quick, and it shortens little
    { cwd: ROOT, encoding: 'utf8' },
  );
  const { peakMegabytes, fileMegabytes } = JSON.parse(printed) as { peakMegabytes: number; fileMegabytes: number };
  expect(fileMegabytes).toBeGreaterThan(330);
  expect(peakMegabytes).toBeLessThan(300);
});
