/** CZIs of every kind, written by the format's table: the stored samples, or a refusal by name. */
import { describe, expect, it } from 'vitest';
import { random } from '../../core/index.ts';
import { openImage } from '../open-image.ts';
import type { ImageFile } from '../image-file.ts';
import type { ImageSource, Samples } from '../source.ts';
import { memoryFiles } from '../testing/memory.ts';
import { noise, readAll } from '../testing/samples.ts';
import { writeCzi, type CziLayout, type CziSubblock, type Stored } from './testing/write-czi.ts';

const FILE = 'folder/cells.czi';

async function open(subblocks: readonly CziSubblock[], layout?: CziLayout): Promise<ImageFile> {
  return openImage(memoryFiles({ [FILE]: await writeCzi(subblocks, layout) }), FILE);
}

async function refusal(subblocks: readonly CziSubblock[], layout?: CziLayout): Promise<unknown> {
  const { images } = await open(subblocks, layout).catch((error: unknown) => ({ images: error }));
  return images;
}

const unsupported = (what: RegExp) => ({
  code: 'image/unsupported',
  file: FILE,
  what: expect.stringMatching(what),
  remedy: expect.stringMatching(/\w/),
});

/** (y 3, x 4) of Gray16, unless said otherwise. */
function tile(start: CziSubblock['start'], seed = 1, more: Partial<CziSubblock> = {}): CziSubblock {
  const { width = 4, height = 3 } = more;
  const [data] = noise('uint16', width * height, 1, seed) as Stored[];
  return { start, width, height, pixels: 'Gray16', data, ...more };
}

const all = async (image: ImageSource) => (await readAll(image)).map((samples) => [...samples]);

describe('I1: pixels of every type and compression', () => {
  const uint16 = noise('uint16', 12, 1)[0] as Uint16Array;
  const float32 = noise('float32', 12, 1)[0] as Float32Array;
  it.each([
    ['Gray8', 'uint8', noise('uint8', 12, 1)[0]],
    ['Gray16', 'uint16', uint16],
    ['Gray32Float', 'float32', float32],
    ['Gray32', 'int32', Int32Array.from(uint16, (value) => value * 30000)],
    ['Gray64Float', 'float64', Float64Array.from(float32, (value) => value / 3)],
  ] as const)('%s is %s', async (pixels, type, data) => {
    for (const compression of ['none', 'zstd0', 'zstd1'] as const) {
      const { images } = await open([tile({}, 1, { pixels, data: data as Stored, compression })]);
      expect(images).toHaveLength(1);
      expect(images[0]).toMatchObject({
        type,
        size: { z: 1, y: 3, x: 4 },
        times: 1,
        format: 'CZI',
        notes: [/no meta/],
      });
      expect(await readAll(images[0])).toEqual([data]);
    }
  });

  it('zstd1 whose bytes were sorted into low and high', async () => {
    const { images } = await open([tile({}, 1, { compression: 'zstd1 hi-lo' })]);
    expect(await readAll(images[0])).toEqual([uint16]);
    const color = noise('uint16', 36, 1)[0] as Uint16Array;
    const file = await open([tile({}, 1, { pixels: 'Bgr48', data: color, compression: 'zstd1 hi-lo' })]);
    const [red] = await readAll(file.images[0]);
    expect([...red]).toEqual([...color].filter((_, i) => i % 3 === 2));
  });

  it.each([
    ['Bgr24', 'uint8', 3],
    ['Bgr48', 'uint16', 3],
    ['Bgr96Float', 'float32', 3],
    ['Bgra32', 'uint8', 4],
  ] as const)('%s comes as red, green, blue (and alpha) of each channel', async (pixels, type, samples) => {
    const [first, second] = noise(type, 12 * samples, 2) as Stored[];
    const { images } = await open([
      tile({ C: 0 }, 1, { pixels, data: first }),
      tile({ C: 1 }, 1, { pixels, data: second }),
    ]);
    expect(images[0].type).toBe(type);
    expect(images[0].channels.map(({ color }) => color).slice(0, 3)).toEqual(['#FF0000', '#00FF00', '#0000FF']);
    expect(images[0].notes.join()).toMatch(samples === 4 ? /alpha/ : /color image/);
    const stored = [2, 1, 0, 3].slice(0, samples); // blue, green, red on disk
    const expected = [first, second].flatMap((data) =>
      stored.map((sample) => [...data].filter((_, i) => i % samples === sample)),
    );
    expect(await all(images[0])).toEqual(expected);
  });

  it('Gray32 from 2^31 on is refused when it is read: programs disagree on its sign', async () => {
    const { images } = await open([tile({}, 1, { pixels: 'Gray32', data: new Int32Array(12).fill(-5) })]);
    await expect(readAll(images[0])).rejects.toMatchObject(unsupported(/Gray32 with the highest bit/));
  });

  it.each([
    ['JPEG', 1],
    ['LZW', 2],
    ['JPEG XR', 4],
    ["a camera's own", 103],
    ['unknown', 7],
  ])('%s is refused by name, with what to do', async (name, compression) => {
    expect(await refusal([tile({}, 1, { compression })])).toMatchObject({
      ...unsupported(new RegExp(name)),
      remedy: expect.stringMatching(/ZEN.*bfconvert/),
    });
  });

  it('complex numbers are refused by name', async () => {
    const data = new Float64Array(24);
    expect(await refusal([tile({}, 1, { pixels: 'Gray64ComplexFloat', data })])).toMatchObject(unsupported(/Complex/));
  });

  it('low and high bytes sorted in samples of one byte are damage', async () => {
    const data = noise('uint8', 12, 1)[0] as Uint8Array;
    const { images } = await open([tile({}, 1, { pixels: 'Gray8', data, compression: 'zstd1 hi-lo' })]);
    await expect(readAll(images[0])).rejects.toMatchObject({ code: 'image/damaged' });
  });

  it.each(['none', 'zstd0', 'zstd1'] as const)('%s of fewer pixels than the tile has', async (compression) => {
    const { images } = await open([tile({}, 1, { compression, data: uint16.slice(1) })]);
    await expect(readAll(images[0])).rejects.toMatchObject({ code: 'image/damaged' });
  });
});

