/**
 * What other programs make of the TIFFs that we write: tifffile (napari reads through it), Bio-Formats (Fiji and QuPath do),
 * and ImageJ alone, which refuses some layouts by design: each must give the same pixels or open nothing.
 *
 * Each is skipped where it is not installed: tifffile and imagecodecs in the Python of UNSTAINED_PYTHON; the others as
 * tests/bioformats/README.md and tests/imagej/README.md say.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { python } from '../testing/python.ts';
import type { ImageDescription, WrittenPlane } from '../source.ts';
import { descriptions, omeTiffOptions, planesOf, written } from '../testing/described.ts';
import { createImageJTiff } from './create-imagej-tiff.ts';
import { createOmeTiff, type OmeTiffOptions } from './create-ome-tiff.ts';
import { pyramidLevels } from '../halve-plane.ts';

interface Layout {
  readonly name: string;
  readonly description: ImageDescription;
  /** Null for ImageJ's own TIFF. */
  readonly ome: OmeTiffOptions | null;
  /** Whether ImageJ alone is to open it. */
  readonly plain: boolean;
}

const SMALL: ImageDescription = {
  name: 'cells "1" & <2>',
  channels: [
    { name: 'DNA & µ <b> "q"', color: '#0000FF', wavelength: 461 },
    { name: 'light', color: '#FFFFFF', wavelength: null },
  ],
  times: 2,
  timeStep: 2.5,
  type: 'float32',
  size: { z: 3, y: 530, x: 150 }, // two strips of floats, one reduced copy
  voxelSize: { z: 0.29, y: 0.33137, x: 0.29355 },
};
const WORD = { ...SMALL, type: 'uint16' } as const;
const LARGE: ImageDescription = {
  ...SMALL,
  type: 'uint8',
  times: 1,
  size: { z: 1, y: 2049, x: 1500 },
};

const LAYOUTS: readonly Layout[] = [
  { name: 'ome-strips-none', description: SMALL, ome: { compression: 'none' }, plain: true },
  { name: 'ome-strips-none-pyramid', description: WORD, ome: { compression: 'none', pyramid: true }, plain: true },
  { name: 'ome-strips-deflate', description: SMALL, ome: {}, plain: true },
  { name: 'ome-strips-deflate-uint8', description: { ...SMALL, type: 'uint8' }, ome: {}, plain: true },
  { name: 'ome-strips-deflate-uint16', description: WORD, ome: {}, plain: true },
  { name: 'ome-strips-deflate-pyramid', description: WORD, ome: { pyramid: true }, plain: true },
  { name: 'ome-strips-zstd', description: SMALL, ome: { compression: 'zstd' }, plain: false },
  { name: 'ome-strips-deflate-big', description: WORD, ome: { bigTiff: true }, plain: false },
  { name: 'ome-tiles-deflate', description: WORD, ome: { tile: 256 }, plain: false },
  { name: 'ome-large', description: LARGE, ome: {}, plain: false },
  { name: 'ome-large-zstd-big', description: LARGE, ome: { compression: 'zstd', bigTiff: true }, plain: false },
  { name: 'imagej-deflate', description: SMALL, ome: null, plain: true },
  { name: 'imagej-deflate-uint16', description: WORD, ome: null, plain: true },
  { name: 'imagej-one', description: { ...WORD, times: 1, channels: [WORD.channels[1]] }, ome: null, plain: true },
];
const RANDOM: readonly Layout[] = fc
  .sample(fc.tuple(descriptions(40), omeTiffOptions), { seed: 3, numRuns: 20 })
  .map(([description, ome], i) => ({ name: `random-${i}`, description, ome, plain: false }));

interface Written extends Layout {
  readonly path: string;
  readonly planes: readonly WrittenPlane[];
}

const TESTS = join(import.meta.dirname, '../../../tests');

/** For hooks, whose own is short for a busy machine. */
const TIMEOUT = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'unstained-written-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files: Written[] = [];

beforeAll(async () => {
  for (const layout of [...LAYOUTS, ...RANDOM]) {
    const path = join(folder, `${layout.name}${layout.ome ? '.ome' : ''}.tif`);
    const planes = planesOf(layout.description, 1);
    const create = (sink: Parameters<typeof createOmeTiff>[0]) =>
      layout.ome ? createOmeTiff(sink, layout.description, layout.ome) : createImageJTiff(sink, layout.description);
    writeFileSync(path, await written(create, planes));
    files.push({ ...layout, path, planes });
  }
}, TIMEOUT);

