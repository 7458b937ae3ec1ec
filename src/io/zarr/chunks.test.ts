/** Chunks: those that meet a region and no others; damaged, cut, missing ones refused or told; nothing allocated on a word. */
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import Blosc from 'numcodecs/blosc';
import Lz4 from 'numcodecs/lz4';
import { describe, expect, it } from 'vitest';
import { crc32c, encodeZstd } from '../../codec/index.ts';
import { ImageError, isUnstainedError, random } from '../../core/index.ts';
import { wholeRegion, type Region } from '../../volume/index.ts';
import { openImage } from '../open-image.ts';
import type { Files, ImageSource } from '../source.ts';
import { memoryFiles } from '../testing/memory.ts';
import { noise, readAll } from '../testing/samples.ts';
import { json, without, writeGroup, writeZarr, type Contents, type ZarrLayout } from '../testing/write-zarr.ts';

const GZIP = {
  encode: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  v2: { id: 'gzip' },
  v3: { name: 'gzip' },
};
const SHAPE = [3, 5, 7]; // (z, y, x)
const SAMPLES = noise('uint16', 105, 1)[0];

function zarr(layout: Partial<ZarrLayout>): Contents {
  return writeZarr('a.zarr', SAMPLES, { version: 3, shape: SHAPE, chunks: [2, 2, 4], type: 'uint16', ...layout });
}

async function open(files: Files): Promise<ImageSource> {
  return (await openImage(files, 'a.zarr')).images[0];
}

const all = (image: ImageSource) => image.read({ time: 0, channel: 0, region: wholeRegion(image.size) });
const box = (start: number[], size: number[]): Region => ({
  start: { z: start[0], y: start[1], x: start[2] },
  size: { z: size[0], y: size[1], x: size[2] },
});

const LAYOUTS: readonly (readonly [string, Partial<ZarrLayout>])[] = [
  ['raw, version 2', { version: 2 }],
  ['raw, version 3', { version: 3 }],
  ['gzip, version 2, nested', { version: 2, codec: GZIP, separator: '/' }],
  ['shards of gzip', { codec: GZIP, shards: { chunks: [1, 2, 1], index: 'end' } }],
  ['raw shards, index first', { shards: { chunks: [2, 1, 2], index: 'start' } }],
];

