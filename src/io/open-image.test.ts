/** What a path means: a file by its content, a folder, a pattern; and the images of other programs, where they are. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../codec/index.ts';
import { isUnstainedError } from '../core/index.ts';
import { nodeFiles } from '../node/files.ts';
import { openImage } from './open-image.ts';
import type { ImageSource } from './source.ts';
import { memoryFiles } from './testing/memory.ts';

/** A PNG (y 2, x 3) all of whose samples are `value`. */
function png(
  value: number,
  { wide = false, channels = 1, width = 3 }: { wide?: boolean; channels?: 1 | 3 | 4; width?: number } = {},
): Uint8Array {
  const data = new (wide ? Uint16Array : Uint8Array)(2 * width * channels).fill(value);
  return encodePng({ width, height: 2, channels, data });
}

describe('a stack of files', () => {
  const stack = {
    'f/p_z2.png': png(2),
    'f/p_z10.png': png(10),
    'f/p_z6.png': png(6),
    'f/notes.txt': new Uint8Array(1),
  };

  it.each(['f', 'f/p_z{z}.png'])(
    '%s is in the order of the numbers, and files are open only while they are read',
    async (path) => {
      const files = memoryFiles(stack);
      const { images } = await openImage(files, path);
      expect(images[0]).toMatchObject({
        format: 'PNG stack',
        size: { z: 3, y: 2, x: 3 },
        type: 'uint8',
        voxelSize: null,
      });
      const region = { start: { z: 0, y: 1, x: 1 }, size: { z: 3, y: 1, x: 2 } };
      expect([...(await images[0].read({ time: 0, channel: 0, region }))]).toEqual([2, 2, 6, 6, 10, 10]);
      expect(files.openFiles()).toBe(0);
    },
  );

  it.each([
    ['a gap', { 'f/z1.png': png(1), 'f/z2.png': png(2), 'f/z4.png': png(4) }, /z2\.png is followed by z4\.png/],
    [
      'two of one number',
      { 'f/z1.png': png(1), 'f/z01.png': png(2) },
      /z01\.png is followed by z1\.png|z1\.png is followed by z01\.png/,
    ],
    ['two sizes', { 'f/z1.png': png(1), 'f/z2.png': png(2, { width: 4 }) }, /z2\.png is \(z 1, y 2, x 4\) uint8/],
    ['two types', { 'f/z1.png': png(1), 'f/z2.png': png(2, { wide: true }) }, /uint16/],
    ['two stacks', { 'f/a1.png': png(1), 'f/a2.png': png(2), 'f/b1.png': png(2) }, /f\/a\{z\}\.png/],
    ['two numbers that vary', { 'f/t1z1.png': png(1), 'f/t2z2.png': png(2) }, /f\/t1z\{z\}\.png/],
    ['names without numbers', { 'f/a.png': png(1), 'f/b.png': png(2) }, /NAME\{z\}\.png/],
  ])('%s is refused', async (_, contents, message) => {
    const files = memoryFiles(contents);
    const opened = openImage(files, 'f');
    await expect(opened).rejects.toMatchObject({ code: 'image/unsupported', message: expect.stringMatching(message) });
    expect(files.openFiles()).toBe(0);
  });

  it('a folder without PNGs and a pattern that nothing fits are missing', async () => {
    for (const path of ['g', 'f/q{z}.png', 'nowhere/q{z}.png'])
      await expect(openImage(memoryFiles({ ...stack, 'g/a.txt': new Uint8Array(1) }), path)).rejects.toMatchObject({
        code: 'image/missing',
        file: path,
      });
  });
});

describe('a file', () => {
  const read = async (bytes: Uint8Array) => {
    const { images } = await openImage(memoryFiles({ 'a.jpg': bytes }), 'a.jpg');
    const [image] = images;
    return [...(await image.read({ time: 0, channel: 0, region: { start: { z: 0, y: 0, x: 0 }, size: image.size } }))];
  };

  it('is known by its content, not its name', async () => expect(await read(png(7))).toEqual([7, 7, 7, 7, 7, 7]));

  it('of equal colors is grey, of others refused', async () => {
    expect(await read(png(255, { channels: 4 }))).toEqual(Array(6).fill(255));
    await expect(read(png(9, { channels: 4 }))).rejects.toMatchObject({ code: 'image/unsupported' }); // alpha 9
    const data = Uint16Array.of(1, 1, 1, 5, 5, 6);
    await expect(read(encodePng({ width: 2, height: 1, channels: 3, data }))).rejects.toMatchObject({ file: 'a.jpg' });
  });

  it.each([
    ['Zeiss CZI', [...new TextEncoder().encode('ZISRAWFILE'), 0, 0]],
    ['Nikon ND2', [0xda, 0xce, 0xbe, 0x0a]],
    ['JPEG', [0xff, 0xd8, 0xff, 0xe0]],
    ['no image format', [1, 2, 3]],
  ])('that is of %s is refused with the way to convert it, and closed', async (name, start) => {
    const files = memoryFiles({ 'a.tif': Uint8Array.from(start) });
    await expect(openImage(files, 'a.tif')).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringContaining(name),
      remedy: expect.stringContaining('bfconvert "a.tif"'),
    });
    expect(files.openFiles()).toBe(0);
  });

  it('without a byte is truncated', () =>
    expect(read(new Uint8Array(0))).rejects.toMatchObject({ code: 'image/truncated' }));
});

