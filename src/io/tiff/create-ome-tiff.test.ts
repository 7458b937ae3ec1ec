/** OME-TIFF writing: what was written is read, by this program and by tifffile. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { random } from '../../core/index.ts';
import { openImage } from '../open-image.ts';
import { channelWith, type ImageDescription } from '../source.ts';
import { memoryFiles, memorySink } from '../testing/memory.ts';
import { createOmeTiff } from './create-ome-tiff.ts';

function planesOf({ times, size, channels }: ImageDescription, seed: number): Float32Array[] {
  const { normal } = random(seed);
  return Array.from({ length: times * channels.length * size.z }, () =>
    Float32Array.from({ length: size.y * size.x }, () => normal()),
  );
}

async function write(description: ImageDescription, planes: readonly Float32Array[]): Promise<Uint8Array> {
  const bytes = memorySink();
  const sink = createOmeTiff(bytes, description);
  for (const plane of planes) await sink.writePlane(plane);
  await sink.finish();
  expect(bytes.state()).toBe('finished');
  return bytes.bytes();
}

const EXAMPLE: ImageDescription = {
  name: 'cells "1" & <2>.ome.tif',
  channels: [channelWith({ name: 'DNA & µ <b> "q"', color: '#0000FF' }), channelWith({ color: '#FFFFFF' })],
  times: 1,
  timeStep: null,
  type: 'float32',
  size: { z: 3, y: 700, x: 500 }, // more than one strip a plane
  voxelSize: { z: 0.29, y: 0.33137, x: 0.29355 },
};

const length = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((name) => name === name.trim()); // spaces around a name are not read
const descriptions = fc.record({
  name: text,
  times: fc.integer({ min: 1, max: 3 }),
  timeStep: maybe(length),
  type: fc.constant('float32' as const),
  channels: fc.array(
    fc.record({
      name: maybe(text),
      color: maybe(fc.constantFrom('#000000', '#FF8000', '#FFFFFF')),
      wavelength: maybe(fc.integer({ min: 300, max: 900 })),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  size: fc.record({
    z: fc.integer({ min: 1, max: 4 }),
    y: fc.integer({ min: 1, max: 9 }),
    x: fc.integer({ min: 1, max: 9 }),
  }),
  voxelSize: maybe(fc.record({ z: maybe(length), y: length, x: length })),
});

it('what was written is read: samples to the bit, names, colors, voxel size', async () => {
  await fc.assert(
    fc.asyncProperty(descriptions, fc.integer(), async (description, seed) => {
      const planes = planesOf(description, seed);
      planes[0][0] = NaN;
      const file = await openImage(memoryFiles({ 'a.tif': await write(description, planes) }), 'a.tif');
      const [image] = file.images;
      const { name, times, timeStep, channels, size, voxelSize } = description;
      expect(image).toMatchObject({
        name,
        channels,
        size,
        voxelSize,
        type: 'float32',
        format: 'OME-TIFF',
        times,
        timeStep,
        notes: [],
      });
      for (let i = 0; i < times * channels.length; i++) {
        const [time, channel] = [Math.floor(i / channels.length), i % channels.length];
        const samples = await image.read({ time, channel, region: { start: { z: 0, y: 0, x: 0 }, size } });
        expect([...samples]).toEqual(planes.slice(i * size.z, (i + 1) * size.z).flatMap((plane) => [...plane]));
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

it('characters that no XML may hold become the mark for what cannot be shown', async () => {
  const description = { ...EXAMPLE, size: { z: 1, y: 1, x: 1 }, name: 'a\u0000b\ud800c' };
  const file = await openImage(memoryFiles({ 'a.tif': await write(description, planesOf(description, 1)) }), 'a.tif');
  expect(file.images[0].name).toBe('a\ufffdb\ufffdc');
});

it('BigTIFF is written where 4 GB would be passed, and only there', async () => {
  const versions = [];
  for (const size of [
    { z: 1000, y: 1000, x: 1000 },
    { z: 1040, y: 1000, x: 1000 },
    { z: 2 ** 23, y: 4, x: 4 }, // half a GB of samples, and a directory for each 64 bytes of them
  ]) {
    const bytes = memorySink();
    const sink = createOmeTiff(bytes, { ...EXAMPLE, channels: [EXAMPLE.channels[0]], size });
    await sink.writePlane(new Float32Array(size.y * size.x));
    versions.push(bytes.bytes()[2]);
  }
  expect(versions).toEqual([42, 43, 43]);
});

it('more, fewer or other planes than described are an error', async () => {
  const description = { ...EXAMPLE, size: { z: 1, y: 2, x: 2 } };
  const bytes = memorySink();
  const sink = createOmeTiff(bytes, description);
  await expect(sink.writePlane(new Float32Array(3))).rejects.toThrow(RangeError);
  await sink.writePlane(new Float32Array(4));
  await expect(sink.finish()).rejects.toThrow(/1 of 2 planes/);
  await sink.writePlane(new Float32Array(4));
  await expect(sink.writePlane(new Float32Array(4))).rejects.toThrow(RangeError);
  await sink.abandon();
  expect(bytes.state()).toBe('abandoned');
});

const python = process.env['UNSTAINED_PYTHON'] ?? 'python3';
const hasTifffile = spawnSync(python, ['-c', 'import tifffile, imagecodecs']).status === 0;

const READ_IT = `
import hashlib, json, sys, tifffile
with tifffile.TiffFile(sys.argv[1]) as tiff:
    series, = tiff.series
    pixels = tifffile.xml2dict(tiff.ome_metadata)['OME']['Image']['Pixels']
    sys.stdout.write(json.dumps(dict(axes=series.axes, shape=series.shape, dtype=str(series.dtype), kind=series.kind,
        channels=[c.get('Name') for c in pixels['Channel']], um=[[pixels['PhysicalSize' + a], pixels['PhysicalSize' + a + 'Unit']] for a in 'ZYX'], strips=len(tiff.pages[0].dataoffsets),
        x=tiff.pages[0].tags['XResolution'].value, sha256=hashlib.sha256(series.asarray().astype('<f4').tobytes()).hexdigest())))
`;

it.skipIf(!hasTifffile)('tifffile reads the same (skipped without Python and tifffile)', async () => {
  const planes = planesOf(EXAMPLE, 2);
  const folder = mkdtempSync(join(tmpdir(), 'unstained-tiff-'));
  try {
    const path = join(folder, 'a.ome.tif');
    writeFileSync(path, await write(EXAMPLE, planes));
    const seen = JSON.parse(execFileSync(python, ['-c', READ_IT, path], { encoding: 'utf8', maxBuffer: 2 ** 26 }));
    expect(seen).toMatchObject({
      axes: 'CZYX',
      shape: [2, 3, 700, 500],
      dtype: 'float32',
      kind: 'ome',
      channels: ['DNA & µ <b> "q"', null],
      um: [0.29, 0.33137, 0.29355].map((extent) => [extent, 'µm']),
      strips: 2,
    });
    expect(seen.x[0] / seen.x[1]).toBeCloseTo(1e4 / 0.29355, 3);
    const hash = createHash('sha256');
    for (const { buffer } of planes) hash.update(new Uint8Array(buffer));
    expect(seen.sha256).toBe(hash.digest('hex'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