describe.each(LAYOUTS)('%s', (_, layout) => {
  const contents = zarr(layout);
  const chunkNames = Object.keys(contents).filter((name) => !/json$|\/\.z/.test(name));

  it('P1: a region equals the crop of the whole', async () => {
    const image = await open(memoryFiles(contents));
    const span = (extent: number) =>
      fc
        .integer({ min: 0, max: extent - 1 })
        .chain((start) => fc.tuple(fc.constant(start), fc.integer({ min: 1, max: extent - start })));
    await fc.assert(
      fc.asyncProperty(span(3), span(5), span(7), async ([z, dz], [y, dy], [x, dx]) => {
        const expected = [];
        for (let k = z; k < z + dz; k++)
          for (let j = y; j < y + dy; j++) for (let i = x; i < x + dx; i++) expected.push(SAMPLES[(k * 5 + j) * 7 + i]);
        expect([...(await image.read({ time: 0, channel: 0, region: box([z, y, x], [dz, dy, dx]) }))]).toEqual(
          expected,
        );
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('I1: a chunk file that is cut at any length, or longer, is refused by its path', async () => {
    for (const name of chunkNames)
      for (const length of [0, 1, 3, 4, 8, 17, contents[name].length - 1, contents[name].length + 1]) {
        const changed = new Uint8Array(length);
        changed.set(contents[name].subarray(0, length));
        const files = memoryFiles({ ...contents, [name]: changed });
        const outcome = await all(await open(files)).catch((error: unknown) => error);
        const longer = length > contents[name].length;
        if (longer && outcome instanceof Uint16Array) expect(outcome).toEqual(SAMPLES); // behind an index at the start
        else
          expect(outcome, `${name} ${length}`).toMatchObject({
            code: expect.stringMatching(/^image\/(damaged|truncated)$/),
            file: name,
            remedy: expect.stringMatching(/\w/),
          });
        expect(files.openFiles()).toBe(0);
      }
  });

  it('I1: a web page in place of a chunk is refused', async () => {
    const page = new TextEncoder().encode(`<!doctype html><title>Not found</title>${' '.repeat(300)}`);
    const image = await open(memoryFiles({ ...contents, [chunkNames[0]]: page }));
    await expect(all(image)).rejects.toMatchObject({
      code: expect.stringMatching(/damaged|truncated/),
      file: chunkNames[0],
    });
  });

  it('I1: missing files are filled, counted and told; all of them missing are refused', async () => {
    const image = await open(memoryFiles(without(contents, chunkNames[1])));
    const samples = await all(image);
    expect(samples.length).toBe(105);
    expect(image.notesOfReading!()).toEqual([
      expect.stringMatching(
        new RegExp(`^1 of ${chunkNames.length} (chunks|shards) read so far are not there: filled with 0$`),
      ),
    ]);
    await all(image);
    expect(image.notesOfReading!()[0]).toMatch(/^1 of/); // a chunk counts once
    const none = without(contents, ...chunkNames);
    await expect(all(await open(memoryFiles(none)))).rejects.toMatchObject({ code: 'image/missing', file: 'a.zarr' });
    await expect(all(await open(unlistable(none)))).rejects.toMatchObject({ code: 'image/missing', file: 'a.zarr' });
  });

  it('what is missing first is filled where any chunk is there, listed or asked for', async () => {
    const only = without(contents, ...chunkNames.slice(0, -1));
    for (const files of [memoryFiles(only), unlistable(only)]) {
      const image = await open(files);
      const corner = await image.read({ time: 0, channel: 0, region: box([0, 0, 0], [1, 1, 1]) });
      expect([...corner]).toEqual([0]);
      expect(image.notesOfReading!()).toEqual([expect.stringMatching(/^1 of 1 (chunks|shards)/)]);
    }
  });

  it('I1: whatever else keeps a chunk from being opened goes up', async () => {
    const files = memoryFiles(contents);
    const denied = new ImageError('image/unreadable', { file: chunkNames[0], what: 'status 403' });
    const image = await open({
      ...files,
      open: async (path) => (path === chunkNames[0] ? Promise.reject(denied) : files.open(path)),
    });
    await expect(all(image)).rejects.toBe(denied);
    expect(files.openFiles()).toBe(0);
  });
});

/** Files as a web server has them: no folder can be listed or is known as one. */
function unlistable(contents: Contents): Files {
  const files = memoryFiles(contents);
  return {
    ...files,
    kind: async (path) => ((await files.kind(path)) === 'file' ? 'file' : null),
    list: async () => Promise.reject(new Error('a folder was listed')),
  };
}

describe('what is read', () => {
  it('are the chunks that meet a region, once', async () => {
    const files = memoryFiles(zarr({}));
    const image = await open(files);
    const before = files.bytesRead();
    await image.read({ time: 0, channel: 0, region: box([0, 1, 1], [1, 2, 2]) }); // rows 1 and 2: two chunks
    expect(files.bytesRead() - before).toBe(2 * 32);
    await image.read({ time: 0, channel: 0, region: box([1, 0, 0], [1, 4, 4]) }); // the same two
    expect(files.bytesRead() - before).toBe(2 * 32);
  });

  it('is of a shard its index and the chunks that are needed', async () => {
    const files = memoryFiles(zarr({ shards: { chunks: [2, 3, 2], index: 'end' } })); // one shard
    const image = await open(files);
    const before = files.bytesRead();
    await image.read({ time: 0, channel: 0, region: box([0, 0, 0], [1, 1, 1]) });
    expect(files.bytesRead() - before).toBe(12 * 16 + 4 + 32);
    await image.read({ time: 0, channel: 0, region: box([0, 4, 6], [1, 1, 1]) });
    expect(files.bytesRead() - before).toBe(12 * 16 + 4 + 2 * 32);
  });

  it('of a Zarr needs no folder to be listed', async () => {
    const multiscales = [{ axes: ['z', 'y', 'x'], datasets: [{ path: 'a' }] }];
    const group = writeGroup('a.zarr', 2, { multiscales });
    const contents = {
      ...group,
      ...writeZarr('a.zarr/a', SAMPLES, { version: 2, shape: SHAPE, chunks: [3, 5, 7], type: 'uint16' }),
    };
    expect(await readAll(await open(unlistable(contents)))).toEqual([SAMPLES]);
  });

  it('I2: is refused where a region meets chunks without end', async () => {
    const metadata = { shape: [2 ** 31, 2 ** 31, 2 ** 31], chunks: [1, 1, 1] };
    const image = await open(memoryFiles(zarr({ version: 2, metadata })));
    await expect(all(image)).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringMatching(/asked for at once/),
    });
  });

  it('I2: is not allocated for an array of which nothing is there, nor for more than there is memory for', async () => {
    const metadata = { shape: [2 ** 31, 2 ** 31, 2 ** 31], chunks: [2 ** 10, 2 ** 10, 2 ** 9] };
    const bomb = await open(memoryFiles(zarr({ version: 2, metadata })));
    const region = box([0, 0, 0], [2 ** 10, 2 ** 20, 2 ** 20]);
    await expect(bomb.read({ time: 0, channel: 0, region })).rejects.toMatchObject({
      code: 'image/truncated',
      file: 'a.zarr/0.0.0',
    });
  });
});

it('a shard is not opened anew for each chunk', async () => {
  const files = memoryFiles(zarr({ shards: { chunks: [2, 3, 2], index: 'end' } }));
  const opened: string[] = [];
  const image = await open({ ...files, open: async (path) => (opened.push(path), files.open(path)) });
  opened.length = 0;
  expect(await all(image)).toEqual(SAMPLES);
  expect(opened.length).toBeLessThan(4); // of its 12 chunks, those that are read together share it
});

describe('I1: the fill value', () => {
  it.each([
    ['float32', '"NaN"', NaN],
    ['float32', '"-Infinity"', -Infinity],
    ['float32', 0.1, Math.fround(0.1)],
    ['float16', 0.1, 0.0999755859375],
    ['float64', '0x3ff8000000000000', 1.5],
    ['float32', '0x3fc00000', 1.5],
    ['float16', '0x3e00', 1.5],
    ['uint16', '7', 7],
    ['int8', -128, -128],
    ['bool', true, 1],
  ] as const)('of %s: %s', async (type, fill, expected) => {
    const value: unknown = typeof fill === 'string' ? fill.replaceAll('"', '') : fill;
    const contents = writeZarr('a.zarr', noise(type, 2, 1)[0].fill(1), {
      version: 3,
      shape: [2],
      chunks: [1],
      type,
      fill: value,
    });
    delete contents['a.zarr/c/1'];
    expect([...(await all(await open(memoryFiles(contents))))]).toEqual([1, expected]);
  });

  it('that the file does not name is not guessed', async () => {
    const contents = zarr({ version: 2, metadata: { fill_value: null } });
    expect(await readAll(await open(memoryFiles(contents)))).toEqual([SAMPLES]);
    delete contents['a.zarr/0.1.0'];
    await expect(all(await open(memoryFiles(contents)))).rejects.toMatchObject({
      code: 'image/missing',
      file: 'a.zarr/0.1.0',
    });
  });

  it('files named for another separator are no chunks', async () => {
    const nested = zarr({ version: 2, separator: '/' });
    const contents = { ...nested, 'a.zarr/.zarray': zarr({ version: 2 })['a.zarr/.zarray'] };
    await expect(all(await open(memoryFiles(contents)))).rejects.toMatchObject({ code: 'image/missing' });
  });
});

describe('damage', () => {
  it('I1: a changed byte in the index of a shard, or behind a CRC-32C, is refused', async () => {
    const contents = zarr({ shards: { chunks: [2, 3, 2], index: 'end' } });
    const shard = contents['a.zarr/c/0/0/0'];
    for (let at = shard.length - 12 * 16 - 4; at < shard.length; at += 7) {
      const changed = shard.slice();
      changed[at] ^= 4;
      const image = await open(memoryFiles({ ...contents, 'a.zarr/c/0/0/0': changed }));
      await expect(all(image)).rejects.toMatchObject({ code: 'image/damaged', what: expect.stringMatching(/CRC-32C/) });
    }
  });

  it.each([
    ['gzip', (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes))],
    ['zlib', (bytes: Uint8Array) => new Uint8Array(deflateSync(bytes))],
    ['zstd', encodeZstd],
    ['lz4', (bytes: Uint8Array) => Lz4.fromConfig({ id: 'lz4' }).encode(bytes)],
    ['blosc', (bytes: Uint8Array) => Blosc.fromConfig({ id: 'blosc', cname: 'lz4', clevel: 5 }).encode(bytes)],
  ] as const)('I1: what %s gives must be just the chunk, and is the same in both versions', async (name, encode) => {
    const samples = noise('uint16', 20, 1)[0];
    const bytes = new Uint8Array(samples.buffer);
    for (const length of [40, 39, 38, 0, 41, 4000]) {
      const stored = new Uint8Array(length);
      stored.set(bytes.subarray(0, length));
      const chunk = await encode(stored);
      const codec = { encode: () => chunk, v2: { id: name }, v3: { name: name === 'lz4' ? 'numcodecs.lz4' : name } };
      for (const version of [2, 3] as const) {
        const layout: ZarrLayout = { version, shape: [4, 5], chunks: [4, 5], type: 'uint16', codec };
        const read = all(await open(memoryFiles(writeZarr('a.zarr', samples, layout))));
        if (length === 40) expect(await read).toEqual(samples);
        else await expect(read).rejects.toMatchObject({ code: 'image/damaged', file: expect.stringMatching(/0$/) });
      }
    }
  });

  it('I1: a chunk behind a CRC-32C is refused when any bit of it changes', async () => {
    const codec = { encode: (bytes: Uint8Array) => withSum(bytes), v2: {}, v3: { name: 'crc32c' } };
    const contents = zarr({ codec });
    expect(await all(await open(memoryFiles(contents)))).toEqual(SAMPLES);
    for (let at = 0; at < 36; at += 5) {
      const changed = contents['a.zarr/c/0/0/0'].slice();
      changed[at] ^= 1;
      const image = await open(memoryFiles({ ...contents, 'a.zarr/c/0/0/0': changed }));
      await expect(all(image)).rejects.toMatchObject({ code: 'image/damaged', what: expect.stringMatching(/CRC-32C/) });
    }
  });

  it('I2: a chunk that is longer than any of its kind is not read at all', async () => {
    for (const codec of [undefined, GZIP]) {
      const files = memoryFiles({ ...zarr({ codec }), 'a.zarr/c/0/0/0': new Uint8Array(2 ** 22) });
      await expect(all(await open(files))).rejects.toMatchObject({ code: 'image/damaged', file: 'a.zarr/c/0/0/0' });
      expect(files.bytesRead()).toBeLessThan(2 ** 16);
    }
  });

  it('I2: bombs are refused before they grow', async () => {
    const zeros = new Uint8Array(2 ** 24);
    const zstd = { encode: (bytes: Uint8Array) => bytes, v2: { id: 'zstd' }, v3: { name: 'zstd' } };
    for (const [codec, bomb] of [
      [GZIP, new Uint8Array(gzipSync(zeros))],
      [zstd, await encodeZstd(zeros)],
    ] as const) {
      const image = await open(memoryFiles({ ...zarr({ codec }), 'a.zarr/c/0/0/0': bomb }));
      await expect(all(image)).rejects.toMatchObject({ code: 'image/damaged', file: 'a.zarr/c/0/0/0' });
    }
  });

  it('I1: flipped bits and cuts of metadata: samples or a typed refusal', async () => {
    const { integer } = random(8);
    for (const [, layout] of LAYOUTS) {
      const contents = zarr({ ...layout, attributes: { _ARRAY_DIMENSIONS: ['z', 'y', 'x'] } });
      const name = layout.version === 2 ? 'a.zarr/.zarray' : 'a.zarr/zarr.json';
      for (let i = 0; i < 150; i++) {
        const changed = i % 5 === 0 ? contents[name].slice(0, integer(contents[name].length)) : contents[name].slice();
        if (changed.length > 0) changed[integer(changed.length)] ^= 1 << integer(8);
        await expectSamplesOrRefusal({ ...contents, [name]: changed });
      }
    }
  });

  it('I1: numbers in metadata that make no sense: samples or a typed refusal', async () => {
    const odd = [-1, 0, 0.5, 1e300, 2 ** 31, 2 ** 53, null, '3', [], {}, true];
    for (const version of [2, 3] as const) {
      const keys =
        version === 2
          ? ['shape', 'chunks', 'order', 'filters', 'compressor', 'fill_value', 'dtype']
          : [
              'shape',
              'chunk_grid',
              'codecs',
              'chunk_key_encoding',
              'fill_value',
              'data_type',
              'dimension_names',
              'attributes',
            ];
      for (const key of keys)
        for (const value of [
          ...odd,
          ...odd.map((one) => [3, one, 7]),
          ...odd.map((one) => ({ name: one, configuration: one })),
        ])
          await expectSamplesOrRefusal(zarr({ version, metadata: { [key]: value } }));
    }
  });

  it('I2: quotes that do not end take no more time than others', async () => {
    const text = `NaN "${'\\"'.repeat(200_000)}`;
    const opened = open(memoryFiles({ 'a.zarr/zarr.json': new TextEncoder().encode(text) }));
    await expect(opened).rejects.toMatchObject({ code: 'image/damaged' });
  });

  it.each(['[]', '3', 'null', '{', '', '"', '\u0000'])('I1: %j in place of metadata is refused', async (text) => {
    for (const name of ['a.zarr/zarr.json', 'a.zarr/.zarray', 'a.zarr/.zgroup'])
      await expect(open(memoryFiles({ [name]: new TextEncoder().encode(text) }))).rejects.toMatchObject({
        code: expect.stringMatching(/^image\//),
        file: expect.stringContaining('a.zarr'),
      });
    await expect(open(memoryFiles({ 'a.zarr/.zattrs': json({ ome: { multiscales: 3 } }) }))).rejects.toMatchObject({
      code: 'image/damaged',
    });
  });
});

function withSum(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 4);
  out.set(bytes);
  new DataView(out.buffer).setUint32(bytes.length, crc32c(bytes), true);
  return out;
}

async function expectSamplesOrRefusal(contents: Contents): Promise<void> {
  const files = memoryFiles(contents);
  try {
    const image = await open(files);
    const { z, y, x } = image.size;
    const region = box([0, 0, 0], [Math.min(z, 4), Math.min(y, 8), Math.min(x, 16)]);
    const samples = await image.read({ time: 0, channel: 0, region });
    expect(samples.length).toBe(region.size.z * region.size.y * region.size.x);
  } catch (error) {
    if (!isUnstainedError(error)) throw error;
    expect(error).toMatchObject({ exitCode: 3, remedy: expect.stringMatching(/\w/) });
  }
  expect(files.openFiles()).toBe(0);
}
