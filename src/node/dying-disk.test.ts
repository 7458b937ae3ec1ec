/**
 * Checkpoints on a disk whose process dies at each call that changes it: opening, writing (half of the bytes), flushing, renaming,
 * removing. After each there is a whole checkpoint to go on from, none older than the last that was saved.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { newestCheckpoint, saveCheckpoint, type Checkpoint } from '../run/index.ts';
import { runFolder } from './run-store.ts';

class Died extends Error {}

const disk = vi.hoisted(() => ({ callsLeft: Infinity, calls: 0, isDead: false }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  /** Dies before the call, or in its midst. */
  const changing =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>, inTheMidst?: (...args: A) => Promise<unknown>) =>
    async (...args: A): Promise<R> => {
      if (disk.isDead) throw new Died();
      if (disk.callsLeft-- === 0) {
        disk.isDead = true;
        await inTheMidst?.(...args);
        throw new Died();
      }
      disk.calls++;
      return call(...args);
    };
  const dyingHandle = (handle: FileHandle): FileHandle =>
    new Proxy(handle, {
      get(target, name: keyof FileHandle) {
        const member: unknown = target[name];
        if (typeof member !== 'function') return member;
        const method = member.bind(target) as (...args: unknown[]) => Promise<unknown>;
        if (name === 'write')
          return changing(method, (bytes, from, length, ...rest) => method(bytes, from, Number(length) >> 1, ...rest));
        return name === 'sync' || name === 'truncate' ? changing(method) : method;
      },
    });
  return {
    ...real,
    open: async (path: string, flags: string) =>
      flags === 'r' ? real.open(path, flags) : dyingHandle(await changing(real.open)(path, flags)),
    rename: changing(real.rename),
    link: changing(real.link),
    mkdir: changing(real.mkdir),
    rm: changing(real.rm),
  };
});

const root = mkdtempSync(join(tmpdir(), 'unstained-dying-disk-'));
afterAll(() => rmSync(root, { recursive: true }));

const at = (step: number): Checkpoint => ({
  step,
  tensors: { weight: { shape: [1000], data: new Float32Array(1000).fill(step) } },
  random: [1, 2, 3, 4],
  buffer: null,
  selection: { best: null, since: 0, measuredAt: 0 },
  configSha256: '',
  lossesSha256: '',
});

it('D1, D2, I3: dead at any call of the disk, a run has a whole checkpoint, and the next is saved as if nothing was', async () => {
  for (let calls = 0, isThrough = false; !isThrough; calls++) {
    const folder = join(root, String(calls));
    const store = runFolder(folder);
    await saveCheckpoint(store, at(100), null);
    await saveCheckpoint(store, at(200), 100);

    disk.callsLeft = calls;
    const died = await saveCheckpoint(store, at(300), 200).then(
      () => false,
      (error: unknown) => error instanceof Died || Promise.reject(error),
    );
    isThrough = !died;
    Object.assign(disk, { callsLeft: Infinity, isDead: false });

    const found = await newestCheckpoint(store);
    expect([200, 300]).toContain(found?.checkpoint.step);
    expect(found).toEqual({ checkpoint: at(found!.checkpoint.step), damaged: [] });
    await saveCheckpoint(store, at(300), 200);
    const names = readdirSync(join(folder, 'checkpoints')).filter((name) => !name.endsWith('.unfinished'));
    expect(names.sort()).toEqual(['step-000000200.safetensors', 'step-000000300.safetensors']);
    expect(await newestCheckpoint(store)).toEqual({ checkpoint: at(300), damaged: [] });
    if (isThrough) expect(calls).toBeGreaterThan(6); // open, write, flush, rename, ... were each died at
  }
});
