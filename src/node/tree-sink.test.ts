import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { writeFileWhole } from './byte-sink.ts';
import { createTree } from './tree-sink.ts';

const root = mkdtempSync(join(tmpdir(), 'unstained-tree-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = '';
let path = '';
let tests = 0;
beforeEach(() => {
  folder = join(root, String(tests++));
  path = join(folder, 'a.ome.zarr');
  mkdirSync(folder);
});
const bytes = (text: string) => new TextEncoder().encode(text);
const gonePid = () => spawnSync(process.execPath, ['-e', '']).pid;

/** A Zarr of an array, as one file of data says. */
function writeZarr(place: string, text: string): void {
  mkdirSync(join(place, '0'), { recursive: true });
  writeFileSync(join(place, 'zarr.json'), '{}');
  writeFileSync(join(place, '0', 'data'), text);
}
const dataOf = (place: string) => readFileSync(join(place, '0', 'data'), 'utf8');

async function writeTree(text: string, { overwrite = false } = {}): Promise<void> {
  const tree = await createTree(path, { overwrite });
  await tree.append('zarr.json', bytes('{}'));
  await tree.append('0/data', bytes(text));
  await tree.finish();
}

it('I3: a folder appears under its name only when it is finished, and nothing is left beside it', async () => {
  const tree = await createTree(path, { overwrite: false });
  await tree.append('0/c/0/1', bytes('hello '));
  await tree.append('zarr.json', bytes('{}'));
  await tree.append('0/c/0/1', bytes('world'));
  expect(existsSync(path)).toBe(false);
  await tree.finish();
  expect(readFileSync(join(path, '0/c/0/1'), 'utf8')).toBe('hello world');
  expect(readdirSync(path).sort()).toEqual(['0', 'zarr.json']);
  expect(readdirSync(folder)).toEqual(['a.ome.zarr']);
  await tree.abandon(); // does not undo
  expect(existsSync(path)).toBe(true);
});

it('I3: what is abandoned leaves nothing, and the old folder as it was', async () => {
  writeZarr(path, 'old');
  const tree = await createTree(path, { overwrite: true });
  await tree.append('0/data', bytes('new'));
  await tree.abandon();
  expect(dataOf(path)).toBe('old');
  expect(readdirSync(folder)).toEqual(['a.ome.zarr']);
});

it('overwrite replaces the old Zarr whole: none of its files stay', async () => {
  writeZarr(path, 'old');
  writeFileSync(join(path, '0', 'more'), 'of the old');
  await writeTree('new', { overwrite: true });
  expect(dataOf(path)).toBe('new');
  expect(readdirSync(join(path, '0'))).toEqual(['data']);
  expect(readdirSync(folder)).toEqual(['a.ome.zarr']);
});

it('a folder that is there is refused, also when it came while the other was written', async () => {
  const tree = await createTree(path, { overwrite: false });
  await tree.append('zarr.json', bytes('{}'));
  writeZarr(path, 'theirs');
  await expect(createTree(path, { overwrite: false })).rejects.toMatchObject({
    code: 'usage/output-exists',
    exitCode: 2,
  });
  await expect(tree.finish()).rejects.toMatchObject({ code: 'usage/output-exists' });
  expect(dataOf(path)).toBe('theirs');
  expect(readdirSync(folder)).toEqual(['a.ome.zarr']);
});

it('overwrite never replaces a folder that is no Zarr, or a file', async () => {
  mkdirSync(path);
  writeFileSync(join(path, 'thesis.doc'), 'years of work');
  const refusal = { code: 'usage/output', message: expect.stringContaining('is no Zarr') };
  await expect(createTree(path, { overwrite: true })).rejects.toMatchObject(refusal);
  expect(readFileSync(join(path, 'thesis.doc'), 'utf8')).toBe('years of work');
  writeFileSync(join(folder, 'file'), 'x');
  await expect(createTree(join(folder, 'file'), { overwrite: true })).rejects.toMatchObject(refusal);
  expect(readdirSync(folder).sort()).toEqual(['a.ome.zarr', 'file']);
});

it('a folder that is not there is named', () =>
  expect(createTree(join(folder, 'no', 'a.zarr'), { overwrite: false })).rejects.toMatchObject({
    code: 'usage/output',
    message: expect.stringContaining('there is no such folder'),
  }));

it.skipIf(!existsSync('/dev/full'))('D6: a full disk is said, and the old folder is as it was', async () => {
  writeZarr(path, 'old');
  const tree = await createTree(path, { overwrite: true });
  await tree.append('0/data', bytes('new'));
  const [unfinished] = readdirSync(folder).filter((name) => name.endsWith('.unfinished'));
  symlinkSync('/dev/full', join(folder, unfinished, '0', 'full'));
  await expect(tree.append('0/full', bytes('x'))).rejects.toMatchObject({ code: 'resource/disk-full', exitCode: 4 });
  await tree.abandon();
  expect(dataOf(path)).toBe('old');
  expect(readdirSync(folder)).toEqual(['a.ome.zarr']);
});

it('I3: what a process that is gone left is removed, by files too; what a running one writes is not', async () => {
  const running = await createTree(path, { overwrite: false });
  const [name] = readdirSync(folder);
  writeZarr(join(folder, name.replace(`-${process.pid}-`, `-${gonePid()}-`)), 'half');
  await writeFileWhole(join(folder, 'b.bin'), bytes('b'), { overwrite: false });
  expect(readdirSync(folder).sort()).toEqual([name, 'b.bin']);
  await running.finish();
  expect(existsSync(path)).toBe(true);
});

it('I3: killed between the two renames, the old folder comes back; after both, it goes', async () => {
  const tree = await createTree(path, { overwrite: false });
  const replaced = readdirSync(folder)[0]
    .replace(`-${process.pid}-`, `-${gonePid()}-`)
    .replace('unfinished', 'replaced');
  await tree.abandon();
  writeZarr(join(folder, replaced), 'old');
  await expect(createTree(path, { overwrite: false })).rejects.toMatchObject({ code: 'usage/output-exists' });
  expect(dataOf(path)).toBe('old');
  writeZarr(join(folder, replaced), 'older');
  await writeTree('new', { overwrite: true });
  expect(dataOf(path)).toBe('new');
  expect(readdirSync(folder)).toEqual(['a.ome.zarr']);
});

it.each(['append', 'finish'])('I3: killed in %s, a process leaves the old folder or the new one', async (where) => {
  writeZarr(path, 'old');
  const module = pathToFileURL(join(import.meta.dirname, 'tree-sink.ts')).href;
  const program = `
    import { createTree } from ${JSON.stringify(module)};
    const tree = await createTree(${JSON.stringify(path)}, { overwrite: true });
    await tree.append('zarr.json', new Uint8Array(2));
    await tree.append('0/data', new TextEncoder().encode('new'));
    ${where === 'finish' ? 'void tree.finish(); await new Promise((later) => setTimeout(later, 1));' : ''}
    process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  expect(signal).toBe('SIGKILL');
  await writeFileWhole(join(folder, 'next'), bytes(''), { overwrite: false });
  expect(readdirSync(folder).sort()).toEqual(['a.ome.zarr', 'next']);
  expect(['old', ...(where === 'finish' ? ['new'] : [])]).toContain(dataOf(path));
});
