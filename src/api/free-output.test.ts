/** No input is ever replaced, by whatever name it is called; nobody's files are removed for a run. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { nodeWorld } from '../node/index.ts';
import { requireFreeFolder, requireNotInput } from './free-output.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-free-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
mkdirSync(at('plate.zarr/A/1'), { recursive: true });
mkdirSync(at('other.zarr'));
writeFileSync(at('plate.zarr/A/1/zarr.json'), '{}');
writeFileSync(at('cells.tif'), '');
symlinkSync(at('cells.tif'), at('link.tif'));

it.each([
  ['cells.tif', 'cells.tif#channel=0'],
  ['link.tif', 'cells.tif'],
  ['plate.zarr', 'plate.zarr'],
  ['plate.zarr', 'plate.zarr/A/1#t=0'], // the folder that holds it would be replaced
  ['plate.zarr', 'plate.zarr/A/1/zarr.json'],
])('%s is not written where %s is read', async (out, input) => {
  const call = requireNotInput(nodeWorld(), at(out), [at('other.tif'), at(input)]);
  await expect(call).rejects.toMatchObject({ code: 'usage/output-is-input', file: at(out) });
});

it.each([
  ['new.tif', 'cells.tif'],
  ['other.zarr', 'plate.zarr/A/1'],
  ['plate.zarr/A', 'cells.tif'],
])('%s may be written where %s is read', async (out, input) => {
  await expect(requireNotInput(nodeWorld(), at(out), [at(input)])).resolves.toBeUndefined();
});

function folderOf(...names: string[]): string {
  const out = mkdtempSync(at('out-'));
  for (const name of names) {
    if (name.includes('/')) mkdirSync(join(out, name.split('/')[0]));
    writeFileSync(join(out, name), '{}');
  }
  return out;
}

it.each([
  [[]],
  [['lock']],
  [['lock', 'config.yaml', 'data.json']],
  [['lock', '.data.json.00000000-1-00000000.unfinished']],
])('D4: a training may begin where one was killed before it was a run: %j', async (names) => {
  await expect(requireFreeFolder(nodeWorld(), folderOf(...names), false)).resolves.toBeUndefined();
});

it.each([[['config.yaml']], [['lock', 'notes.txt']], [['lock', 'checkpoints/step-000000100.safetensors']]])(
  'no training begins among the files of others, even with --overwrite: %j',
  async (names) => {
    const call = requireFreeFolder(nodeWorld(), folderOf(...names), true);
    await expect(call).rejects.toMatchObject({ code: 'usage/output-exists' });
  },
);

it('a run is replaced only with --overwrite, also one whose writer was killed', async () => {
  const out = folderOf('run.json', 'lock', '.losses.csv.00000000-1-00000000.unfinished');
  await expect(requireFreeFolder(nodeWorld(), out, false)).rejects.toMatchObject({ code: 'usage/output-exists' });
  await expect(requireFreeFolder(nodeWorld(), out, true)).resolves.toBeUndefined();
});
