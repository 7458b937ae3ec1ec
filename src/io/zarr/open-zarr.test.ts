/** What the metadata of OME-Zarr and plain Zarr mean: axes, sizes, channels, series, plates. */
import { describe, expect, it } from 'vitest';
import { isUnstainedError, random } from '../../core/index.ts';
import { openImage } from '../open-image.ts';
import type { SampleType } from '../source.ts';
import { memoryFiles } from '../testing/memory.ts';
import { noise, readAll } from '../testing/samples.ts';
import { json, without, writeGroup, writeZarr, type Contents, type ZarrLayout } from '../testing/write-zarr.ts';

const count = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

/** An array of noise, in chunks of 2 along each axis. */
function array(path: string, shape: readonly number[], layout: Partial<ZarrLayout> = {}): Contents {
  const type: SampleType = layout.type ?? 'uint16';
  const chunks = shape.map(() => 2);
  return writeZarr(path, noise(type, count(shape), 1)[0], { version: 2, shape, chunks, type, ...layout });
}

async function open(contents: Contents, path = 'a.zarr') {
  return (await openImage(memoryFiles(contents), path)).images;
}

const scale = (...factors: number[]) => [{ type: 'scale', scale: factors }];
const AXES = [
  { name: 't', type: 'time', unit: 'millisecond' },
  { name: 'c', type: 'channel' },
  { name: 'z', type: 'space', unit: 'micrometer' },
  { name: 'y', type: 'space', unit: 'nanometer' },
  { name: 'x', type: 'space', unit: 'angstrom' },
];
const MULTISCALES = [
  {
    name: 'cells',
    axes: AXES,
    datasets: [
      { path: '0', coordinateTransformations: scale(500, 1, 0.5, 100, 1000) },
      { path: '1', coordinateTransformations: scale(500, 1, 0.5, 200, 2000) },
    ],
    coordinateTransformations: scale(2, 1, 3, 1, 1),
  },
];
const OMERO = {
  channels: [
    { label: 'DNA', color: '0000ff', window: { min: 0, max: 1, start: 0, end: 1 } },
    { label: 7, color: 'blue' },
  ],
};
const SHAPE = [3, 2, 2, 3, 5];