/** Images that other programs wrote stand beside the checkout on some machines, with what a right reader reports. */
const DATA = sharedFolder();

function sharedFolder(): string | null {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'shared/data/formats/expected.json'))) return join(folder, 'shared/data');
  return null;
}

interface Expected {
  readonly file: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
  readonly voxelUm: { readonly z: number | null; readonly y: number | null; readonly x: number | null };
  readonly channels: readonly string[] | null;
}

/** What this reader is expected to read; the rest of the folder it must refuse. */
const READ = [
  'other/xz_c0_t0.tif',
  'same-image-three-ways/FOV7_HV110_P0500510000.ome.tiff',
  'tiff/haase_Bead_Image1_crop.tif',
  'tiff/imagetiff_predictor-3-gray-f32.tif',
  'tiff/imagetiff_seq-1c-16b-bigendian-68f373a0.tiff',
  'tiff/imagetiff_seq-1c-16b-lzw-68f373a0.tiff',
  'tiff/imagetiff_seq-1c-16b-tiled-68f373a0.tiff',
  'tiff/imagetiff_seq-1c-8b-multipage-adeefdcc.tiff',
  'tiff/imagetiff_seq-1c-8b-packbits-20f3db0c.tiff',
  'tiff/ome_multi-channel-z-series.ome.tif',
  'tiff/skimage_multipage.tif',
];

async function sha256(image: ImageSource): Promise<string> {
  const hash = createHash('sha256');
  for (let time = 0; time < image.times; time++)
    for (let channel = 0; channel < image.channels.length; channel++) {
      const samples = await image.read({ time, channel, region: { start: { z: 0, y: 0, x: 0 }, size: image.size } });
      hash.update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    }
  return hash.digest('hex');
}

describe.skipIf(!DATA)('images of other programs (skipped where shared/data is not beside the checkout)', () => {
  const formats = join(DATA ?? '', 'formats');
  const list: readonly Expected[] = DATA ? JSON.parse(readFileSync(join(formats, 'expected.json'), 'utf8')).images : [];

  it.each(READ)('%s as its reference reader', async (name) => {
    const expected = list.find(({ file }) => file === name)!;
    const file = await openImage(nodeFiles, join(formats, name));
    const [image] = file.images;
    const { times, channels, size, type, voxelSize } = image;
    expect([times, channels.length, size.z, size.y, size.x]).toEqual(expected.shape);
    expect(type).toBe(expected.dtype);
    for (const axis of ['z', 'y', 'x'] as const) {
      const um = expected.voxelUm[axis];
      if (um === null) expect(voxelSize?.[axis] ?? null).toBeNull();
      else expect(voxelSize![axis]! / um).toBeCloseTo(1, 8);
    }
    expect(await sha256(image)).toBe(expected.sha256);
    await file.close();
  });

  it('I1: every other file is refused by name, with what to do', async () => {
    const names = new Set(
      list.map(({ file }) => file).filter((file) => !READ.includes(file) && !file.includes('zarr')),
    );
    expect(names.size).toBeGreaterThan(15);
    for (const name of names) {
      const outcome = await openImage(nodeFiles, join(formats, name)).catch((error: unknown) => error);
      expect(isUnstainedError(outcome, 'image/unsupported', 'image/damaged'), name).toBe(true);
      expect(outcome).toMatchObject({ remedy: expect.stringMatching(/\w/) });
    }
  });

  it.each(['pairs/allen-dna', 'pairs/bacteria-2d', 'pairs/isl-motor-neurons', 'volumes/brightfield-through-focus'])(
    'each image of %s opens and reads to its last plane',
    async (folder) => {
      const names = readdirSync(join(DATA ?? '', folder)).filter((name) => /\.(png|tiff?)$/i.test(name));
      expect(names.length).toBeGreaterThan(3);
      for (const name of names) {
        const file = await openImage(nodeFiles, join(DATA ?? '', folder, name));
        const [{ size, read }] = file.images;
        const region = { start: { z: size.z - 1, y: 0, x: 0 }, size: { ...size, z: 1 } };
        expect((await read({ time: 0, channel: 0, region })).length).toBe(size.y * size.x);
        await file.close();
      }
    },
  );
});
