/** A disk that really fills: a small one in memory, where the system lets us mount it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, openSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runFolder } from '../../src/node/run-store.ts';
import { decodeCheckpoint, openLog, parseLog } from '../../src/run/index.ts';
import {
  checkpointsOf,
  cleanUp,
  isBuilt,
  outcomeOf,
  resumeArgs,
  start,
  succeed,
  endlessArgs,
  writePair,
} from './tiny-training.ts';

const root = mkdtempSync(join(tmpdir(), 'unstained-disk-full-'));
const disk = join(root, 'disk');
mkdirSync(disk);
const DISK_BYTES = 2 ** 20;
const isMounted =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk]).status === 0;
afterAll(async () => {
  if (isMounted) spawnSync('umount', ['-l', disk]);
  await cleanUp(root);
});
vi.setConfig({ testTimeout: 300_000 });

/** Takes all that is left but `bytes`. */
function fill(path: string, bytes = 0): void {
  const { bavail, bsize } = statfsSync(disk);
  const file = openSync(path, 'w');
  try {
    for (let left = bavail * bsize - bytes; left > 0; left -= bsize) writeSync(file, new Uint8Array(bsize));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' }); // a training wrote meanwhile
  } finally {
    closeSync(file);
  }
}

describe('a full disk', () => {
  beforeEach(({ skip }) => skip(!isMounted, 'no disk can be mounted here: that needs root, on Linux'));

  it('D6: keeps the old file whole, and the message names the folder and the bytes that are missing', async () => {
    const store = runFolder(join(disk, 'run'));
    const old = new Uint8Array(1000).fill(1);
    await store.writeWhole('checkpoints/a', old);
    const { bavail, bsize } = statfsSync(disk);
    const missing = 20_000;
    const call = store.writeWhole('checkpoints/a', new Uint8Array(bavail * bsize + missing));
    await expect(call).rejects.toMatchObject({
      code: 'resource/disk-full',
      exitCode: 4,
      what: `${disk}/run/checkpoints/a: the disk of ${disk}/run/checkpoints is full: ${missing} more bytes are needed there.`,
    });
    expect(await store.read('checkpoints/a')).toEqual(old);
    expect(statfsSync(disk).bavail).toBe(bavail); // what was written in vain is gone
  });

  it('D6: a log that cannot grow ends where it ended, and goes on when there is space', async () => {
    const store = runFolder(join(disk, 'log'));
    const log = await openLog(store, () => '2026-01-02T03:04:05.678Z');
    await log.add('start');
    const filler = join(disk, 'filler');
    fill(filler, 4096);
    await expect(log.add('note', { text: 'a'.repeat(20_000) })).rejects.toMatchObject({
      code: 'resource/disk-full',
      what: expect.stringMatching(
        `^${disk}/log/log\\.jsonl: the disk of ${disk}/log is full: \\d+ more bytes are needed`,
      ),
    });
    rmSync(filler);
    await log.add('end');
    const { records, torn } = parseLog(await store.read('log.jsonl'));
    expect(records.map(({ kind }) => kind)).toEqual(['start', 'end']);
    expect(torn).toBe(0);
  });

  it.skipIf(!isBuilt)(
    'D6: ends a training with exit 4, its last checkpoint untouched, and it goes on to the same bits',
    async () => {
      await writePair(root);
      const running = start(root, endlessArgs({ every: 10 }, 'disk/training'));
      const saved = () => checkpointsOf(disk, 'training').length;
      await expect.poll(saved, { timeout: 100_000, interval: 1 }).toBeGreaterThan(1);
      const filler = join(disk, 'filler');
      fill(filler);
      const { code, err } = await running.ended;
      expect(err).toMatch(/the disk of disk\/training\S* is full/);
      expect(err).toMatch(/: \d+ more bytes are needed there\./);
      expect(code).toBe(4);
      let last = 0;
      for (const file of checkpointsOf(disk, 'training'))
        last = (await decodeCheckpoint(new Uint8Array(readFileSync(file)), file)).step;
      const steps = last + 20;
      const further = [...resumeArgs('disk/training'), '--steps', String(steps)];
      expect((await start(root, further).ended).code).toBe(4); // as long as the disk is full
      rmSync(filler);
      await succeed(root, further);
      await succeed(root, endlessArgs({ every: 10, steps }, 'unbroken'));
      expect(outcomeOf(root, 'disk/training', { steps })).toEqual(outcomeOf(root, 'unbroken', { steps }));
    },
  );
});
