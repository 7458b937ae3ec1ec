/** OME-Zarr writing: what was written is read by zarrita, zarr-python and ome-zarr, and valid to ome-zarr-models. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { python } from '../testing/python.ts';
import * as zarr from 'zarrita';
import { channelWith, type ImageDescription, type WrittenPlane } from '../source.ts';
import { memoryTree } from '../testing/memory.ts';
import { type ExampleZarr, exampleZarrs, writeOmeZarr } from '../testing/write-ome-zarr.ts';
import { createOmeZarr } from './create-ome-zarr.ts';
import type { OmeZarrOptions } from './plan-levels.ts';

type Json = Record<string, unknown>;

interface Attributes {
  readonly version?: string;
  readonly multiscales: readonly {
    readonly version?: string;
    readonly name: string;
    readonly axes: readonly { readonly name: string; readonly type: string; readonly unit?: string }[];
    readonly datasets: readonly {
      readonly path: string;
      readonly coordinateTransformations: readonly { readonly type: string; readonly scale: readonly number[] }[];
    }[];
  }[];
  readonly omero: { readonly channels: readonly Json[] };
}

const EXAMPLE: ImageDescription = {
  name: 'cells',
  channels: [channelWith({ name: 'DNA', color: '#0000FF', wavelength: 461 }), channelWith()],
  times: 1,
  timeStep: 60,
  type: 'uint16',
  size: { z: 2, y: 3, x: 600 },
  voxelSize: { z: 0.29, y: 0.1, x: 0.1 },
};

function countingPlanes({ size, channels, times }: ImageDescription): Uint16Array[] {
  return Array.from({ length: size.z * channels.length * times }, (_, plane) =>
    Uint16Array.from({ length: size.y * size.x }, (_, i) => 1000 * plane + i),
  );
}

function example(changes: Partial<ImageDescription> = {}, options: OmeZarrOptions = {}): ExampleZarr {
  const description = { ...EXAMPLE, ...changes };
  return { description, options, planes: countingPlanes(description) };
}

const parse = (bytes: Uint8Array): Json => JSON.parse(new TextDecoder().decode(bytes)) as Json;

function attributesOf(files: Record<string, Uint8Array>, version: '0.4' | '0.5' = '0.5'): Attributes {
  if (version === '0.4') return parse(files['.zattrs']) as unknown as Attributes;
  return (parse(files['zarr.json'])['attributes'] as { ome: Attributes }).ome;
}

/** An array as zarrita reads it: its shape, its samples in T, C, Z, Y, X order. */
async function readByZarrita(files: Record<string, Uint8Array>, path: string) {
  const bytesOf = (key: string): Uint8Array | undefined => files[key.slice(1)];
  const store: zarr.AsyncReadable = {
    get: async (key) => bytesOf(key),
    getRange: async (key, range) =>
      'suffixLength' in range
        ? bytesOf(key)?.slice(-range.suffixLength)
        : bytesOf(key)?.slice(range.offset, range.offset + range.length),
  };
  const array = await zarr.open(zarr.root(store).resolve(path), { kind: 'array' });
  const { data, shape } = await zarr.get(array);
  return { data: data as WrittenPlane, shape, type: array.dtype };
}

/** By the definition: the mean of what lies in each square of 2 x 2. */
function meansOfSquares(plane: WrittenPlane, y: number, x: number): WrittenPlane {
  const means: number[] = [];
  for (let top = 0; top < y; top += 2)
    for (let left = 0; left < x; left += 2) {
      const inside = [0, 1]
        .flatMap((dy) => [0, 1].map((dx) => [top + dy, left + dx]))
        .filter(([a, b]) => a < y && b < x);
      const mean = inside.reduce((sum, [a, b]) => sum + plane[a * x + b], 0) / inside.length;
      means.push(plane instanceof Float32Array ? mean : Math.floor(mean + 0.5));
    }
  const half = plane.slice(0, means.length); // of the same type
  half.set(means);
  return half;
}

it('zarrita reads what was written: all samples of all levels, whatever type, chunks, shards and codec', async () => {
  await fc.assert(
    fc.asyncProperty(exampleZarrs, async (written) => {
      const { size, channels, times, type } = written.description;
      const files = await writeOmeZarr(written);
      const { multiscales } = attributesOf(files, written.options.version);
      let planes = written.planes;
      let [y, x] = [size.y, size.x];
      for (const { path } of multiscales[0].datasets) {
        const read = await readByZarrita(files, path);
        expect({ shape: read.shape, type: read.type }).toEqual({ shape: [times, channels.length, size.z, y, x], type });
        expect(planes.every((plane, i) => plane.every((v, j) => v === read.data[i * y * x + j]))).toBe(true);
        planes = planes.map((plane) => meansOfSquares(plane, y, x));
        [y, x] = [Math.ceil(y / 2), Math.ceil(x / 2)];
      }
      expect(Math.max(y, x)).toBeLessThanOrEqual(128); // the last level was 256 or less
    }),
    { seed: 1, numRuns: 40 },
  );
});

