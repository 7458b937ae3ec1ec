/** Files of this machine, as the formats see them. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { nodeFiles } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'light.ome.tif');
writeFileSync(
  path,
  Uint8Array.from({ length: 100 }, (_, i) => i),
);
mkdirSync(join(folder, 'stack'));
writeFileSync(join(folder, 'stack', 'b'), '');
writeFileSync(join(folder, 'stack', 'a'), '');

it('reads exactly the bytes that are asked for, and knows its size', async () => {
  const bytes = await nodeFiles.open(path);
  expect(bytes).toMatchObject({ name: path, size: 100 });
  expect([...(await bytes.read(95, 5))]).toEqual([95, 96, 97, 98, 99]);
  expect([...(await bytes.read(100, 0))]).toEqual([]);
  await bytes.close();
  await bytes.close(); // twice is no error
});

it('I1: a file that became shorter is truncated, never zeros', async () => {
  const shrinking = join(folder, 'shrinking.tif');
  writeFileSync(shrinking, new Uint8Array(100));
  const bytes = await nodeFiles.open(shrinking);
  truncateSync(shrinking, 40);
  await expect(bytes.read(0, 100)).rejects.toMatchObject({ code: 'image/truncated', file: shrinking, at: 40 });
  await bytes.close();
});

it('tells files, folders and nothing apart, and lists a folder in order', async () => {
  expect(await nodeFiles.kind(path)).toBe('file');
  expect(await nodeFiles.kind(folder)).toBe('folder');
  expect(await nodeFiles.kind(join(folder, 'no'))).toBeNull();
  expect(await nodeFiles.list(join(folder, 'stack'))).toEqual(['a', 'b']);
});

it('a folder that cannot be listed is named', () =>
  expect(nodeFiles.list(path)).rejects.toMatchObject({
    code: 'image/unreadable',
    file: path,
    what: expect.stringContaining('ENOTDIR'),
  }));

it('a missing file is named with those whose names are near', async () => {
  await expect(nodeFiles.open(join(folder, 'lihgt.ome.tif'))).rejects.toMatchObject({
    code: 'image/missing',
    exitCode: 3,
    remedy: `Did you mean ${path}?`,
  });
  await expect(nodeFiles.open(join(folder, 'xyz'))).rejects.toMatchObject({ remedy: 'Check the path.' });
  await expect(nodeFiles.open(join(folder, 'no', 'light.ome.tif'))).rejects.toMatchObject({
    remedy: expect.stringContaining('no folder'),
  });
});

it('an address that is none of the web is not taken for a missing folder', () =>
  expect(nodeFiles.open('ftp://a.example/cells.tif')).rejects.toMatchObject({
    code: 'image/missing',
    what: 'ftp://a.example/cells.tif: addresses with ftp: are not read.',
  }));

it('a folder is no file', () =>
  expect(nodeFiles.open(folder)).rejects.toMatchObject({
    code: 'image/missing',
    what: expect.stringContaining('a folder'),
  }));
