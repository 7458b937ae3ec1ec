/** Damaged files of every kind: the stored samples or a refusal by name, in bounded memory; never anything in between. */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePng, encodeZstd } from '../codec/index.ts';
import { isUnstainedError, random } from '../core/index.ts';
import { voxelCount } from '../volume/index.ts';
import { channelWith } from './source.ts';
import { openImage } from './open-image.ts';
import { memoryFiles, memorySink } from './testing/memory.ts';
import { noise, readAll } from './testing/samples.ts';
import { withBlock, writeLsm, writeNdtiff, writePlanarRgb, writeStk } from './testing/vendor-tiffs.ts';
import { writeTiff, type TiffLayout } from './testing/write-tiff.ts';
import { createOmeTiff } from './tiff/create-ome-tiff.ts';

const FILE = 'folder/a.tif';
/** More than any of the files below may make this program read or promise, whatever their headers say. */
const MOST_BYTES = 2 ** 22;

/** All samples, or null for a refusal that names the file and says what to do. Anything else is a defect. */
async function outcome(
  bytes: Uint8Array,
  { opened = FILE, damaged = FILE, others = {} } = {},
): Promise<number[] | null> {
  const files = memoryFiles({ ...others, [damaged]: bytes });
  try {
    const { images } = await openImage(files, opened);
    for (const { size, times, channels } of images)
      expect(voxelCount(size) * times * channels.length).toBeLessThan(MOST_BYTES);
    const volumes = await Promise.all(images.map(readAll));
    return volumes.flat().flatMap((samples) => [...samples]);
  } catch (error) {
    if (!isUnstainedError(error)) throw error;
    expect(error).toMatchObject({
      file: expect.stringMatching(/^folder\//),
      exitCode: 3,
      remedy: expect.stringMatching(/\w/),
    });
    return null;
  } finally {
    expect(files.bytesRead()).toBeLessThan(MOST_BYTES);
  }
}

/** Which pixels is not looked at: a changed tag that still makes sense cannot be seen by anyone. */
async function expectPixelsOrRefusal(bytes: Uint8Array): Promise<void> {
  const samples = await outcome(bytes);
  if (samples) expect(samples.length).toBeGreaterThan(0);
}

/** Two planes (y 6, x 8) in two strips or tiles each. */
function tiff(layout: Partial<TiffLayout>): Uint8Array {
  const full: TiffLayout = { width: 8, height: 6, type: 'uint16', blocks: { rows: 4 }, ...layout };
  return writeTiff(noise(full.type, 48, 2), full);
}

async function omeTiff(): Promise<Uint8Array> {
  const sink = memorySink();
  const channels = ['DNA', 'light'].map((name) => channelWith({ name, color: '#0000FF' }));
  const size = { z: 2, y: 3, x: 4 };
  const image = createOmeTiff(sink, {
    name: 'cells',
    times: 1,
    timeStep: null,
    channels,
    size,
    voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
    type: 'float32',
  });
  for (const plane of noise('float32', 12, 4)) await image.writePlane(Float32Array.from(plane));
  await image.finish();
  return sink.bytes();
}

const IMAGEJ = 'ImageJ=1.54p\nimages=2\nslices=2\n';
const GREY = noise('uint8', 48, 1)[0];
const KINDS: readonly (readonly [string, Uint8Array])[] = [
  ['uncompressed', tiff({ description: IMAGEJ })],
  ['Deflate', tiff({ compression: 'deflate', description: IMAGEJ })],
  ['LZW, big-endian, predictor 2', tiff({ compression: 'lzw', bigEndian: true, predictor: 2 })],
  ['PackBits', tiff({ compression: 'packbits' })],
  ['BigTIFF', tiff({ compression: 'deflate', big: true, description: IMAGEJ })],
  [
    'tiles of floats, predictor 3',
    tiff({ type: 'float32', blocks: { tile: [4, 16] }, compression: 'lzw', predictor: 3 }),
  ],
  [
    'RGB of equal colors',
    writeTiff([Uint8Array.from([...GREY].flatMap((value) => [value, value, value]))], {
      width: 8,
      height: 6,
      type: 'uint8',
      samples: 3,
      compression: 'lzw',
    }),
  ],
  [
    'zstd',
    withBlock(
      writeTiff([GREY], { width: 8, height: 6, type: 'uint8' }),
      await encodeZstd(new Uint8Array(GREY as Uint8Array)),
      50000,
    ),
  ],
  ['RGB in planes of their own', writePlanarRgb()],
  [
    '12 bits, packed',
    writeTiff([GREY], {
      width: 8,
      height: 6,
      type: 'uint8',
      tags: { 257: { type: 3, values: [4] }, 258: { type: 3, values: [12] } },
    }),
  ],
  ['MetaMorph STK', writeStk([1, 2, 3].map((day) => ({ distance: 0.5, day })))],
  ['Zeiss LSM', writeLsm(2, 2)],
  ['OME-TIFF as this program writes it', await omeTiff()],
  ['16-bit PNG', encodePng({ width: 8, height: 6, channels: 1, data: noise('uint16', 48, 1)[0] as Uint16Array })],
];

describe('I1, I2: right or refused, and bounded', () => {
  it.each(KINDS)('%s, cut at every length', async (_, bytes) => {
    const whole = await outcome(bytes);
    expect(whole).not.toBeNull();
    for (let length = 0; length < bytes.length; length++)
      expect([null, whole], `${length} of ${bytes.length} bytes`).toContainEqual(
        await outcome(bytes.subarray(0, length)),
      );
  });

  it.each(KINDS)('%s, any bit flipped, or a byte, or a word set to what is too much', async (_, bytes) => {
    const { integer } = random(1);
    const bits = bytes.length * 8;
    for (let bit = integer(4); bit < bits; bit += 1 + integer(8)) {
      const changed = bytes.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      await expectPixelsOrRefusal(changed);
    }
    for (let at = 0; at + 4 <= bytes.length; at += 1 + integer(4)) {
      const changed = bytes.slice();
      changed.fill([0, 0x7f, 0x80, 0xff][integer(4)], at, at + [1, 2, 4][integer(3)]);
      await expectPixelsOrRefusal(changed);
    }
  });

  it.each(['none', 'deflate', 'lzw', 'packbits'] as const)(
    '%s, whose strip is said to be shorter than it is, by any number of bytes',
    async (compression) => {
      const bytes = writeTiff(noise('uint8', 48, 1), { width: 8, height: 6, type: 'uint8', compression });
      const whole = await outcome(bytes);
      const { at } = entries(bytes).find(({ tag }) => tag === 279)!;
      const length = new DataView(bytes.buffer).getUint32(at + 8, true);
      for (let shorter = 0; shorter < length; shorter++) {
        const changed = bytes.slice();
        new DataView(changed.buffer).setUint32(at + 8, shorter, true);
        const samples = await outcome(changed);
        expect([null, whole], `${shorter} of ${length} bytes`).toContainEqual(samples);
        if (shorter < length - 3) expect(samples).toBeNull(); // LZW ends in a code that stands for no sample
      }
    },
  );

  it.each(['none', 'deflate', 'lzw', 'packbits'] as const)(
    '%s, whose strip is whole and holds fewer rows than the page has',
    async (compression) => {
      const layout: TiffLayout = { width: 8, height: 6, type: 'uint8', compression };
      const rows = { type: 4, values: [7] } as const;
      expect(await outcome(writeTiff(noise('uint8', 48, 1), layout))).not.toBeNull();
      expect(await outcome(writeTiff(noise('uint8', 48, 1), { ...layout, tags: { 257: rows, 278: rows } }))).toBeNull();
    },
  );

  it('no bit of a file whose samples have no zero byte turns one into zero', async () => {
    const bytes = tiff({ compression: 'deflate', description: IMAGEJ });
    const whole = await outcome(bytes);
    const strips = stripBytes(bytes);
    expect(strips.size).toBeGreaterThan(100);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      const samples = await outcome(changed);
      expect(samples?.includes(0) ?? false, `bit ${bit}`).toBe(false);
      if (strips.has(bit >> 3)) expect([null, whole]).toContainEqual(samples); // Deflate has a checksum
    }
  });
});