describe('OME-Zarr', () => {
  it.each([
    ['0.5', 3, { ome: { version: '0.5', multiscales: MULTISCALES, omero: OMERO } }],
    ['0.4', 2, { multiscales: MULTISCALES.map((one) => ({ ...one, version: '0.4' })), omero: OMERO }],
    ['0.4-dev-spatialdata', 2, { multiscales: [{ ...MULTISCALES[0], version: '0.4-dev-spatialdata' }], omero: OMERO }],
    ['0.4 in Zarr 3', 3, { multiscales: MULTISCALES, omero: OMERO }],
  ] as const)('of version %s: axes, units, both scales, channels', async (_, version, attributes) => {
    const [image, ...others] = await open({
      ...writeGroup('a.zarr', version, attributes),
      ...array('a.zarr/0', SHAPE, { version }),
    });
    expect(others).toEqual([]);
    expect(image).toMatchObject({
      name: 'cells',
      format: 'OME-Zarr',
      file: 'a.zarr',
      times: 3,
      size: { z: 2, y: 3, x: 5 },
      type: 'uint16',
      voxelSize: { z: 1.5, y: 0.1, x: 0.1 },
      timeStep: 1,
      channels: [
        { name: 'DNA', color: '#0000FF', wavelength: null },
        { name: '7', color: null, wavelength: null },
      ],
      notes: [],
    });
    const volumes = await readAll(image);
    expect(volumes.flatMap((volume) => [...volume])).toEqual([...noise('uint16', count(SHAPE), 1)[0]]);
  });

  it.each([
    ['0.3', [2, 3, 5], ['c', 'y', 'x'], { times: 1, size: { z: 1, y: 3, x: 5 } }],
    ['0.1', SHAPE, undefined, { times: 3, size: { z: 2, y: 3, x: 5 } }],
    ['0.2', [2, 3, 5], undefined, { times: 1, size: { z: 2, y: 3, x: 5 } }],
  ])('of version %s: names of axes or none, no sizes', async (version, shape, axes, expected) => {
    const multiscales = [{ version, axes, datasets: [{ path: 's/0' }] }];
    const [image] = await open({ ...writeGroup('a.zarr', 2, { multiscales }), ...array('a.zarr/s/0', shape) });
    expect(image).toMatchObject({ ...expected, voxelSize: null, timeStep: null, name: '' });
    expect(image.channels.length).toBe(version === '0.2' ? 1 : 2);
  });

  it('axes in any order are put right', async () => {
    const axes = [
      { name: 'x', type: 'space' },
      { name: 'seconds', type: 'time' },
      { name: 'Y', type: 'space' },
      { name: 'angle' },
    ];
    const multiscales = [{ axes, datasets: [{ path: '0', coordinateTransformations: scale(1, 1, 1, 1) }] }];
    const [image] = await open({ ...writeGroup('a.zarr', 2, { multiscales }), ...array('a.zarr/0', [3, 2, 4, 1]) });
    expect(image).toMatchObject({ times: 2, size: { z: 1, y: 4, x: 3 }, voxelSize: null });
    const stored = noise('uint16', 24, 1)[0]; // (x, t, y)
    const right = [0, 1].flatMap((t) => [0, 1, 2, 3].flatMap((y) => [0, 1, 2].map((x) => stored[(x * 2 + t) * 4 + y])));
    expect((await readAll(image)).flatMap((volume) => [...volume])).toEqual(right);
  });

  it.each([
    ['a unit that is none', 'pixel', 2, null],
    ['no unit', undefined, 2, null],
    ['a scale of 0', 'micrometer', 0, null],
    ['a scale that is a text', 'micrometer', '2', null],
    ['a British micrometre', 'micrometre', 2, 2],
  ])('%s: the voxel size is %s', async (_, unit, factor, expected) => {
    const axes = ['y', 'x'].map((name) => ({ name, type: 'space', unit }));
    const coordinateTransformations = [{ type: 'scale', scale: [factor, factor] }];
    const multiscales = [{ axes, datasets: [{ path: '0', coordinateTransformations }] }];
    const [image] = await open({ ...writeGroup('a.zarr', 2, { multiscales }), ...array('a.zarr/0', [3, 4]) });
    expect(image.voxelSize).toEqual(expected === null ? null : { z: null, y: expected, x: expected });
  });

  it('omero that does not name just the channels is not used, and that is said', async () => {
    const attributes = { multiscales: MULTISCALES, omero: { channels: [{ label: 'one' }] } };
    const [image] = await open({ ...writeGroup('a.zarr', 2, attributes), ...array('a.zarr/0', SHAPE) });
    expect(image.channels.map(({ name }) => name)).toEqual([null, null]);
    expect(image.notes.join()).toMatch(/omero names 1 channels, the array has 2/);
  });

  it('NaN, which Python writes into JSON, does not keep it from being read', async () => {
    const text = JSON.stringify({ multiscales: MULTISCALES, note: 'NaN "x"' }).replace(
      '"note"',
      '"window":[NaN,-Infinity],"note"',
    );
    const contents = { ...writeGroup('a.zarr', 2, {}), 'a.zarr/.zattrs': new TextEncoder().encode(text) };
    expect(await open({ ...contents, ...array('a.zarr/0', SHAPE) })).toMatchObject([{ name: 'cells' }]);
  });

  it.each([
    ['a later version', { ome: { version: '0.6', multiscales: MULTISCALES } }, /version "0\.6"/],
    ['a path that leads out', { multiscales: [{ datasets: [{ path: '../secret' }] }] }, /"\.\.\/secret"/],
    ['a path within that leads out', { multiscales: [{ datasets: [{ path: 'a/../../b' }] }] }, /does not lie below/],
    ['an absolute path', { multiscales: [{ datasets: [{ path: '/etc' }] }] }, /does not lie below/],
    ['a Windows path', { multiscales: [{ datasets: [{ path: '..\\b' }] }] }, /does not lie below/],
    ['no dataset', { multiscales: [{ datasets: [] }] }, /first dataset is nothing/],
    ['no multiscale', { multiscales: [] }, /multiscales are \[\]/],
    ['an array that is not there', { multiscales: [{ datasets: [{ path: '5' }] }] }, /array 5 is not there/],
    ['other axes than the array', { multiscales: [{ axes: ['y', 'x'], datasets: [{ path: '0' }] }] }, /names 2 axes/],
    [
      'axes twice',
      { multiscales: [{ axes: ['t', 'y', 'z', 'y', 'x'], datasets: [{ path: '0' }] }] },
      /axes are t, y, z, y, x/,
    ],
    [
      'strange axes',
      { multiscales: [{ axes: ['t', 'phase', 'z', 'y', 'x'], datasets: [{ path: '0' }] }] },
      /"phase" has 2/,
    ],
    [
      'a scale for other axes',
      { multiscales: [{ datasets: [{ path: '0', coordinateTransformations: scale(1) }] }] },
      /scale is \[1\]/,
    ],
  ])('%s is refused', async (_, attributes, what) => {
    const opened = open({
      ...writeGroup('a.zarr', 2, attributes),
      ...array('a.zarr/0', SHAPE),
      'secret/.zarray': json({}),
    });
    await expect(opened).rejects.toMatchObject({
      code: expect.stringMatching(/^image\/(unsupported|damaged)$/),
      what: expect.stringMatching(what),
      remedy: expect.stringMatching(/\w/),
    });
  });
});