function sha256(planes: readonly WrittenPlane[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of planes) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

/** The order of pages: channels, then z, then times, but for uncompressed ones. */
function byPages({ description: { times, channels, size }, planes, ome }: Written): readonly WrittenPlane[] {
  if (ome?.compression === 'none') return planes;
  return planes.map((_, page) => {
    const [c, z] = [page % channels.length, Math.floor(page / channels.length) % size.z];
    const t = Math.floor(page / channels.length / size.z);
    expect(t).toBeLessThan(times);
    return planes[(t * channels.length + c) * size.z + z];
  });
}

function shapeOf({ times, channels, size }: ImageDescription): number[] {
  return [times, channels.length, size.z, size.y, size.x];
}

/** Sizes of the whole and its reduced copies. */
function levelsOf({ description: { size }, ome }: Layout): number[][] {
  const reduced = ome?.pyramid === true || (ome?.pyramid !== false && Math.max(size.y, size.x) >= 2048);
  return (ome && reduced ? pyramidLevels(size, 512) : [size]).map(({ y, x }) => [y, x]);
}

/** A line of JSON for each file. */
function ask(program: string, options: readonly string[], asked: readonly Written[]): Record<string, unknown>[] {
  const printed = execFileSync(program, [...options, ...asked.map(({ path }) => path)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const hasTifffile = spawnSync(python, ['-c', 'import tifffile, imagecodecs']).status === 0;

/** The number R << 24 | G << 16 | B << 8 | 255, signed. */
function signed(color: string | null): number | null {
  return color === null ? null : Buffer.from(`${color.slice(1)}ff`, 'hex').readInt32BE();
}

describe.skipIf(!hasTifffile)('tifffile (skipped without Python, tifffile and imagecodecs)', () => {
  let seen: Record<string, unknown>[] = [];
  beforeAll(() => {
    seen = ask(python, [join(TESTS, 'tifffile/read_images.py')], files);
  }, TIMEOUT);

  it('reads all that is written: pixels, axes, sizes, names, levels', () => {
    expect(seen).toHaveLength(LAYOUTS.length + RANDOM.length);
    for (const [i, file] of files.entries()) {
      const { description, planes, name, ome } = file;
      const { channels, voxelSize, timeStep } = description;
      expect(seen[i], name).toMatchObject({
        shape: shapeOf(description),
        pages: planes.length,
        type: description.type,
        sha256: sha256(planes),
        levels: levelsOf(file),
        halved: true,
        predictor: 1,
      });
      if (!ome) continue;
      expect(seen[i], name).toMatchObject({
        kind: 'ome',
        timeStep,
        colors: channels.map(({ color }) => signed(color)),
        wavelengths: channels.map(({ wavelength }) => wavelength),
        um: [voxelSize?.z ?? null, voxelSize?.y ?? null, voxelSize?.x ?? null],
      });
      if (!voxelSize) continue;
      const perCentimeter = seen[i]['resolution'] as number[];
      expect(seen[i]['unit']).toBe(3);
      expect((perCentimeter[0] * voxelSize.y!) / 1e4).toBeCloseTo(1, 9); // of 31 bits
      expect((perCentimeter[1] * voxelSize.x!) / 1e4).toBeCloseTo(1, 9); // of 31 bits
    }
  });

  it('finds the layout that was asked for', () => {
    const of = (name: string) => seen[LAYOUTS.findIndex((layout) => layout.name === name)];
    expect(of('ome-strips-deflate')).toMatchObject({ tiled: false, big: false, compression: 8, axes: 'TZCYX' });
    expect(of('ome-strips-none')).toMatchObject({ tiled: false, compression: 1 });
    expect(of('ome-strips-zstd')).toMatchObject({ tiled: false, compression: 50000 });
    expect(of('ome-large')).toMatchObject({ tiled: true, big: false, compression: 8 });
    expect(of('ome-large-zstd-big')).toMatchObject({ tiled: true, big: true, compression: 50000 });
    expect(of('ome-strips-deflate')).toMatchObject({
      name: SMALL.name,
      channels: SMALL.channels.map(({ name }) => name),
    });
    expect(of('imagej-deflate')).toMatchObject({
      kind: 'imagej',
      axes: 'TZCYX',
      unit: 1,
      resolution: [expect.closeTo(1 / 0.33137, 12), expect.closeTo(1 / 0.29355, 12)],
      imagej: { unit: 'um', spacing: 0.29, finterval: 2.5, mode: 'composite', hyperstack: true },
      luts: [
        [0, 0, 255],
        [255, 255, 255],
      ],
    });
  });
});

/** Programs in Java, which compiles the few lines that ask them as it runs. */
function jarsIn(folder: string, named: string | undefined, ...others: readonly string[]): string[] {
  if (named !== undefined) return [named];
  const cache = join(homedir(), '.cache/unstained-test', folder);
  const found = existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: 'utf8' }) : [];
  return [...others, ...found.filter((name) => name.endsWith('.jar')).map((name) => join(cache, name))].filter((jar) =>
    existsSync(jar),
  );
}

const hasJava = spawnSync('javac', ['-version']).status === 0;

const bioFormats = jarsIn('bioformats', process.env['UNSTAINED_BIOFORMATS']);
describe.skipIf(!hasJava || bioFormats.length === 0)('Bio-Formats (skipped without a JDK and its jar)', () => {
  it('reads all that is written: pixels, axes, sizes, names, levels', () => {
    const seen = ask('java', ['-cp', bioFormats[0], join(TESTS, 'bioformats/ReadImages.java')], files);
    for (const [i, file] of files.entries()) {
      const { description, planes, name, ome } = file;
      const { channels, voxelSize, timeStep } = description;
      expect(seen[i], name).toMatchObject({
        shape: shapeOf(description),
        type: description.type.replace('float32', 'float'),
        sha256: sha256(planes),
      });
      if (ome)
        expect(seen[i], name).toMatchObject({
          format: 'OME-TIFF',
          levels: levelsOf(file),
          timeStep,
          wavelengths: channels.map(({ wavelength }) => wavelength),
          colors: channels.map(({ color }) => signed(color)),
        });
      if (ome && description.channels === SMALL.channels)
        // it makes spaces of characters that are new to its Java
        expect(seen[i], name).toMatchObject({
          name: description.name,
          channels: channels.map((channel) => channel.name),
        });
      const um = seen[i]['um'] as (number | null)[];
      [voxelSize?.z, voxelSize?.y, voxelSize?.x].forEach((extent, axis) => {
        if (extent) expect(um[axis]! / extent, name).toBeCloseTo(1, 9);
        else expect(um[axis], name).toBeNull();
      });
    }
  });
});

const imageJs = jarsIn('imagej', process.env['UNSTAINED_IMAGEJ'], '/usr/share/java/ij.jar');
describe.skipIf(!hasJava || imageJs.length === 0)('ImageJ alone (skipped without a JDK and its jar)', () => {
  it.each(imageJs.map((jar) => [basename(jar), jar]))('%s opens the same pixels or nothing', (_, jar) => {
    const asked = files.filter(({ name }) => !name.startsWith('random'));
    const options = ['-Djava.awt.headless=true', '-cp', jar, join(TESTS, 'imagej/ReadImages.java')];
    const seen = ask('java', options, asked);
    for (const [i, file] of asked.entries()) {
      const { description, planes, name, plain, ome } = file;
      const { channels, size, times, voxelSize } = description;
      if (!plain) {
        expect(seen[i], name).toEqual({ error: expect.anything() });
        continue;
      }
      expect(seen[i], name).toMatchObject({
        sha256OfStack: sha256(byPages(file)),
        // It takes the pages of an OME-TIFF for slices.
        shape: ome ? [1, 1, planes.length, size.y, size.x] : shapeOf(description),
      });
      const [z, y, x] = seen[i]['voxel'] as number[];
      expect([y / voxelSize!.y!, x / voxelSize!.x!], name).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)]);
      if (ome) continue;
      expect(z).toBe(voxelSize!.z);
      expect(seen[i]).toMatchObject({ unit: 'µm', frameInterval: times > 1 ? 2.5 : expect.anything() });
      if (channels.length > 1) expect(seen[i]).toMatchObject({ colors: [0x0000ff, 0xffffff] });
    }
  });
});
