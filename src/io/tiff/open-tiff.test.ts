/** TIFF: any layout gives the stored samples, and no damage passes for pixels. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUnstainedError, random } from '../../core/index.ts';
import { openImage } from '../open-image.ts';
import { allocateSamples } from '../samples.ts';
import type { ImageSource, Samples, SampleType } from '../source.ts';
import { memoryFiles } from '../testing/memory.ts';
import { writeTiff, type TiffLayout } from '../testing/write-tiff.ts';

const FILE = 'folder/a.tif';

async function open(bytes: Uint8Array): Promise<readonly ImageSource[]> {
  return (await openImage(memoryFiles({ [FILE]: bytes }), FILE)).images;
}

async function readAll(image: ImageSource): Promise<Samples[]> {
  const region = { start: { z: 0, y: 0, x: 0 }, size: image.size };
  const volumes: Samples[] = [];
  for (let time = 0; time < image.times; time++)
    for (let channel = 0; channel < image.channels.length; channel++)
      volumes.push(await image.read({ time, channel, region }));
  return volumes;
}

/** Pages of any numbers that the type can hold, the same for the same seed. */
function pagesOf({ width, height, type, samples = 1 }: TiffLayout, count: number, seed = 1): Samples[] {
  const { integer } = random(seed);
  return Array.from({ length: count }, () => {
    const page = allocateSamples(type, width * height * samples);
    for (let i = 0; i < page.length; i++) page[i] = integer(2 ** 16) - (type.startsWith('u') ? 0 : 2 ** 15);
    return page;
  });
}

const INTEGERS: readonly SampleType[] = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32'];
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
    predictor: predicted && INTEGERS.includes(layout.type) ? 2 : 1,
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
    { seed: 1, numRuns: 150 },
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

