/** `T{t}_C{c}_Z{z}.tif`: files that are parts of one image are found by their names, or what is missing is named. */
import { describe, expect, it } from 'vitest';
import { encodePng } from '../codec/index.ts';
import { createOmeTiff } from './tiff/create-ome-tiff.ts';
import { openImage } from './open-image.ts';
import { channelWith, type ImageDescription } from './source.ts';
import { memoryFiles, memorySink } from './testing/memory.ts';
import { readAll } from './testing/samples.ts';

/** A PNG (y 1, x 2) of `value`. */
function png(value: number): Uint8Array {
  return encodePng({ width: 2, height: 1, channels: 1, data: new Uint8Array(2).fill(value) });
}

/** An OME-TIFF (y 1, x 2) whose planes hold `values`, in T, C, Z order. */
async function tiff(values: readonly number[], described: Partial<ImageDescription> = {}): Promise<Uint8Array> {
  const sink = memorySink();
  const image = createOmeTiff(sink, {
    name: 'a',
    times: 1,
    timeStep: null,
    channels: [channelWith({ name: 'in the file' })],
    size: { z: values.length, y: 1, x: 2 },
    voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
    type: 'uint8',
    ...described,
  });
  for (const value of values) await image.writePlane(new Uint8Array(2).fill(value));
  await image.finish();
  return sink.bytes();
}

/** Shape (t, c, z) and one number a plane, in that order. */
async function look(contents: Readonly<Record<string, Uint8Array>>, path: string) {
  const files = memoryFiles(contents);
  const { images } = await openImage(files, path);
  const [image] = images;
  const planes = (await readAll(image)).flatMap((volume) => [...volume].filter((_, i) => i % 2 === 0));
  expect(files.openFiles()).toBe(0);
  return {
    shape: [image.times, image.channels.length, image.size.z],
    names: image.channels.map(({ name }) => name),
    planes,
    image,
  };
}