describe('I1, I2: sets of files, of which one is damaged', () => {
  const { tiff: ndtiff, index } = writeNdtiff('a.tif', [{ z: 0 }, { z: 1 }]);
  const data = ['a', 'b'].map(
    (name, z) => `<TiffData FirstZ="${z}" IFD="0"><UUID FileName="${name}.tif">urn:uuid:${name}</UUID></TiffData>`,
  );
  const companion = new TextEncoder().encode(
    `<OME><Image><Pixels Type="uint8" SizeX="8" SizeY="6" SizeZ="2" SizeC="1" SizeT="1">${data.join('')}</Pixels></Image></OME>`,
  );
  const member = (name: string) =>
    writeTiff(noise('uint8', 48, 1), {
      width: 8,
      height: 6,
      type: 'uint8',
      compression: 'deflate',
      description: `<OME UUID="urn:uuid:${name}"><BinaryOnly MetadataFile="x.companion.ome"/></OME>`,
    });
  const set = { 'folder/a.tif': member('a'), 'folder/b.tif': member('b'), 'folder/x.companion.ome': companion };
  const acquisition = { 'folder/a.tif': ndtiff, 'folder/NDTiff.index': index };

  it.each([
    ['the companion', 'folder/x.companion.ome', set],
    ['the companion, by a member', 'folder/x.companion.ome', set, 'folder/a.tif'],
    ['a member', 'folder/b.tif', set, 'folder/a.tif'],
    ['the index of an NDTiff', 'folder/NDTiff.index', acquisition, 'folder/a.tif'],
    ['an NDTiff with its index', 'folder/a.tif', acquisition],
  ])(
    '%s, cut at any length or any bit flipped',
    async (_, damaged: string, others: Record<string, Uint8Array>, opened = damaged) => {
      const bytes = others[damaged];
      const call = { opened, damaged, others };
      const whole = await outcome(bytes, call);
      expect(whole?.length).toBe(opened.endsWith('.tif') && others === acquisition ? 16 : 96);
      const { integer } = random(1);
      for (let length = integer(4); length < bytes.length; length += 1 + integer(4))
        expect([null, whole]).toContainEqual(await outcome(bytes.subarray(0, length), call));
      for (let bit = integer(8); bit < bytes.length * 8; bit += 1 + integer(16)) {
        const changed = bytes.slice();
        changed[bit >> 3] ^= 1 << (bit & 7);
        const samples = await outcome(changed, call);
        if (samples) expect(samples.length).toBeGreaterThan(0);
      }
    },
  );

  it('a companion that points to itself, and a member that does', async () => {
    const self = (name: string) => new TextEncoder().encode(`<OME><BinaryOnly MetadataFile="${name}"/></OME>`);
    expect(
      await outcome(self('x.companion.ome'), { opened: 'folder/x.companion.ome', damaged: 'folder/x.companion.ome' }),
    ).toBeNull();
    const description = '<OME><BinaryOnly MetadataFile="a.tif"/></OME>';
    expect(await outcome(tiff({ description }))).toBeNull();
  });

  it('a companion of 2^60 planes, and one of a billion names', async () => {
    const text = new TextDecoder().decode(companion);
    const call = { opened: 'folder/x.companion.ome', damaged: 'folder/x.companion.ome', others: set };
    for (const changed of [
      text.replace('SizeZ="2" SizeC="1"', 'SizeZ="1073741824" SizeC="1073741824"'),
      text.replace('IFD="0"', 'IFD="0" PlaneCount="1073741824"'),
      text.replace('<OME>', '<!DOCTYPE OME [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><OME>'),
    ])
      expect(await outcome(new TextEncoder().encode(changed), call)).toBeNull();
  });
});

