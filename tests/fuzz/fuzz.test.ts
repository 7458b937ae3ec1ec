/** I1, I2: twenty thousand damaged images of each format, by the script that can do more of them (`npm run fuzz`). */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { FORMATS } from './seeds.ts';

const MUTATIONS = 20_000;

it.each(Object.keys(FORMATS))(
  '%s: samples, or a refusal by name, in little memory',
  { timeout: 300_000 },
  async (format) => {
    const script = join(import.meta.dirname, 'fuzz.ts');
    const args = ['--import', 'tsx', script, '--format', format, '--mutations', `${MUTATIONS}`];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 280_000 });
    const { mutations, refused, read, peakMB } = JSON.parse(stdout) as Record<string, number>;
    expect(mutations).toBe(MUTATIONS);
    expect(refused + read).toBe(MUTATIONS);
    expect(read).toBeGreaterThan(100); // else the mutations are too coarse to find anything
    expect(peakMB).toBeLessThan(400); // Node and the compiler of TypeScript take half of it
  },
);
