/** What microscopes' programs write: MetaMorph STK, Zeiss LSM, NDTiff; zstd and planes of colors. */
import { describe, expect, it } from 'vitest';
import { encodeZstd } from '../../codec/index.ts';
import { openImage } from '../open-image.ts';
import type { ImageSource } from '../source.ts';
import { memoryFiles } from '../testing/memory.ts';
import { readAll } from '../testing/samples.ts';
import { numberedPlanes, withBlock, writeLsm, writeNdtiff, writePlanarRgb, writeStk } from '../testing/vendor-tiffs.ts';
import { writeTiff } from '../testing/write-tiff.ts';

async function open(contents: Record<string, Uint8Array>): Promise<readonly ImageSource[]> {
  return (await openImage(memoryFiles(contents), Object.keys(contents)[0])).images;
}

const flat = (planes: readonly Uint8Array[]) => planes.flatMap((plane) => [...plane]);

describe('MetaMorph STK', () => {
  it('planes with distances are z, of which they are the size', async () => {
    const [image] = await open({ 'a.stk': writeStk([1, 2, 3].map(() => ({ distance: 0.5, day: 1 }))) });
    expect(image).toMatchObject({ format: 'MetaMorph STK', times: 1, size: { z: 3, y: 2, x: 4 }, notes: [] });
    expect(image.voxelSize).toEqual({ z: 0.5, y: null, x: null });
    expect([...(await readAll(image))[0]]).toEqual(flat(numberedPlanes(3)));
  });

  it('planes at other times are times; what nothing tells apart is z, and that is said', async () => {
    const [series] = await open({ 'a.stk': writeStk([1, 2, 3].map((day) => ({ distance: 0, day }))) });
    expect(series).toMatchObject({ times: 3, timeStep: 86_400_000, size: { z: 1 } });
    const [image] = await open({ 'a.stk': writeStk([1, 2].map(() => ({ distance: 0, day: 1 }))) });
    expect(image).toMatchObject({ times: 1, size: { z: 2 }, notes: [expect.stringContaining('z')] });
  });

  it('planes beyond the end are missed', async () => {
    const bytes = writeStk([1, 2, 3].map(() => ({ distance: 0.5, day: 1 })));
    await expect(open({ 'a.stk': bytes.slice(0, -8) })).rejects.toMatchObject({ code: 'image/truncated' });
  });
});

it('Zeiss LSM: pages run through z, then times; sizes are in meters', async () => {
  const [image] = await open({ 'a.lsm': writeLsm(2, 3) });
  expect(image).toMatchObject({ format: 'Zeiss LSM', times: 2, timeStep: 1.5, size: { z: 3, y: 2, x: 4 } });
  const { z, y, x } = image.voxelSize!;
  [z! / 0.5, y! / 0.2, x! / 0.1].forEach((ratio) => expect(ratio).toBeCloseTo(1, 12));
  expect((await readAll(image)).flatMap((samples) => [...samples])).toEqual(flat(numberedPlanes(6)));
});

describe('NDTiff', () => {
  const axes = ['light', 'DNA'].flatMap((channel) => [1, 0].map((z) => ({ channel, z })));
  const { tiff, index } = writeNdtiff('a.tif', axes);

  const three = writeNdtiff('a.tif', [{ channel: 'light', z: 0 }, ...axes.slice(2)]);
  const unfinished = { 'a.tif': three.tiff, 'NDTiff.index': three.index };

  it('planes are where the index says, of whichever file', async () => {
    const [image] = await open({ 'a.tif': tiff, 'NDTiff.index': index });
    expect(image.channels.map(({ name }) => name)).toEqual(['light', 'DNA']);
    const [a, b, c, d] = numberedPlanes(4);
    expect((await readAll(image)).map((samples) => [...samples])).toEqual([flat([b, a]), flat([d, c])]);
  });

  it('positions are images of their own', async () => {
    const two = writeNdtiff('a.tif', [{ position: 0 }, { position: 1 }]);
    const images = await open({ 'a.tif': two.tiff, 'NDTiff.index': two.index });
    expect(images.map(({ name }) => name)).toEqual(['position 0', 'position 1']);
    expect([...(await readAll(images[1]))[0]]).toEqual([...numberedPlanes(2)[1]]);
  });

  it.each([
    ['image/unsupported', 'NDTiff.index', { 'a.tif': tiff }],
    ['image/truncated', 'entry 3', { 'a.tif': tiff, 'NDTiff.index': index.slice(0, -1) }],
    ['image/truncated', '3 planes', { 'a.tif': tiff, 'NDTiff.index': writeNdtiff('a.tif', axes.slice(0, 3)).index }],
    [
      'image/missing',
      'b.tif',
      { 'a.tif': tiff, 'NDTiff.index': Uint8Array.from([...index, ...writeNdtiff('b.tif', axes).index]) },
    ],
    ['image/truncated', 'z 1', unfinished],
  ])('refuses with %s, naming %s', async (code, what, contents) => {
    await expect(open(contents)).rejects.toMatchObject({ code, what: expect.stringContaining(what) });
  });
});

it('red, green and blue in planes of their own are channels', async () => {
  const [image] = await open({ 'a.tif': writePlanarRgb() });
  expect((await readAll(image)).map((samples) => [...samples])).toEqual(numberedPlanes(3).map((plane) => [...plane]));
});

it('zstd, and one of another length than the block is refused', async () => {
  const [plane] = numberedPlanes(1);
  const bytes = writeTiff([plane], { width: 4, height: 2, type: 'uint8' });
  const [image] = await open({ 'a.tif': withBlock(bytes, await encodeZstd(plane), 50000) });
  expect([...(await readAll(image))[0]]).toEqual([...plane]);
  const [short] = await open({ 'a.tif': withBlock(bytes, await encodeZstd(plane.subarray(1)), 50000) });
  await expect(readAll(short)).rejects.toMatchObject({ code: 'image/damaged' });
});
