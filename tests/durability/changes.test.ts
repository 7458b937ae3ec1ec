/** A run whose data, settings or version changed before it goes on. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cleanUp, isBuilt, resumeArgs, start, succeed, trainArgs, writePair } from './tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-changes-'));
afterAll(() => cleanUp(folder));
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 }); // of many processes, on a machine that may be busy

describe.skipIf(!isBuilt)('a run that goes on', () => {
  let before: unknown;
  beforeAll(async () => {
    await writePair(folder);
    await succeed(folder, trainArgs({ steps: 10, every: 5 }, 'run'));
    before = heldOut();
    await writePair(folder, 2); // other images of the same names
    const run = readFileSync(join(folder, 'run', 'run.json'), 'utf8');
    writeFileSync(join(folder, 'run', 'run.json'), run.replace(/"version": "[^"]*"/, '"version": "0.0.1"'));
  });
  const goOnFurther = (...more: string[]) =>
    start(folder, [...resumeArgs('run'), '--steps', '20', '--lr', '0.002', ...more]).ended;

  const heldOut = () => {
    const { samples } = JSON.parse(readFileSync(join(folder, 'run', 'data.json'), 'utf8')) as {
      samples: { heldOut: object }[];
    };
    return samples.map((sample) => sample.heldOut);
  };

  it('D8: is refused where something changed, and told all of it at once', async () => {
    const { code, err } = await goOnFurther('--allow-change', 'data');
    expect(code).toBe(2);
    expect(err).not.toContain('dye'); // which is allowed
    expect(err).toContain('optimizer.lr is 0.002; it was 0.001.');
    expect(err).toMatch(/unstained is .*; it was 0\.0\.1\./);
    expect(err).toContain('unstained train --resume run --allow-change data,config,version');
  });

  it('D8: goes on with what was allowed by name, and says with what', async () => {
    const { code, err } = await goOnFurther('--allow-change', 'data,config', '--allow-change', 'version');
    expect(code).toBe(0);
    expect(err).toMatch(/Allowed: .*dye/);
    expect(err).toContain('Allowed: optimizer.lr is 0.002; it was 0.001.');
    expect(heldOut()).toEqual(before); // what was never seen is still never seen
  });
});
