/**
 * Zarrs that other programs wrote, against what zarr-python gives. They stand beside the checkout on some machines, in
 * `shared/data`, with `expected.json`; elsewhere these tests are skipped.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../node/files.ts';
import { openImage } from '../open-image.ts';
import { storedBytes } from '../samples.ts';
import { readAll } from '../testing/samples.ts';

const FORMATS = sharedFolder();

function sharedFolder(): string | null {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'shared/data/formats/expected.json'))) return join(folder, 'shared/data/formats');
  return null;
}

interface Expected {
  readonly file: string;
  readonly kind: string;
  /** (t, c, z, y, x) of an OME-Zarr. */
  readonly shape?: readonly number[];
  /** Of a plain array. */
  readonly array?: readonly number[];
  readonly refuse?: string;
  readonly dtype: string;
  readonly sha256: string;
  readonly voxelUm: { readonly z: number | null; readonly y: number | null; readonly x: number | null };
  readonly channels: readonly string[] | null;
}

describe.skipIf(!FORMATS)('Zarrs of other programs (skipped where the folder with them is not there)', () => {
  const list: readonly Expected[] = FORMATS
    ? JSON.parse(readFileSync(join(FORMATS, 'expected.json'), 'utf8')).images
    : [];
  const zarrs = list.filter(({ kind }) => kind === 'ome-zarr' || kind === 'zarr-array');

  it.each(zarrs.filter(({ refuse }) => !refuse))('I1: $file as zarr-python reads it', async (expected) => {
    const { images } = await openImage(nodeFiles, join(FORMATS!, expected.file));
    const [{ times, channels, size, type, voxelSize, notes, read }] = images;
    const shape = [times, channels.length, size.z, size.y, size.x];
    if (expected.array) {
      expect(shape).toEqual([...Array(5 - expected.array.length).fill(1), ...expected.array]);
      expect(notes.join()).toMatch(/names no axes/);
    } else {
      expect(shape).toEqual(expected.shape);
      expect(channels.map(({ name }) => name)).toEqual(expected.channels ?? channels.map(() => null));
      for (const axis of ['z', 'y', 'x'] as const) {
        const um = expected.voxelUm[axis];
        if (um === null) expect(voxelSize?.[axis] ?? null).toBeNull();
        else expect(voxelSize![axis]! / um).toBeCloseTo(1, 8);
      }
    }
    expect(type).toBe(expected.dtype);
    expect(read).toBeTypeOf('function');
    const hash = createHash('sha256');
    for (const samples of await readAll(images[0])) hash.update(storedBytes(type, samples));
    expect(hash.digest('hex')).toBe(expected.sha256);
  });

  it.each(zarrs.filter(({ refuse }) => refuse))('I1: $file is refused: $refuse', async ({ file, refuse }) => {
    await expect(openImage(nodeFiles, join(FORMATS!, file))).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringContaining(refuse!),
      remedy: expect.stringMatching(/\w/),
    });
  });

  it('the names of series that bioformats2raw converted lead to them, and groups of arrays list them', async () => {
    const { images } = await openImage(nodeFiles, join(FORMATS!, 'zarr/viv_bioformats-zarr/data.zarr'));
    expect(images).toMatchObject([{ name: '0', size: { z: 1, y: 167, x: 439 }, format: 'OME-Zarr' }]);
    await expect(openImage(nodeFiles, join(FORMATS!, 'zarr/zarrita_v3_data.zarr'))).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringMatching(/In it are 1d\.chunked\.compressed\.sharded\.i2, /),
    });
  });
});