describe('a pattern', () => {
  it('of times, channels and planes; numbers count as numbers', async () => {
    const contents: Record<string, Uint8Array> = { 'f/notes.txt': new Uint8Array(1) };
    for (const t of [8, 9, 10])
      for (const c of [1, 2]) for (const z of [0, 5]) contents[`f/T${t}_C${c}_Z00${z}.png`] = png(20 * t + 5 * c + z);
    const { shape, planes, image } = await look(contents, 'f/T{t}_C{c}_Z{z}.png');
    expect(shape).toEqual([3, 2, 2]);
    expect(planes).toEqual([165, 170, 170, 175, 185, 190, 190, 195, 205, 210, 210, 215]);
    expect(image).toMatchObject({ timeStep: null, format: 'PNG stack', voxelSize: null });
    expect(image.notes).toContainEqual('its 12 files were taken as t 3, c 2, z 2');
  });

  it('without {z} is of stacks, and takes their voxel size', async () => {
    const contents = { 'f/C1.tif': await tiff([1, 2, 3]), 'f/C2.tif': await tiff([4, 5, 6]) };
    const { shape, planes, image } = await look(contents, 'f/C{c}.tif');
    expect([shape, planes]).toEqual([
      [1, 2, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect(image.voxelSize).toEqual({ z: 0.3, y: 0.1, x: 0.1 });
    const part = { start: { z: 1, y: 0, x: 1 }, size: { z: 2, y: 1, x: 1 } };
    expect([...(await image.read({ time: 0, channel: 1, region: part }))]).toEqual([5, 6]);
  });

  it('without {c} is of files with several channels', async () => {
    const two = { size: { z: 2, y: 1, x: 2 }, channels: ['DNA', 'Bright'].map((name) => channelWith({ name })) };
    const contents = { 'f/7.tif': await tiff([1, 2, 3, 4], two), 'f/8.tif': await tiff([5, 6, 7, 8], two) };
    const { shape, planes, names } = await look(contents, 'f/{t}.tif');
    expect([shape, planes, names]).toEqual([
      [2, 2, 2],
      [1, 2, 3, 4, 5, 6, 7, 8],
      ['DNA', 'Bright'],
    ]);
  });

  it('with names for {c} gives the channels these names', async () => {
    const contents = { 'f/a_GFP_01.tif': await tiff([1]), 'f/a_GFP_02.tif': await tiff([2]) };
    const all = { ...contents, 'f/a_DAPI_1.tif': await tiff([3]), 'f/a_DAPI_2.tif': await tiff([4]) };
    const { shape, names, planes } = await look(all, 'f/a_{c}_{z}.tif');
    expect([shape, names, planes]).toEqual([
      [1, 2, 2],
      ['DAPI', 'GFP'],
      [3, 4, 1, 2],
    ]);
  });

  it('takes what regular expressions and substitutions mean literally', async () => {
    const contents = { 'f/a+b(1).$&.1.png': png(1), 'f/a+b(1).$&.2.png': png(2), 'f/aab1.x.3.png': png(3) };
    expect((await look(contents, 'f/a+b(1).$&.{z}.png')).planes).toEqual([1, 2]);
  });

  it.each([
    ['C{c}_Z{z}.png', ['C1_Z1', 'C1_Z2', 'C2_Z1'], /1 of its 4 files \(c 2, z 2\) are missing: C2_Z2\.png\./],
    ['C{c}_Z{z}.png', ['C1_Z08', 'C1_Z09', 'C2_Z08', 'C1_Z10', 'C2_Z10'], /missing: C2_Z09\.png/],
    [
      'T{t}_Z{z}.png',
      ['T1_Z1', 'T2_Z2', 'T3_Z3', 'T4_Z4'],
      /12 of its 16.*T1_Z2\.png, T1_Z3\.png, T1_Z4\.png, T2_Z1\.png, T2_Z3\.png, and 7 more/,
    ],
    ['T{t}.png', ['T1', 'T3', 'T4'], /T1\.png is followed by T3\.png; T2\.png is missing/],
    ['C{c}.png', ['C08', 'C09', 'C11'], /C10\.png is missing/],
    ['{c}_{z}.png', ['GFP_1', 'GFP_2', 'DAPI_1'], /missing: DAPI_2\.png/],
    ['Z{z}.png', ['Z1', 'Z2', 'Z02'], /of the same number/],
    ['Z{z}.png', ['Z9007199254740992', 'Z9007199254740993', 'Z9007199254740995'], /Z9007199254740994\.png is missing/],
  ])('%s of %j is refused, naming what is missing', async (pattern, names, message) => {
    const contents = Object.fromEntries(names.map((name) => [`f/${name}.png`, png(1)]));
    await expect(look(contents, `f/${pattern}`)).rejects.toMatchObject({
      code: 'image/unsupported',
      message: expect.stringMatching(message),
    });
  });

  it('of files with more than it says is refused', async () => {
    const contents = { 'f/Z1.tif': await tiff([1, 2]), 'f/Z2.tif': await tiff([3, 4]) };
    await expect(look(contents, 'f/Z{z}.tif')).rejects.toThrow(
      /more than a plane: it is \(t 1, c 1, z 2\).*T\{t\}\.tif/,
    );
    const unlike = { 'f/C1.tif': await tiff([1, 2]), 'f/C2.tif': await tiff([3]) };
    await expect(look(unlike, 'f/C{c}.tif')).rejects.toThrow(/C2\.tif is \(z 1, y 1, x 2\) uint8, .*C1\.tif \(?.*z 2/);
  });
});

describe('a folder', () => {
  it('of TIFFs of one page each is a stack', async () => {
    const alike = { 'f/z2.tif': await tiff([2]), 'f/z10.tif': await tiff([10]), 'f/z6.tif': await tiff([6]) };
    expect((await look(alike, 'f')).planes).toEqual([2, 6, 10]);
  });

  it('of one plane is that plane', async () => expect((await look({ 'f/a.png': png(3) }, 'f')).planes).toEqual([3]));

  it('of several kinds is refused with what is there', async () => {
    const contents = { 'f/z1.png': png(1), 'f/z2.png': png(2), 'f/z1.tif': await tiff([1]) };
    await expect(look(contents, 'f')).rejects.toThrow(/several kinds: 2 PNGs, 1 TIFF\..*f\/z\{z\}\.png/);
    await expect(look({ 'f/a.czi': png(1), 'f/b.txt': png(1) }, 'f')).rejects.toThrow(/it holds 1 CZI/);
  });

  it.each([
    [['T0_C0_Z0', 'T0_C0_Z1', 'T1_C0_Z0', 'T1_C0_Z1'], 'more than one number', 'f/T{t}_C0_Z{z}.png'],
    [['cells_GAP', 'cells_GFP'], 'in letters', 'f/cells_{c}.png'],
    [['cells_DAPI_3', 'cells_GFP_3'], 'in letters', 'f/cells_{c}_3.png'],
    [['a 1_1', 'a 1_2', 'a 2_1', 'a 2_2'], 'more than one number', '"f/a 1_{z}.png"'],
    [['dapi', 'phase_1', 'phase_2'], 'in letters', 'f/phase_{z}.png'],
  ])('of several stacks (%j) tells how they differ, and a pattern that opens', async (names, how, pattern) => {
    const contents = Object.fromEntries(names.map((name, i) => [`f/${name}.png`, png(i)]));
    await expect(look(contents, 'f')).rejects.toMatchObject({
      message: expect.stringContaining(how),
      remedy: `Say which planes are meant: ${pattern}`,
    });
    expect((await look(contents, pattern.replaceAll('"', ''))).planes.length).toBeGreaterThan(0);
  });

  it('with one file of many planes names that file', async () => {
    const contents = { 'f/stack.tif': await tiff([1, 2]), 'f/notes.txt': png(1) };
    await expect(look(contents, 'f')).rejects.toThrow(/files of a folder.*Name the file alone: f\/stack\.tif$/s);
  });

  it('with one image that is no plane names that image', async () => {
    await expect(look({ 'f/a.czi': png(1) }, 'f')).rejects.toThrow(/Did you mean f\/a\.czi\?/);
  });
});