describe('I1: planes', () => {
  it('by their indices, in whatever order the directory has them, from whatever index they start', async () => {
    const { integer } = random(3);
    const planes: CziSubblock[] = [];
    for (const T of [4, 5, 6])
      for (const C of [1, 2]) for (const Z of [-1, 0]) planes.push(tile({ B: integer(2), T, C, Z }, 1 + planes.length));
    const shuffled = planes.toSorted((a, b) => a.data[0] - b.data[0]);
    const { images } = await open(shuffled, { early: true });
    expect(images[0]).toMatchObject({ times: 3, size: { z: 2 }, channels: [{}, {}] });
    const expected = [0, 2, 4, 6, 8, 10].map((i) => [...planes[i].data, ...planes[i + 1].data]);
    expect(await all(images[0])).toEqual(expected);
  });

  it('of reduced copies nothing is read, whatever their byte says', async () => {
    const full = tile({ M: 0, S: 0 });
    const copy = tile({ X: -8, M: 7, S: 0 }, 2, { width: 16, height: 12, reduced: 4, compression: 4 });
    const { images } = await open([copy, full]);
    expect(images[0].size).toEqual({ z: 1, y: 3, x: 4 });
    expect(await readAll(images[0])).toEqual([full.data]);
    expect(await refusal([copy])).toMatchObject(unsupported(/full resolution/));
  });

  it('that are missing are listed when the file is opened, and refused when they are read', async () => {
    const planes = [0, 1, 2].flatMap((T) => [0, 1].map((Z) => tile({ T, Z }, 1 + 2 * T + Z)));
    planes.splice(3, 1);
    const { images } = await open(planes);
    expect(images[0].notes.join()).toMatch(/1 of its planes are missing.*: t 1 c 0 z 1$/);
    const region = { start: { z: 0, y: 0, x: 0 }, size: { z: 1, y: 3, x: 4 } };
    expect(await images[0].read({ time: 1, channel: 0, region })).toEqual(planes[2].data);
    await expect(readAll(images[0])).rejects.toMatchObject({ code: 'image/truncated', what: /time 1, channel 0, z 1/ });
  });

  it('that are missing by the hundred are counted, and some are named', async () => {
    const { images } = await open([tile({ T: 0, Z: 0 }), tile({ T: 19, Z: 9 })]);
    expect(images[0].notes.join()).toMatch(/198 of its planes.*t 0 c 0 z 1,.* and 193 more$/);
  });

  it('of one place and no order are refused: which is meant is not said', async () => {
    expect(await refusal([tile({ B: 0 }, 1), tile({ B: 1 }, 2)])).toMatchObject({ code: 'image/damaged' });
    expect(await refusal([tile({ M: 3 }, 1), tile({ M: 3, X: 3 }, 2)])).toMatchObject({ code: 'image/damaged' });
    const { images } = await open([tile({ M: 3 }, 1), tile({ M: 3, X: 4 }, 2)]);
    expect(images[0].size.x).toBe(8);
  });

  it.each([
    ['H', 'phases'],
    ['V', 'views'],
    ['R', 'rotations'],
    ['I', 'illuminations'],
  ])('along %s are refused by name, but one is as good as none', async (axis, name) => {
    const { images } = await open([tile({ [axis]: 5 })]);
    expect(images).toHaveLength(1);
    expect(await refusal([tile({ [axis]: 0 }), tile({ [axis]: 1 })])).toMatchObject(unsupported(new RegExp(name)));
  });

  it('in one subblock together are refused', async () => {
    expect(await refusal([tile({ Z: 0 }, 1, { sizes: { Z: 5 } })])).toMatchObject(unsupported(/5 indices along Z/));
  });

  it('of channels of unlike type are images by type', async () => {
    const byte = noise('uint8', 12, 1)[0] as Uint8Array;
    const tiles = [tile({ C: 0 }, 1), tile({ C: 1 }, 1, { pixels: 'Gray8', data: byte }), tile({ C: 2 }, 3)];
    const { images } = await open(tiles);
    expect(images.map(({ name, type }) => [name, type])).toEqual([
      ['Gray16', 'uint16'],
      ['Gray8', 'uint8'],
    ]);
    expect(images[0].notes.join()).toMatch(/several types; these are its channels 0, 2/);
    expect(await readAll(images[0])).toEqual([tiles[0].data, tiles[2].data]);
    expect(await readAll(images[1])).toEqual([byte]);
    const mixed = [tile({ Z: 0 }), tile({ Z: 1 }, 1, { pixels: 'Gray8', data: byte })];
    expect(await refusal(mixed)).toMatchObject(unsupported(/several pixel types/));
  });
});

