/** What a path means: a file by its content, a folder, a pattern. */
import { describe, expect, it } from 'vitest';
import { encodePng } from '../codec/index.ts';
import { openImage } from './open-image.ts';
import { memoryFiles } from './testing/memory.ts';
import { readAll } from './testing/samples.ts';

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
    ['two numbers that vary', { 'f/t1z1.png': png(1), 'f/t2z2.png': png(2) }, /f\/t\{t\}z\{z\}\.png/],
    ['names without numbers', { 'f/a.png': png(1), 'f/b.png': png(2) }, /Name one of them: f\/a\.png/],
  ])('%s is refused', async (_, contents, message) => {
    const files = memoryFiles(contents);
    const opened = openImage(files, 'f');
    await expect(opened).rejects.toMatchObject({ code: 'image/unsupported', message: expect.stringMatching(message) });
    expect(files.openFiles()).toBe(0);
  });

  it('of 16 bits keeps every value', async () => {
    const contents = { 'z9.png': png(65535, { wide: true }), 'z10.png': png(256, { wide: true }) };
    const { images } = await openImage(memoryFiles(contents), 'z{z}.png');
    expect(images[0].type).toBe('uint16');
    expect(await readAll(images[0])).toEqual([Uint16Array.from([...Array(6).fill(65535), ...Array(6).fill(256)])]);
  });

  it('of RGB with equal colors is grey, and that is said', async () => {
    const contents = { 'f/z1.png': png(3, { channels: 3 }), 'f/z2.png': png(4, { channels: 3 }) };
    const { images } = await openImage(memoryFiles(contents), 'f');
    expect(images[0].notes).toContainEqual(expect.stringContaining('read as grey'));
    expect(await readAll(images[0])).toEqual([Uint8Array.of(3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4)]);
  });

  it('I1: that changed since it was opened is refused', async () => {
    const contents: Record<string, Uint8Array> = { 'f/z1.png': png(1), 'f/z2.png': png(2) };
    const { images } = await openImage(memoryFiles(contents), 'f');
    contents['f/z2.png'] = png(2, { width: 4 });
    await expect(readAll(images[0])).rejects.toMatchObject({ code: 'image/unsupported' });
    delete contents['f/z2.png'];
    await expect(readAll(images[0])).rejects.toMatchObject({ code: 'image/missing', file: 'f/z2.png' });
  });

  it('a folder without PNGs and a pattern that nothing fits are missing', async () => {
    for (const path of ['g', 'f/q{z}.png', 'f/p_z{z}{z}.png', 'nowhere/q{z}.png'])
      await expect(openImage(memoryFiles({ ...stack, 'g/a.txt': new Uint8Array(1) }), path)).rejects.toMatchObject({
        code: 'image/missing',
        file: path,
      });
  });

  it('a pattern that nothing fits is told of the patterns of its folder', async () => {
    const opened = openImage(memoryFiles({ ...stack, 'f/dna.png': png(1) }), 'f/phase{z}.png');
    await expect(opened).rejects.toMatchObject({ remedy: 'Did you mean f/p_z{z}.png?' });
  });
});

describe('a file', () => {
  const read = async (bytes: Uint8Array) => {
    const { images } = await openImage(memoryFiles({ 'a.jpg': bytes }), 'a.jpg');
    return [...(await readAll(images[0]))[0]];
  };

  it('is known by its content, not its name', async () => expect(await read(png(7))).toEqual([7, 7, 7, 7, 7, 7]));

  it('of equal colors is grey, of others refused', async () => {
    expect(await read(png(255, { channels: 4 }))).toEqual(Array(6).fill(255));
    await expect(read(png(9, { channels: 4 }))).rejects.toMatchObject({ code: 'image/unsupported' }); // alpha 9
    const data = Uint16Array.of(1, 1, 1, 5, 5, 6);
    await expect(read(encodePng({ width: 2, height: 1, channels: 3, data }))).rejects.toMatchObject({ file: 'a.jpg' });
  });

  it.each([
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
