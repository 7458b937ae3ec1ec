import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeRunStore } from '../run/testing/store-contract.ts';
import { runFolder } from './run-store.ts';
import { temporaryName } from './unfinished.ts';

const root = mkdtempSync(join(tmpdir(), 'unstained-run-store-'));
afterAll(() => rmSync(root, { recursive: true }));
let places = 0;

describeRunStore('on disk', async () => {
  const folder = join(root, String(places++), 'runs', 'dna');
  return () => runFolder(folder);
});

it('I3: what is being written is not listed, and does not keep a run from being cleared', async () => {
  const folder = join(root, 'unfinished');
  const store = runFolder(folder);
  await store.writeWhole('run.json', new Uint8Array(1));
  writeFileSync(temporaryName(join(folder, 'losses.csv'), 'unfinished'), 'half');
  writeFileSync(join(folder, '.lock-00000000-0000-4000-8000-000000000000'), '');
  expect(await store.list('')).toEqual(['run.json']);
  await store.clear();
  expect(await store.list('')).toEqual([]);
});

it('I3: half a checkpoint of a trainer that was killed is removed by the next, also by one of the same number', async () => {
  const folder = join(root, 'restarted');
  const store = runFolder(folder);
  await store.writeWhole('checkpoints/step-000000100.safetensors', new Uint8Array(1));
  const half = temporaryName(join(folder, 'checkpoints', 'step-000000200.safetensors'), 'unfinished');
  writeFileSync(half, 'half');
  const lock = await store.lock();
  expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['step-000000100.safetensors']);
  await lock.release();
});

it('I3: a training that was refused before it wrote leaves no folder, and none that others use is removed', async () => {
  const at = (...names: string[]) => join(root, 'refused', ...names);
  mkdirSync(at());
  await (await runFolder(at('runs', 'a')).lock()).release();
  expect(readdirSync(at())).toEqual([]);
  const lock = await runFolder(at('runs', 'b')).lock();
  mkdirSync(at('runs', 'c'));
  await lock.release();
  expect(readdirSync(at('runs'))).toEqual(['c']);
  await (await runFolder(at('runs', 'c')).lock()).release(); // it was there before
  expect(readdirSync(at('runs'))).toEqual(['c']);
});