describe('I1: mosaics and scenes', () => {
  /** Tiles of two scenes anywhere on the stage, in the directory in another order than that of M. */
  const { integer } = random(5);
  const tiles = Array.from({ length: 24 }, (_, i) => {
    const S = i % 2;
    const start = { X: 39000 * S - 7 + integer(12), Y: -500 + integer(9), M: (i * 7) % 24, S, Z: (i >> 1) % 2 };
    return tile(start, 1 + i, { compression: i % 3 === 0 ? 'zstd1 hi-lo' : 'none' });
  });

  /** By the definition: each pixel is that of the tile with the highest M that has it. */
  function painted(scene: number, z: number): { y: number; x: number; pixels: number[] } {
    const of = tiles.filter(({ start }) => start['S'] === scene);
    const [left, top] = ['X', 'Y'].map((axis) => Math.min(...of.map(({ start }) => start[axis])));
    const x = Math.max(...of.map(({ start }) => start['X'])) + 4 - left;
    const y = Math.max(...of.map(({ start }) => start['Y'])) + 3 - top;
    const pixels = Array.from({ length: y * x }, (_, i) => {
      const [py, px] = [top + Math.floor(i / x), left + (i % x)];
      const upper = of
        .filter(({ start: { X, Y, Z } }) => Z === z && px >= X && px < X + 4 && py >= Y && py < Y + 3)
        .toSorted((a, b) => b.start['M'] - a.start['M'])[0];
      return upper ? upper.data[(py - upper.start['Y']) * 4 + px - upper.start['X']] : 0;
    });
    return { y, x, pixels };
  }

  const XML = `<ImageDocument><Metadata><Information><Image><Dimensions><S><Scenes>
    <Scene Index="1" Name="right"/><Scene Index="0" Name="left"/></Scenes></S></Dimensions></Image></Information>
    </Metadata></ImageDocument>`;

  it('each scene is an image, framed by its tiles, later ones over earlier, 0 where none lies', async () => {
    const { images } = await open(tiles, { xml: XML });
    expect(images.map(({ name }) => name)).toEqual(['left', 'right']);
    for (const [scene, image] of images.entries()) {
      const planes = [0, 1].map((z) => painted(scene, z));
      expect(image.size).toEqual({ z: 2, y: planes[0].y, x: planes[0].x });
      expect(await all(image)).toEqual([planes.flatMap(({ pixels }) => pixels)]);
      expect(image.notes.join()).toMatch(/mosaic of 6 tiles/);
    }
  });

  it('any region is that crop of the whole', async () => {
    const { images } = await open(tiles);
    const { size, read } = images[0];
    const [whole] = await readAll(images[0]);
    for (let i = 0; i < 60; i++) {
      const start = { z: integer(size.z), y: integer(size.y), x: integer(size.x) };
      const [z, y, x] = (['z', 'y', 'x'] as const).map((axis) => 1 + integer(size[axis] - start[axis]));
      const box = { z, y, x };
      const crop = await read({ time: 0, channel: 0, region: { start, size: box } });
      const expected = Array.from({ length: z * y * x }, (_, at) => {
        const [pz, py, px] = [Math.floor(at / (y * x)), Math.floor(at / x) % y, at % x];
        return whole[((start.z + pz) * size.y + start.y + py) * size.x + start.x + px];
      });
      expect([...crop]).toEqual(expected);
    }
  });

  it('a region reads the tiles that meet it and no others, and each once', async () => {
    const row = Array.from({ length: 9 }, (_, i) => tile({ X: 100 * i, M: i }, i + 1, { width: 100, height: 50 }));
    const files = memoryFiles({ [FILE]: await writeCzi(row) });
    const { images } = await openImage(files, FILE);
    const opened = files.bytesRead();
    const read = (x: number, width: number): Promise<Samples> =>
      images[0].read({ time: 0, channel: 0, region: { start: { z: 0, y: 3, x }, size: { z: 1, y: 5, x: width } } });
    await read(310, 50);
    const once = files.bytesRead() - opened;
    expect(once).toBeGreaterThan(10000);
    expect(once).toBeLessThan(10500);
    await read(300, 100);
    expect(files.bytesRead() - opened).toBe(once);
    await read(250, 200);
    expect(files.bytesRead() - opened).toBe(3 * once);
  });

  it('planes with fewer tiles than others are said', async () => {
    const { images } = await open([tile({ M: 0 }), tile({ M: 1, X: 4 }), tile({ M: 0, Z: 1 })]);
    expect(images[0].notes.join()).toMatch(/only 1 of 2 tiles/);
  });
});

describe('I1: files that are not whole', () => {
  it.each([
    ['never closed', { unclosed: true }, /never closed/],
    ['update pending', { updatePending: 1 }, /never closed/],
    ['a part of several files', { filePart: 1 }, /split into several files/],
    ['another file of several', { foreign: true }, /split into several files/],
  ] as const)('%s', async (_, layout, what) => {
    expect(await refusal([tile({})], layout)).toMatchObject(unsupported(what));
  });

  it('a subblock in another file', async () => {
    expect(await refusal([tile({}, 1, { filePart: 2 })])).toMatchObject(unsupported(/part 2/));
  });
});