describe('I2: bounded, whatever the header says', () => {
  const layout: TiffLayout = { width: 8, height: 8, type: 'uint8' };
  const page = noise('uint8', 64, 1);
  const long = (...values: number[]) => ({ type: 4, values }) as const;

  it('directories that come back to an earlier one', async () => {
    const bytes = writeTiff(noise('uint8', 64, 2), layout);
    const first = new DataView(bytes.buffer).getUint32(4, true);
    new DataView(bytes.buffer).setUint32(bytes.length - 4, first, true);
    await expect(openImage(memoryFiles({ [FILE]: bytes }), FILE)).rejects.toMatchObject({
      code: 'image/damaged',
      at: first,
    });
  });

  it.each([
    ['a page of 2^30 by 2^30', { 256: long(2 ** 30), 257: long(2 ** 30) }],
    ['2^31 - 1 rows', { 257: long(2 ** 31 - 1) }],
    ['strips of no rows', { 278: long(0) }],
    ['no pixels at all', { 256: long(0) }],
    ['strips of no bytes', { 279: long(0) }],
    ['pixels beyond the end', { 273: long(2 ** 31) }],
  ])('%s', async (_, tags) => expect(await outcome(writeTiff(page, { ...layout, tags }))).toBeNull());

  it('pages that share their pixels, and are more than the file together', async () => {
    const bytes = writeTiff(noise('uint8', 4096, 1), { width: 64, height: 64, type: 'uint8' });
    const directory = bytes.slice(new DataView(bytes.buffer).getUint32(4, true));
    const pages = 300;
    const many = new Uint8Array(bytes.length + pages * directory.length);
    many.set(bytes);
    for (let page = 0; page < pages; page++) {
      const start = bytes.length + page * directory.length;
      many.set(directory, start);
      new DataView(many.buffer).setUint32(start - 4, start, true); // the page before ends with its pointer
    }
    await expect(openImage(memoryFiles({ [FILE]: many }), FILE)).rejects.toMatchObject({ code: 'image/truncated' });
  });

  it('a count of 2^31 values, in whatever tag', async () => {
    const bytes = writeTiff(page, layout);
    for (const entry of entries(bytes)) {
      const changed = bytes.slice();
      new DataView(changed.buffer).setUint32(entry.at + 4, 2 ** 31, true);
      expect(await outcome(changed), `tag ${entry.tag}`).toBeNull();
    }
  });

  it('offsets and sizes that are negative or no whole numbers', async () => {
    const bytes = writeTiff(page, { ...layout, compression: 'deflate' });
    const [signed, float] = [9, 11];
    for (const { tag, at } of entries(bytes).filter((entry) => [256, 257, 273, 278, 279].includes(entry.tag)))
      for (const [type, value] of [
        [signed, -1],
        [float, 0x3f000000], // 0.5
        [float, 0x7fc00000], // NaN
      ]) {
        const changed = bytes.slice();
        new DataView(changed.buffer).setUint16(at + 2, type, true);
        new DataView(changed.buffer).setUint32(at + 8, value, true);
        expect(await outcome(changed), `tag ${tag} of type ${type}`).toBeNull();
      }
  });

  it('64 KB that inflate to 64 MB where 64 bytes belong', async () => {
    const bytes = writeTiff(page, { ...layout, compression: 'deflate' });
    const bomb = deflateSync(new Uint8Array(2 ** 26));
    const grown = Uint8Array.from([...bytes, ...bomb]);
    const view = new DataView(grown.buffer);
    for (const { tag, at } of entries(bytes)) {
      if (tag === 273) view.setUint32(at + 8, bytes.length, true);
      if (tag === 279) view.setUint32(at + 8, bomb.length, true);
    }
    const before = process.memoryUsage().arrayBuffers;
    expect(await outcome(grown)).toBeNull();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  it('a PNG of 33 bytes that says it has 2^40 pixels', async () => {
    const png = encodePng({ width: 1, height: 1, channels: 1, data: new Uint8Array(1) });
    new DataView(png.buffer).setUint32(16, 2 ** 20);
    new DataView(png.buffer).setUint32(20, 2 ** 20);
    await expect(openImage(memoryFiles({ [FILE]: png }), FILE)).rejects.toMatchObject({ code: 'image/truncated' });
  });
});

interface Entry {
  readonly tag: number;
  /** Where it stands in the file. */
  readonly at: number;
}

/** The entries of the directory at `first`, of a classic little-endian file. */
function entries(bytes: Uint8Array, first = new DataView(bytes.buffer).getUint32(4, true)): Entry[] {
  const view = new DataView(bytes.buffer);
  return Array.from({ length: view.getUint16(first, true) }, (_, i) => {
    const at = first + 2 + 12 * i;
    return { tag: view.getUint16(at, true), at };
  });
}

/** The bytes of the strips of such a file with two strips a page or more. */
function stripBytes(bytes: Uint8Array): Set<number> {
  const view = new DataView(bytes.buffer);
  const found = new Set<number>();
  for (let first = view.getUint32(4, true); first !== 0;) {
    const directory = entries(bytes, first);
    const values = (tag: number): number[] => {
      const { at } = directory.find((entry) => entry.tag === tag)!;
      const list = view.getUint32(at + 8, true);
      return Array.from({ length: view.getUint32(at + 4, true) }, (_, i) => view.getUint32(list + 4 * i, true));
    };
    const lengths = values(279);
    values(273).forEach((offset, i) => {
      for (let byte = offset; byte < offset + lengths[i]; byte++) found.add(byte);
    });
    first = view.getUint32(directory.at(-1)!.at + 12, true);
  }
  return found;
}
