import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
