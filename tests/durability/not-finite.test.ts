/** A training that loses its numbers: with a learning rate of 1e30 its second step overflows. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeCheckpoint, notFiniteFile } from '../../src/run/index.ts';
import {
  checkpointsOf,
  cleanUp,
  isBuilt,
  resumeArgs,
  start,
  trainArgs,
  writePair,
  type Ended,
} from './tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-not-finite-'));
afterAll(() => cleanUp(folder));
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 }); // of many processes, on a machine that may be busy

describe.skipIf(!isBuilt)('a loss that is no number', () => {
  let ended: Ended;
  beforeAll(async () => {
    await writePair(folder);
    ended = await start(folder, [...trainArgs({ steps: 40, every: 1 }, 'run'), '--lr', '1e30']).ended;
  });

  it('D9: stops the run with exit 3 and keeps the last finite checkpoint, also when it goes on', async () => {
    const expectSafe = async ({ code, err }: Ended) => {
      expect(code).toBe(3);
      expect(err).toMatch(/Step 2: the loss is (NaN|-?Infinity)\./);
      expect(err).toContain('Step 1 is safe.');
      const [file, ...more] = checkpointsOf(folder, 'run');
      expect(more).toEqual([]);
      const { step, tensors } = await decodeCheckpoint(new Uint8Array(readFileSync(file)), file);
      expect(step).toBe(1);
      for (const { data } of Object.values(tensors)) expect(data.every(Number.isFinite)).toBe(true);
    };
    await expectSafe(ended);
    await expectSafe(await start(folder, resumeArgs('run')).ended);
  });

  it('D9: names sample and position, and describes the patches of the step', () => {
    const { step, lr, patches } = notFiniteFile.decode(
      readFileSync(join(folder, 'run', 'not-finite.json')),
      'not-finite.json',
    );
    expect({ step, lr: lr > 1e29, patches: patches.length }).toEqual({ step: 2, lr: true, patches: 2 });
    const places = patches.map(({ sample, start: { z, y, x } }) => `${sample} at (z ${z}, y ${y}, x ${x})`);
    expect(places.some((place) => ended.err.includes(place))).toBe(true);
    expect(patches[0].signal.max).toBeLessThan(10); // z-scored
    expect(ended.err).toContain('run/not-finite.json');
  });
});