it('a region costs the strips that it meets, and reading it again costs nothing', async () => {
  const layout = { width: 64, height: 4096, type: 'uint8', blocks: { rows: 64 } } as const;
  const files = memoryFiles({ [FILE]: writeTiff(pagesOf(layout, 1), layout) });
  const { images } = await openImage(files, FILE);
  const region = { start: { z: 0, y: 100, x: 3 }, size: { z: 1, y: 30, x: 5 } };
  await images[0].read({ time: 0, channel: 0, region }); // the table of strips too
  const before = files.bytesRead();
  await images[0].read({ time: 0, channel: 0, region: { ...region, start: { z: 0, y: 2000, x: 3 } } });
  expect(files.bytesRead() - before).toBe(64 * 64);
  await images[0].read({ time: 0, channel: 0, region });
  expect(files.bytesRead() - before).toBe(64 * 64);
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

  it('RGB with full alpha likewise, with other alpha it is refused', async () => {
    const rgba = Uint8Array.from([...grey].flatMap((value) => [value, value, value, 255]));
    expect((await readAll((await open(writeTiff([rgba], { ...layout, samples: 4 })))[0]))[0]).toEqual(grey);
    rgba[3] = 254;
    await expect(open(writeTiff([rgba], { ...layout, samples: 4 }))).rejects.toMatchObject({
      code: 'image/unsupported',
    });
  });

  it('one pixel whose colors differ is enough to refuse, also on a later page', async () => {
    const colored = rgb.slice();
    colored[100]++;
    await expect(open(writeTiff([colored], layout))).rejects.toMatchObject({ code: 'image/unsupported', file: FILE });
    const [image] = await open(writeTiff([rgb, colored], layout));
    await expect(readAll(image)).rejects.toMatchObject({
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
    ['zstd', { 259: short(50000) }],
    ['CCITT', { 259: short(4) }],
    ['12 bits', { 258: short(12) }],
    ['16 bits (floating point)', { 339: short(3) }],
    ['YCbCr', { 262: short(6) }],
    ['FillOrder 2', { 266: short(2) }],
    ['2 samples', { 277: short(2), 258: short(16, 16), 339: short(1, 1) }],
    ['predictor 3', { 317: short(3) }],
    ['Zeiss LSM', { 34412: long(1) }],
    ['MetaMorph STK', { 33629: long(1) }],
    ['NDTiff', { 51123: long(1) }],
  ])('%s', async (name, tags) => {
    await expect(open(writeTiff(pagesOf(layout, 1), { ...layout, tags }))).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringContaining(name),
      remedy: expect.stringMatching(/\w/),
    });
  });

  it('pages of two sizes, which are no stack', async () => {
    const [a, b] = [
      writeTiff(pagesOf(layout, 1), layout),
      writeTiff(pagesOf({ ...layout, width: 8 }, 1), { ...layout, width: 8 }),
    ];
    await expect(open(chain(a, b))).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringContaining('(y 4, x 8)'),
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

describe('I1: damage is refused or changes nothing', () => {
  const layout: TiffLayout = { width: 8, height: 6, type: 'uint16', blocks: { rows: 4 } };
  const pages = pagesOf(layout, 2);
  const whole = pages.flatMap((page) => [...page]);
  const description = 'ImageJ=1.54p\nimages=2\nslices=2\n';

  /** The samples, or null for a refusal that names the file. Anything else is a defect. */
  async function outcome(bytes: Uint8Array): Promise<number[] | null> {
    try {
      const [image] = await open(bytes);
      return [...(await readAll(image))[0]];
    } catch (error) {
      if (!isUnstainedError(error)) throw error;
      expect(error).toMatchObject({ file: FILE, exitCode: 3 });
      return null;
    }
  }

  it.each(['none', 'deflate', 'lzw', 'packbits'] as const)('cut at every length, %s', async (compression) => {
    for (const big of [false, true]) {
      const bytes = writeTiff(pages, { ...layout, compression, big, description });
      expect(await outcome(bytes)).toEqual(whole);
      for (let length = 0; length < bytes.length; length++)
        expect([null, whole], `${length} of ${bytes.length} bytes`).toContainEqual(
          await outcome(bytes.subarray(0, length)),
        );
    }
  });

  it('any bit flipped is a refusal or an image; among the pixels of Deflate a refusal or the same image', async () => {
    const bytes = writeTiff(pages, { ...layout, compression: 'deflate', description });
    const strips = stripBytes(bytes);
    expect(strips.size).toBeGreaterThan(100);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const result = await outcome(flipped); // a flipped tag that still makes sense cannot be seen by anyone
      if (strips.has(bit >> 3)) expect([null, whole]).toContainEqual(result);
    }
  });
});

describe('I2: bounded, whatever the header says', () => {
  const layout: TiffLayout = { width: 8, height: 8, type: 'uint8' };
  const long = (...values: number[]) => ({ type: 4, values }) as const;

  it('directories that come back to an earlier one', async () => {
    const bytes = writeTiff(pagesOf(layout, 2), layout);
    const first = new DataView(bytes.buffer).getUint32(4, true);
    new DataView(bytes.buffer).setUint32(bytes.length - 4, first, true);
    await expect(open(bytes)).rejects.toMatchObject({ code: 'image/damaged', at: first });
  });

  it.each([
    ['a page of 2^30 by 2^30', { 256: long(2 ** 30), 257: long(2 ** 30) }],
    ['2^31 - 1 rows', { 257: long(2 ** 31 - 1) }],
    ['strips of no rows', { 278: long(0) }],
    ['no pixels at all', { 256: long(0) }],
    ['strips of no bytes', { 279: long(0) }],
    ['pixels beyond the end', { 273: long(2 ** 31) }],
  ])('%s', async (_, tags) => {
    const bytes = writeTiff(pagesOf(layout, 1), { ...layout, tags });
    await expect(open(bytes).then(([image]) => readAll(image))).rejects.toMatchObject({ exitCode: 3, file: FILE });
  });

  it('a count of 2^31 values, in whatever tag', async () => {
    const pages = pagesOf(layout, 1);
    const bytes = writeTiff(pages, layout);
    const view = new DataView(bytes.buffer);
    for (let at = view.getUint32(4, true) + 2; at + 12 < bytes.length; at += 12) {
      const changed = bytes.slice();
      new DataView(changed.buffer).setUint32(at + 4, 2 ** 31, true);
      const reading = open(changed).then(([image]) => readAll(image));
      await expect(reading, `tag ${view.getUint16(at, true)}`).rejects.toMatchObject({ exitCode: 3 });
    }
  });

  it('offsets and sizes that are negative or no whole numbers', async () => {
    const bytes = writeTiff(pagesOf(layout, 1), { ...layout, compression: 'deflate' });
    const view = new DataView(bytes.buffer);
    const first = view.getUint32(4, true);
    for (const tag of [256, 257, 273, 278, 279])
      for (const [type, value] of [
        [9, -1],
        [11, 0x3f000000],
        [11, 0x7fc00000],
      ]) {
        const changed = bytes.slice();
        for (let at = first + 2; at + 12 < bytes.length; at += 12)
          if (view.getUint16(at, true) === tag) {
            new DataView(changed.buffer).setUint16(at + 2, type, true);
            new DataView(changed.buffer).setUint32(at + 8, value, true);
          }
        const reading = open(changed).then(([image]) => readAll(image));
        await expect(reading, `tag ${tag} of type ${type}`).rejects.toMatchObject({ exitCode: 3 });
      }
  });

  it('64 KB that inflate to 64 MB where 64 bytes belong', async () => {
    const bomb = deflateSync(new Uint8Array(2 ** 26));
    const bytes = writeTiff([new Uint8Array(64)], { ...layout, compression: 'deflate' });
    const at = bytes.length;
    const grown = new Uint8Array(at + bomb.length);
    grown.set(bytes);
    grown.set(bomb, at);
    patchTag(grown, 273, at);
    patchTag(grown, 279, bomb.length);
    const before = process.memoryUsage().arrayBuffers;
    await expect(open(grown).then(([image]) => readAll(image))).rejects.toMatchObject({ code: 'image/damaged' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });
});

/** The pages of `a`, then those of `b`, both classic little-endian. */
function chain(a: Uint8Array, b: Uint8Array): Uint8Array {
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

/** Sets the single inline value of a tag of the first directory. */
function patchTag(bytes: Uint8Array, tag: number, value: number): void {
  const view = new DataView(bytes.buffer);
  const first = view.getUint32(4, true);
  for (let at = first + 2, i = 0; i < view.getUint16(first, true); i++, at += 12)
    if (view.getUint16(at, true) === tag) view.setUint32(at + 8, value, true);
}

/** The bytes of the strips of a file that `writeTiff` wrote: classic, little-endian, two strips a page or more. */
function stripBytes(bytes: Uint8Array): Set<number> {
  const view = new DataView(bytes.buffer);
  const found = new Set<number>();
  for (let at = view.getUint32(4, true); at !== 0;) {
    const end = at + 2 + view.getUint16(at, true) * 12;
    const values = (tag: number): number[] => {
      for (let entry = at + 2; entry < end; entry += 12)
        if (view.getUint16(entry, true) === tag) {
          const list = view.getUint32(entry + 8, true);
          return Array.from({ length: view.getUint32(entry + 4, true) }, (_, i) => view.getUint32(list + 4 * i, true));
        }
      return [];
    };
    const lengths = values(279);
    values(273).forEach((offset, i) => {
      for (let byte = offset; byte < offset + lengths[i]; byte++) found.add(byte);
    });
    at = view.getUint32(end, true);
  }
  return found;
}
