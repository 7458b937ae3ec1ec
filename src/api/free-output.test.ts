/** No input is ever replaced, by whatever name it is called. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { nodeWorld } from '../node/index.ts';
import { requireNotInput } from './free-output.ts';

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