describe('groups of several images', () => {
  const image = (path: string, name?: string): Contents => ({
    ...writeGroup(path, 2, {
      multiscales: [{ ...(name && { name }), axes: ['c', 'z', 'y', 'x'], datasets: [{ path: '0' }] }],
    }),
    ...array(`${path}/0`, [2, 1, 3, 4]),
  });
  const xml = `<OME>${['first', 'second']
    .map(
      (
        name,
        i,
      ) => `<Image Name="${name}"><Pixels DimensionOrder="XYZCT" Type="uint16" SizeX="4" SizeY="${3 + i}" SizeZ="1"
        SizeC="2" SizeT="1" PhysicalSizeX="0.2" PhysicalSizeY="200" PhysicalSizeYUnit="nm" TimeIncrement="2">
        <Channel Name="DNA" EmissionWavelength="461"/><Channel Name="light"/></Pixels></Image>`,
    )
    .join('')}</OME>`;

  it('bioformats2raw: series as images; what NGFF lacks comes from METADATA.ome.xml where its sizes fit', async () => {
    const images = await open({
      ...writeGroup('a.zarr', 2, { 'bioformats2raw.layout': 3 }),
      ...writeGroup('a.zarr/OME', 2, {}),
      'a.zarr/OME/METADATA.ome.xml': new TextEncoder().encode(xml),
      ...image('a.zarr/0', '0'),
      ...image('a.zarr/1', 'mine'),
      ...image('a.zarr/2'),
    });
    expect(images).toMatchObject(
      [
        {
          name: 'first',
          voxelSize: { z: null, y: 0.2, x: 0.2 },
          timeStep: 2,
          channels: [{ name: 'DNA', wavelength: 461 }, { name: 'light' }],
          notes: [],
        },
        { name: 'mine', voxelSize: null, channels: [{ name: null }, { name: null }], notes: [/another size/] },
        { name: '2', voxelSize: null },
      ].map(({ notes, ...rest }) => ({
        ...rest,
        ...(notes && { notes: notes.map((note) => expect.stringMatching(note)) }),
      })),
    );
  });

  it('bioformats2raw: the group OME says the order of the series', async () => {
    const images = await open({
      ...writeGroup('a.zarr', 2, { 'bioformats2raw.layout': 3 }),
      ...writeGroup('a.zarr/OME', 2, { series: ['b', 'a'] }),
      'a.zarr/OME/METADATA.ome.xml': new TextEncoder().encode(xml),
      ...image('a.zarr/a'),
      ...image('a.zarr/b'),
    });
    expect(images).toMatchObject([
      { name: 'first', timeStep: 2 },
      { name: 'a', timeStep: null },
    ]);
  });

  const plate: Contents = {
    ...writeGroup('p.zarr', 2, { plate: { wells: [{ path: 'A/1' }, { path: 'B/2' }] } }),
    ...writeGroup('p.zarr/A/1', 2, { well: { images: [{ path: '0' }, { path: '1' }] } }),
    ...writeGroup('p.zarr/B/2', 2, { well: { images: [{ path: '0' }] } }),
    ...image('p.zarr/A/1/0', 'any'),
    ...image('p.zarr/A/1/1'),
    ...image('p.zarr/B/2/0'),
  };

  it('plates: every field of every well by its path; a well and a field by themselves', async () => {
    const names = async (path: string) => (await open(plate, path)).map(({ name }) => name);
    expect(await names('p.zarr')).toEqual(['A/1/0', 'A/1/1', 'B/2/0']);
    expect(await names('p.zarr/A/1')).toEqual(['0', '1']);
    expect(await names('p.zarr/A/1/0')).toEqual(['any']);
  });

  it('plates: a well or field that is not there is refused', async () => {
    const rest = without(plate, 'p.zarr/B/2/0/.zgroup', 'p.zarr/B/2/0/.zattrs');
    await expect(open(rest, 'p.zarr')).rejects.toMatchObject({ code: 'image/damaged', file: 'p.zarr/B/2/0' });
    const wells = writeGroup('p.zarr', 2, { plate: { wells: [{ path: 'C/1' }] } });
    await expect(open({ ...plate, ...wells }, 'p.zarr')).rejects.toMatchObject({ file: 'p.zarr/C/1' });
  });

  it('I1: flipped bits of the metadata of groups: images or a typed refusal', async () => {
    const { integer } = random(9);
    const whole: Contents = {
      ...plate,
      ...writeGroup('a.zarr', 2, { 'bioformats2raw.layout': 3 }),
      ...writeGroup('a.zarr/OME', 2, { series: ['0'] }),
      'a.zarr/OME/METADATA.ome.xml': new TextEncoder().encode(xml),
      ...writeGroup('a.zarr/0', 2, { multiscales: MULTISCALES, omero: OMERO }),
      ...array('a.zarr/0/0', SHAPE),
    };
    const names = Object.keys(whole).filter((name) => /attrs|xml/.test(name));
    for (let i = 0; i < 400; i++) {
      const name = names[i % names.length];
      const changed = whole[name].slice();
      for (let flips = 1 + integer(2); flips > 0; flips--) changed[integer(changed.length)] ^= 1 << integer(8);
      for (const path of ['p.zarr', 'a.zarr']) {
        const outcome = await open({ ...whole, [name]: changed }, path).catch((error: unknown) => error);
        if (Array.isArray(outcome)) expect(outcome.length).toBeGreaterThan(0);
        else expect(isUnstainedError(outcome) && outcome.remedy !== '', String(outcome)).toBe(true);
      }
    }
  });

  it('a group without multiscales is refused, naming what is in it', async () => {
    const contents = {
      ...writeGroup('a.zarr', 3, {}),
      ...array('a.zarr/raw', [2, 2], { version: 3 }),
      ...image('a.zarr/b c'),
    };
    await expect(open(contents)).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringContaining('In it are b c, raw.'),
      remedy: expect.stringContaining('a.zarr/b c'),
    });
  });
});