it('axes, scales, names, colors and windows stand where 0.5 wants them', async () => {
  const files = await writeOmeZarr(example());
  const { version, multiscales, omero } = attributesOf(files);
  expect(version).toBe('0.5');
  expect(multiscales).toMatchObject([
    {
      name: 'cells',
      axes: [
        { name: 't', type: 'time', unit: 'second' },
        { name: 'c', type: 'channel' },
        { name: 'z', type: 'space', unit: 'micrometer' },
        { name: 'y', type: 'space', unit: 'micrometer' },
        { name: 'x', type: 'space', unit: 'micrometer' },
      ],
      datasets: [
        { path: '0', coordinateTransformations: [{ type: 'scale', scale: [60, 1, 0.29, 0.1, 0.1] }] },
        { path: '1', coordinateTransformations: [{ type: 'scale', scale: [60, 1, 0.29, 0.2, 0.2] }] },
        { path: '2', coordinateTransformations: [{ type: 'scale', scale: [60, 1, 0.29, 0.4, 0.4] }] },
      ],
    },
  ]);
  expect(omero.channels).toMatchObject([
    { label: 'DNA', color: '0000FF', emissionWave: 461, window: { min: 0, max: 2799, start: 0, end: 2799 } },
    { color: 'FFFFFF', window: { min: 2000, max: 4799 } },
  ]);
  expect(omero.channels[1]).not.toHaveProperty('label');
  expect(parse(files['1/zarr.json'])).toMatchObject({
    shape: [1, 2, 2, 2, 300],
    dimension_names: ['t', 'c', 'z', 'y', 'x'],
    fill_value: 0,
    chunk_grid: { configuration: { chunk_shape: [1, 1, 1, 2, 300] } },
  });
});

it('0.4 is Zarr 2, in codecs that old readers in Java know', async () => {
  const files = await writeOmeZarr(example({}, { version: '0.4' }));
  expect(parse(files['.zgroup'])).toEqual({ zarr_format: 2 });
  expect(attributesOf(files, '0.4').multiscales[0].version).toBe('0.4');
  expect(parse(files['0/.zarray'])).toMatchObject({
    zarr_format: 2,
    dtype: '<u2',
    compressor: { id: 'zlib' },
    dimension_separator: '/',
  });
  expect(Object.keys(files).filter((path) => path.endsWith('zarr.json'))).toEqual([]);
  expect(files['0/0/1/1/0/1'][0]).toBe(0x78); // a zlib stream
});

it('what is not known is an axis without a unit', async () => {
  const files = await writeOmeZarr(example({ voxelSize: { z: null, y: 0.5, x: 0.5 }, timeStep: null }));
  const [{ axes, datasets }] = attributesOf(files).multiscales;
  expect(axes.map(({ unit }) => unit)).toEqual([undefined, undefined, undefined, 'micrometer', 'micrometer']);
  expect(datasets[0].coordinateTransformations[0].scale).toEqual([1, 1, 1, 0.5, 0.5]);
});

it('a constant channel and one without a finite value have windows that can be shown', async () => {
  const description: ImageDescription = { ...EXAMPLE, type: 'float32', size: { z: 1, y: 1, x: 2 } };
  const planes = [Float32Array.of(7, 7), Float32Array.of(NaN, Infinity)];
  const { omero } = attributesOf(await writeOmeZarr({ description, options: {}, planes }));
  expect(omero.channels.map(({ window }) => window)).toEqual([
    { min: 7, max: 8, start: 7, end: 8 },
    { min: 0, max: 1, start: 0, end: 1 },
  ]);
});

it('without a pyramid there is one level; a shard is one file of many chunks', async () => {
  const options = { pyramid: false, chunk: { z: 1, y: 2, x: 100 }, shards: { z: 2, y: 4, x: 600 } };
  const files = await writeOmeZarr(example({}, options));
  expect(Object.keys(files).sort()).toEqual(['0/c/0/0/0/0/0', '0/c/0/1/0/0/0', '0/zarr.json', 'zarr.json']);
  expect(Object.keys(await writeOmeZarr(example({}, { pyramid: false, chunk: options.chunk })))).toHaveLength(
    2 * 2 * 2 * 6 + 2,
  );
});

