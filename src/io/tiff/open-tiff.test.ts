/** TIFF: any layout gives the stored samples, whole and by region; what is not read is refused by name. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import { allocateSamples } from '../samples.ts';
import type { ImageSource, Samples, SampleType } from '../source.ts';
import { memoryFiles } from '../testing/memory.ts';
import { noise, readAll } from '../testing/samples.ts';
import { writeTiff, type TiffLayout } from '../testing/write-tiff.ts';

const FILE = 'folder/a.tif';

async function open(bytes: Uint8Array): Promise<readonly ImageSource[]> {
  return (await openImage(memoryFiles({ [FILE]: bytes }), FILE)).images;
}

function pagesOf({ width, height, type, samples = 1 }: TiffLayout, count: number): Samples[] {
  return noise(type, width * height * samples, count);
}

const INTEGERS: readonly SampleType[] = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32'];
const PREDICTED: readonly TiffLayout['compression'][] = ['deflate', 'lzw'];
const layouts = fc
  .record({
    width: fc.integer({ min: 1, max: 21 }),
    height: fc.integer({ min: 1, max: 13 }),
    type: fc.constantFrom<SampleType>(...INTEGERS, 'float32', 'float64'),
    bigEndian: fc.boolean(),
    big: fc.boolean(),
    blocks: fc.oneof(
      fc.record({ rows: fc.integer({ min: 1, max: 14 }) }),
      fc.record({ tile: fc.tuple(fc.constantFrom(4, 16), fc.constantFrom(4, 16, 32)) }),
    ),
    compression: fc.constantFrom<TiffLayout['compression']>('none', 'deflate', 'lzw', 'packbits'),
    predicted: fc.boolean(),
  })
  .map(({ predicted, ...layout }): TiffLayout => ({
    ...layout,
    predictor: !predicted || !PREDICTED.includes(layout.compression) ? 1 : INTEGERS.includes(layout.type) ? 2 : 3,
  }));

it('I1: any layout gives the stored samples, whole and by any region', async () => {
  const part = fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.double({ min: 0, max: 0.999, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(layouts, fc.tuple(part, part, part), async (layout, [pz, py, px]) => {
      const pages = pagesOf(layout, 3);
      const [image] = await open(writeTiff(pages, layout));
      expect(image).toMatchObject({ type: layout.type, size: { z: 3, y: layout.height, x: layout.width } });
      const along = (extent: number, [from, to]: [number, number]) => {
        const start = Math.floor(from * extent);
        return { start, size: 1 + Math.floor(to * (extent - start)) };
      };
      const [z, y, x] = [along(3, pz), along(layout.height, py), along(layout.width, px)];
      const region = { start: { z: z.start, y: y.start, x: x.start }, size: { z: z.size, y: y.size, x: x.size } };
      const crop = await image.read({ time: 0, channel: 0, region });
      expect([...crop]).toEqual(
        Array.from({ length: z.size }, (_, k) =>
          Array.from({ length: y.size }, (_, j) => {
            const at = (y.start + j) * layout.width + x.start;
            return [...pages[z.start + k].subarray(at, at + x.size)];
          }),
        ).flat(2),
      );
      expect([...(await readAll(image))[0]]).toEqual(pages.flatMap((page) => [...page]));
    }),
    { seed: 1, numRuns: 250 },
  );
});

it('LZW gives back long runs, and noise that fills its table again and again', async () => {
  for (const type of ['uint8', 'uint16'] as const) {
    const layout = { width: 256, height: 64, type, compression: 'lzw' } as const;
    const pages = [pagesOf(layout, 1)[0], allocateSamples(type, 256 * 64).fill(7)];
    const [image] = await open(writeTiff(pages, layout));
    expect((await readAll(image))[0]).toEqual(
      new (pages[0].constructor as Uint8ArrayConstructor)(pages.flatMap((page) => [...page])),
    );
  }
});

it('tiles whose places the tags of strips say, as old programs wrote them', async () => {
  const layout = { width: 40, height: 20, type: 'uint16', blocks: { tile: [16, 16] } } as const;
  const pages = pagesOf(layout, 1);
  const bytes = writeTiff(pages, layout);
  const view = new DataView(bytes.buffer);
  const first = view.getUint32(4, true);
  for (let at = first + 2; at < first + 2 + 12 * view.getUint16(first, true); at += 12) {
    const tag = view.getUint16(at, true);
    if (tag === 324 || tag === 325) view.setUint16(at, tag === 324 ? 273 : 279, true);
  }
  const [image] = await open(bytes);
  expect(await readAll(image)).toEqual(pages);
});

it('a region costs the rows that it meets, or the strips where they are compressed, and those only once', async () => {
  const layout = { width: 64, height: 4096, type: 'uint8', blocks: { rows: 64 } } as const;
  const region = { start: { z: 0, y: 100, x: 3 }, size: { z: 1, y: 30, x: 5 } };
  const cost = async (compression: 'none' | 'lzw') => {
    const files = memoryFiles({ [FILE]: writeTiff(pagesOf(layout, 1), { ...layout, compression }) });
    const [image] = (await openImage(files, FILE)).images;
    const read = async (y: number) => {
      const before = files.bytesRead();
      await image.read({ time: 0, channel: 0, region: { ...region, start: { z: 0, y, x: 3 } } });
      return files.bytesRead() - before;
    };
    await read(100); // the table of strips too
    return [await read(2000), await read(2000)];
  };
  const rows = 29 * 64 + 5;
  expect(await cost('none')).toEqual([rows, rows]);
  const [first, again] = await cost('lzw');
  expect(first).toBeLessThan(3 * 64 * 64);
  expect(again).toBe(0);
});

describe('colors', () => {
  const layout: TiffLayout = { width: 5, height: 7, type: 'uint8', samples: 3, compression: 'lzw', predictor: 2 };
  const grey = pagesOf({ ...layout, samples: 1 }, 1)[0];
  const rgb = Uint8Array.from([...grey].flatMap((value) => [value, value, value]));

  it('RGB whose colors are equal is read as grey, and that is said', async () => {
    const [image] = await open(writeTiff([rgb], layout));
    expect((await readAll(image))[0]).toEqual(grey);
    expect(image.notes.join()).toContain('grey');
  });

  it('RGB with full alpha likewise, with other alpha it is four channels', async () => {
    const rgba = Uint8Array.from([...grey].flatMap((value) => [value, value, value, 255]));
    expect((await readAll((await open(writeTiff([rgba], { ...layout, samples: 4 })))[0]))[0]).toEqual(grey);
    rgba[3] = 254;
    const [image] = await open(writeTiff([rgba], { ...layout, samples: 4 }));
    expect((await readAll(image)).map(([value]) => value)).toEqual(Array.from(rgba.subarray(0, 4)));
    expect(image.notes.join()).toContain('alpha');
  });

  it('one pixel whose colors differ makes three channels of an image; on a page not looked at before it is refused', async () => {
    const colored = rgb.slice();
    colored[100]++;
    const [image] = await open(writeTiff([rgb, colored], layout));
    expect(image.channels.map(({ color }) => color)).toEqual(['#FF0000', '#00FF00', '#0000FF']);
    const channels = [0, 1, 2].map((c) =>
      [rgb, colored].flatMap((page) => Array.from(page).filter((_, i) => i % 3 === c)),
    );
    expect((await readAll(image)).map((samples) => [...samples])).toEqual(channels);
    const [grey5] = await open(writeTiff([rgb, colored, rgb, rgb, rgb], layout));
    expect(grey5.channels.length).toBe(1);
    await expect(readAll(grey5)).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringContaining('page 1'),
    });
  });
});

describe('refused by name', () => {
  const layout: TiffLayout = { width: 4, height: 4, type: 'uint16' };
  const long = (...values: number[]) => ({ type: 4, values }) as const;
  const short = (...values: number[]) => ({ type: 3, values }) as const;
  it.each([
    ['JPEG', { 259: short(7) }],
    ['CCITT', { 259: short(4) }],
    ['YCbCr', { 262: short(6) }],
    ['FillOrder 2', { 266: short(2) }],
    ['uint16 samples with predictor 3', { 259: short(5), 317: short(3) }],
    ['predictor 2 with compression none', { 317: short(2) }],
    ['predictor 2 with compression PackBits', { 259: short(32773), 317: short(2) }],
    ['24 bits', { 258: short(24) }],
    ['Olympus FluoView', { 34361: long(1) }],
    ['NDTiff', { 51123: long(1) }],
  ])('%s', async (name, tags) => {
    await expect(open(writeTiff(pagesOf(layout, 1), { ...layout, tags }))).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringContaining(name),
      remedy: expect.stringMatching(/\w/),
    });
  });

  it('thumbnails are no pages', async () => {
    const thumbnail = writeTiff(pagesOf({ ...layout, width: 2 }, 1), { ...layout, width: 2, tags: { 254: long(1) } });
    const pages = pagesOf(layout, 1);
    const [image] = await open(chain(writeTiff(pages, layout), thumbnail));
    expect(image.size.z).toBe(1);
    expect((await readAll(image))[0]).toEqual(pages[0]);
  });
});

it('pages of two sizes are two images, and that is said', async () => {
  const layout: TiffLayout = { width: 4, height: 4, type: 'uint16' };
  const wide: TiffLayout = { ...layout, width: 8 };
  const parts = pagesOf(wide, 2).map((page) => writeTiff([page], wide));
  const images = await open(parts.reduce(chain, writeTiff(pagesOf(layout, 1), layout)));
  expect(images.map(({ size }) => size)).toEqual([
    { z: 1, y: 4, x: 4 },
    { z: 2, y: 4, x: 8 },
  ]);
  expect(images[0].notes.join()).toContain('2 images');
  expect([...(await readAll(images[1]))[0]]).toEqual(pagesOf(wide, 2).flatMap((page) => [...page]));
});

/** The pages of `a`, then those of `b`, both classic little-endian. */
function chain(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const moved = new Uint8Array(a.length + b.length);
  moved.set(a);
  moved.set(b, a.length);
  const view = new DataView(moved.buffer);
  const first = a.length + view.getUint32(a.length + 4, true);
  view.setUint32(a.length - 4, first, true); // a ends with its last pointer
  const size: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 4, 5: 8 };
  for (let at = first + 2, i = 0; i < view.getUint16(first, true); i++, at += 12) {
    const inline = size[view.getUint16(at + 2, true)] * view.getUint32(at + 4, true) <= 4;
    if (!inline || view.getUint16(at, true) === 273)
      view.setUint32(at + 8, view.getUint32(at + 8, true) + a.length, true);
  }
  return moved;
}