describe('a plain array', () => {
  it.each([
    [[5], { times: 1, size: { z: 1, y: 1, x: 5 } }],
    [[3, 5], { times: 1, size: { z: 1, y: 3, x: 5 } }],
    [[2, 3, 5], { times: 1, size: { z: 2, y: 3, x: 5 } }],
    [[2, 2, 3, 5], { times: 1, size: { z: 2, y: 3, x: 5 } }],
    [SHAPE, { times: 3, size: { z: 2, y: 3, x: 5 } }],
  ])('of %j has the last axes, which is said', async (shape, expected) => {
    const [image] = await open(array('a.zarr', shape, { version: 3 }));
    expect(image).toMatchObject({
      ...expected,
      format: 'Zarr',
      voxelSize: null,
      channels: { length: shape.length > 3 ? 2 : 1 },
    });
    expect(image.notes).toEqual([expect.stringMatching(/names no axes; they were taken as .*x$/)]);
  });

  it('whose dimensions are named has those', async () => {
    const [image] = await open(
      array('a.zarr', [2, 3, 5], { version: 3, metadata: { dimension_names: ['x', 'y', 't'] } }),
    );
    expect(image).toMatchObject({ times: 5, size: { z: 1, y: 3, x: 2 }, notes: [] });
    const [other] = await open(array('a.zarr', [2, 3], { attributes: { _ARRAY_DIMENSIONS: ['c', 'x'] } }));
    expect(other).toMatchObject({ channels: { length: 2 }, size: { y: 1, x: 3 }, notes: [] });
    const [unlike] = await open(array('a.zarr', [2, 3], { version: 3, metadata: { dimension_names: ['row', null] } }));
    expect(unlike.notes.length).toBe(1);
  });

  it.each([
    ['strings', 3, { data_type: 'string' }, /data type string is no image/],
    ['fixed strings', 2, { dtype: '<U8' }, /data type string/],
    ['complex numbers', 2, { dtype: '<c16' }, /data type complex128 is no image/],
    ['complex numbers', 3, { data_type: 'complex64' }, /data type complex64/],
    ['records', 2, { dtype: [['a', '<u2']] }, /structured/],
    ['64-bit numbers', 2, { dtype: '<i8' }, /data type int64 is not read/],
    ['64-bit numbers', 3, { data_type: 'uint64' }, /data type uint64 is not read/],
    ['six axes', 3, { shape: [1, 1, 1, 1, 2, 2] }, /6 axes/],
    ['no axis', 3, { shape: [] }, /0 axes/],
    ['nothing', 3, { shape: [0, 3] }, /is empty/],
    ['a codec that is not read', 2, { compressor: { id: 'bz2' } }, /codec bz2 is not read/],
    ['a filter that is not read', 2, { filters: [{ id: 'fixedscaleoffset' }] }, /codec fixedscaleoffset/],
    ['another grid', 3, { chunk_grid: { name: 'rectilinear' } }, /grid is rectilinear/],
    ['storage transformers', 3, { storage_transformers: [{ name: 'x' }] }, /storage transformers/],
    ['an extension', 3, { new_thing: { must_understand: true } }, /"new_thing"/],
    ['chunks of gigabytes', 2, { chunks: [65536, 65536] }, /8589934592 bytes each/],
    ['another version', 2, { zarr_format: 1 }, /version 1/],
    ['a fill value that it does not have', 2, { fill_value: 65536 }, /fill_value 65536 is no uint16/],
    ['a separator that leads out', 2, { dimension_separator: '/../' }, /between the numbers/],
    ['no byte order', 3, { codecs: ['bytes'] }, /byte order is nothing/],
    ['no codec that makes bytes', 3, { codecs: [] }, /make no bytes/],
    ['delta of floats', 2, { dtype: '<f4', filters: [{ id: 'delta', dtype: '<f4' }] }, /delta/],
  ] as const)('of %s is refused by name (%s)', async (_, version, metadata, what) => {
    await expect(open(array('a.zarr', [3, 5], { version, metadata }))).rejects.toMatchObject({
      code: expect.stringMatching(/^image\/(unsupported|damaged)$/),
      what: expect.stringMatching(what),
      remedy: expect.stringMatching(/\w/),
    });
  });

  it('that may pass over an extension is read', async () => {
    const metadata = { new_thing: { must_understand: false } };
    expect(await open(array('a.zarr', [3, 5], { version: 3, metadata }))).toHaveLength(1);
  });

  it('that is zipped is refused with the way out', async () => {
    const opened = open({ 'a.zarr.zip': new TextEncoder().encode('PK\u0003\u0004') }, 'a.zarr.zip');
    await expect(opened).rejects.toMatchObject({
      what: expect.stringMatching(/zipped Zarr/),
      remedy: expect.stringMatching(/Unpack it/),
    });
  });
});
