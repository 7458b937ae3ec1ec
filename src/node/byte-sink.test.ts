import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { createFile, createFolder, writeFileWhole } from './byte-sink.ts';

const root = mkdtempSync(join(tmpdir(), 'unstained-sink-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = '';
let tests = 0;
beforeEach(async () => {
  folder = join(root, String(tests++));
  await createFolder(folder);
});
const bytes = (text: string) => new TextEncoder().encode(text);

it('I3: a file appears under its name only when it is finished, and nothing is left beside it', async () => {
  const path = join(folder, 'a.bin');
  const sink = await createFile(path, { overwrite: false });
  await sink.append(bytes('hello world'));
  await sink.overwrite(0, bytes('J'));
  expect(existsSync(path)).toBe(false);
  await sink.finish();
  expect(readFileSync(path, 'utf8')).toBe('Jello world');
  expect(readdirSync(folder)).toEqual(['a.bin']);
});
it('I3: what is abandoned leaves nothing, and the old file as it was', async () => {
  const path = join(folder, 'a.bin');
  writeFileSync(path, 'old');
  const sink = await createFile(path, { overwrite: true });
  await sink.append(bytes('new'));
  await sink.abandon();
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['a.bin']);
});
it('a file that is there is refused, also when it came while the other was written', async () => {
  const path = join(folder, 'a.bin');
  const sink = await createFile(path, { overwrite: false });
  await sink.append(bytes('mine'));
  writeFileSync(path, 'theirs');
  await expect(createFile(path, { overwrite: false })).rejects.toMatchObject({
    code: 'usage/output-exists',
    exitCode: 2,
  });
  await expect(sink.finish()).rejects.toMatchObject({ code: 'usage/output-exists' });
  expect(readFileSync(path, 'utf8')).toBe('theirs');
  expect(readdirSync(folder)).toEqual(['a.bin']);
});
it('overwrite replaces the old file by the new one', async () => {
  const path = join(folder, 'a.bin');
  await writeFileWhole(path, bytes('old'), { overwrite: false });
  await writeFileWhole(path, bytes('new'), { overwrite: true });
  expect(readFileSync(path, 'utf8')).toBe('new');
});
it('a folder that is not there is named', () =>
  expect(createFile(join(folder, 'no', 'a.bin'), { overwrite: false })).rejects.toMatchObject({
    code: 'usage/output',
    message: expect.stringContaining('there is no such folder'),
  }));
it('I3: what a process that is gone left is removed, what a running one writes is not', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const running = await createFile(join(folder, 'b.bin'), { overwrite: false });
  const [name] = readdirSync(folder);
  writeFileSync(join(folder, name.replace(`-${process.pid}-`, `-${gone}-`)), 'half');
  writeFileSync(join(folder, name.replace(/[0-9a-f]{8}-\d+-/, `00000000-${gone}-`)), 'of another machine');
  expect(readdirSync(folder)).toHaveLength(3);
  await writeFileWhole(join(folder, 'c.bin'), bytes('c'), { overwrite: false });
  expect(readdirSync(folder).filter((entry) => entry.endsWith('.unfinished'))).toHaveLength(2);
  await running.finish();
  expect(readdirSync(folder)).toContain('b.bin');
});
it('I3: killed while it writes, a process leaves the old file as it was', async () => {
  const path = join(folder, 'a.bin');
  writeFileSync(path, 'old');
  const program = `
    import { createFile } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'byte-sink.ts')).href)};
    const sink = await createFile(${JSON.stringify(path)}, { overwrite: true });
    await sink.append(new Uint8Array(1000));
    process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  expect(signal).toBe('SIGKILL');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toHaveLength(2);
  await writeFileWhole(path, bytes('new'), { overwrite: true });
  expect(readdirSync(folder)).toEqual(['a.bin']);
  expect(readFileSync(path, 'utf8')).toBe('new');
});
it('a folder that is not there is told how to make', () =>
  expect(createFile('no such/a.bin', { overwrite: false })).rejects.toMatchObject({
    remedy: 'Make it first: mkdir "no such"',
  }));
it('a web address cannot be written to', () =>
  expect(createFile('https://a.example/a.ome.tif', { overwrite: false })).rejects.toMatchObject({
    code: 'usage/output',
    message: expect.stringContaining('a web address'),
  }));