it('the description comes last: a folder without it holds no image that seems whole', async () => {
  const paths: string[] = [];
  const tree = memoryTree();
  const { planes, description } = example();
  const sink = createOmeZarr({ ...tree, append: async (path) => void paths.push(path) }, description);
  for (const plane of planes) await sink.writePlane(plane);
  await sink.finish();
  expect(paths.at(-1)).toBe('zarr.json');
  expect(paths.findIndex((path) => path.endsWith('zarr.json'))).toBe(paths.length - 4);
});

it('more, fewer or other planes than described are an error', async () => {
  const tree = memoryTree();
  const sink = createOmeZarr(tree, { ...EXAMPLE, channels: [channelWith()], size: { z: 2, y: 2, x: 2 } });
  await expect(sink.writePlane(new Uint16Array(3))).rejects.toThrow(RangeError);
  await expect(sink.writePlane(new Float32Array(4))).rejects.toThrow(/Float32Array/);
  await sink.writePlane(new Uint16Array(4));
  await expect(sink.finish()).rejects.toThrow(/1 of 2 planes/);
  await sink.writePlane(new Uint16Array(4));
  await expect(sink.writePlane(new Uint16Array(4))).rejects.toThrow(RangeError);
  await sink.abandon();
  expect(tree.state()).toBe('abandoned');
});

it.each<[string, OmeZarrOptions, RegExp]>([
  ['chunks of nothing', { chunk: { z: 0, y: 1, x: 1 } }, /one voxel or more/],
  ['shards of 0.4', { version: '0.4', shards: { z: 1, y: 512, x: 512 } }, /Zarr 2 has none/],
  ['shards of parts of chunks', { shards: { z: 1, y: 700, x: 512 } }, /not made of whole chunks/],
  ['layers of chunks that memory may not hold', { chunk: { z: 64, y: 64, x: 64 } }, /512 MB in memory.*at most z 8/],
])('%s are refused', (_, options, message) => {
  const create = () => createOmeZarr(memoryTree(), { ...EXAMPLE, size: { z: 100, y: 2048, x: 2048 } }, options);
  expect(create).toThrow(expect.objectContaining({ code: 'usage/chunk', message: expect.stringMatching(message) }));
});

const hasZarr = spawnSync(python, ['-c', 'import zarr, ome_zarr, ome_zarr_models']).status === 0;

/** Of each folder: what ome-zarr-models makes of it, and its first level as zarr and ome-zarr read it. */
const READ_THEM = `
import hashlib, json, sys, warnings
warnings.simplefilter('error', UserWarning)
import numpy, ome_zarr_models, zarr
from ome_zarr.io import parse_url
from ome_zarr.reader import Reader
sha256 = lambda a: hashlib.sha256(numpy.ascontiguousarray(a).tobytes()).hexdigest()
seen = []
for path in sys.argv[1:]:
    group = zarr.open_group(path, mode='r')
    image = ome_zarr_models.open_ome_zarr(group)
    array = group['0']
    node = list(Reader(parse_url(path))())[0]
    seen.append(dict(kind=type(image).__name__, version=image.ome_zarr_version, shape=array.shape, dtype=str(array.dtype), zarr=sha256(array[:]),
        ome_zarr=sha256(node.data[0].compute()), levels=len(node.data), names=node.metadata.get('channel_names')))
json.dump(seen, sys.stdout)
`;

it.skipIf(!hasZarr)(
  'zarr and ome-zarr read the same, ome-zarr-models finds it valid (skipped without Python and these)',
  async () => {
    const examples = fc.sample(exampleZarrs, { seed: 2, numRuns: 20 });
    const folder = mkdtempSync(join(tmpdir(), 'unstained-zarr-'));
    try {
      const paths = examples.map((_, i) => join(folder, `${i}.ome.zarr`));
      const expected = [];
      for (const [i, written] of examples.entries()) {
        for (const [name, bytes] of Object.entries(await writeOmeZarr(written))) {
          mkdirSync(dirname(join(paths[i], name)), { recursive: true });
          writeFileSync(join(paths[i], name), bytes);
        }
        const { size, channels, times, type } = written.description;
        const hash = createHash('sha256');
        for (const { buffer, byteOffset, byteLength } of written.planes)
          hash.update(new Uint8Array(buffer, byteOffset, byteLength));
        const sha256 = hash.digest('hex');
        expected.push({
          kind: 'Image',
          version: written.options.version,
          shape: [times, channels.length, size.z, size.y, size.x],
          dtype: type,
          zarr: sha256,
          ome_zarr: sha256,
        });
      }
      const { stdout, stderr } = spawnSync(python, ['-c', READ_THEM, ...paths], { encoding: 'utf8' });
      expect(stdout, stderr).not.toBe('');
      expect(JSON.parse(stdout)).toMatchObject(expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);
