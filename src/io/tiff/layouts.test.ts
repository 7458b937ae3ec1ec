/** Which page is which plane: OME-XML, ImageJ's description, or nothing at all. */
import { describe, expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import type { ImageSource } from '../source.ts';
import { memoryFiles } from '../testing/memory.ts';
import { readAll } from '../testing/samples.ts';
import { writeTiff, type TiffLayout } from '../testing/write-tiff.ts';

const LAYOUT: TiffLayout = { width: 2, height: 1, type: 'uint8' };

/** A file whose page n holds n, n. */
function numbered(pages: number, description: string, layout: Partial<TiffLayout> = {}): Uint8Array {
  const all = Array.from({ length: pages }, (_, n) => Uint8Array.of(n, n));
  return writeTiff(all, { ...LAYOUT, description, ...layout });
}

async function open(bytes: Uint8Array): Promise<readonly ImageSource[]> {
  return (await openImage(memoryFiles({ 'a.ome.tif': bytes }), 'a.ome.tif')).images;
}

/** The page of each plane, by t, c, z. */
async function pagesOf({ read, times, channels, size }: ImageSource): Promise<number[][][]> {
  const planes: number[][][] = [];
  for (let time = 0; time < times; time++) {
    const row: number[][] = [];
    for (let channel = 0; channel < channels.length; channel++)
      row.push([...(await read({ time, channel, region: { start: { z: 0, y: 0, x: 0 }, size: { ...size, x: 1 } } }))]);
    planes.push(row);
  }
  return planes;
}

function ome(pixels: string, body: string, more = ''): string {
  return `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1"><Image ID="Image:0" Name="field"><Pixels ID="Pixels:0" Type="uint8" SizeX="2" SizeY="1" ${pixels}>${body}</Pixels></Image>${more}</OME>`;
}

describe('OME-TIFF', () => {
  it.each([
    ['XYCZT', '[[[0,2],[1,3]],[[4,6],[5,7]]]'],
    ['XYZCT', '[[[0,1],[2,3]],[[4,5],[6,7]]]'],
    ['XYTCZ', '[[[0,4],[2,6]],[[1,5],[3,7]]]'],
    ['XYTZC', '[[[0,2],[4,6]],[[1,3],[5,7]]]'],
  ])('planes run in DimensionOrder %s where TiffData does not say', async (order, expected) => {
    for (const data of ['<TiffData/>', '', '<TiffData IFD="0" PlaneCount="8"/>']) {
      const [image] = await open(numbered(8, ome(`DimensionOrder="${order}" SizeZ="2" SizeC="2" SizeT="2"`, data)));
      expect(JSON.stringify(await pagesOf(image))).toBe(expected); // by t, c, z
    }
  });

  it('TiffData with IFD alone is one plane, and may come in any order', async () => {
    const data =
      '<TiffData FirstZ="1" IFD="0"/><TiffData FirstZ="0" IFD="2"/><TiffData FirstZ="2" IFD="1" PlaneCount="1"/>';
    const [image] = await open(numbered(3, ome('DimensionOrder="XYZCT" SizeZ="3" SizeC="1" SizeT="1"', data)));
    expect(await pagesOf(image)).toEqual([[[2, 0, 1]]]);
  });

  it('gives names, colors and sizes in micrometers whatever the unit', async () => {
    const sizes =
      'PhysicalSizeX="100" PhysicalSizeXUnit="nm" PhysicalSizeY="0.2" PhysicalSizeZ="0.001" PhysicalSizeZUnit="mm"';
    const channels = '<Channel ID="a" Name="DNA &amp; more" Color="65535"/><Channel ID="b" Color="-1"/>';
    const [image] = await open(
      numbered(2, ome(`DimensionOrder="XYCZT" SizeZ="1" SizeC="2" SizeT="1" ${sizes}`, channels)),
    );
    expect(image).toMatchObject({
      name: 'field',
      format: 'OME-TIFF',
      channels: [
        { name: 'DNA & more', color: '#0000FF' },
        { name: null, color: '#FFFFFF' },
      ],
    });
    expect(image.voxelSize!.x).toBeCloseTo(0.1, 12);
    expect(image.voxelSize!.y).toBe(0.2);
    expect(image.voxelSize!.z).toBeCloseTo(1, 12);
  });

  it.each(['PhysicalSizeX="0" PhysicalSizeZ="-1"', 'PhysicalSizeX="1" PhysicalSizeXUnit="pixel"', ''])(
    'no voxel size from %j',
    async (sizes) => {
      const [image] = await open(numbered(1, ome(`DimensionOrder="XYCZT" SizeZ="1" SizeC="1" SizeT="1" ${sizes}`, '')));
      expect(image.voxelSize).toBeNull();
    },
  );

  it('several images in one file are several images', async () => {
    const second =
      '<Image ID="Image:1" Name="second"><Pixels ID="Pixels:1" Type="uint8" DimensionOrder="XYZCT" SizeX="2" SizeY="1" SizeZ="2" SizeC="1" SizeT="1"><TiffData IFD="1" PlaneCount="2"/></Pixels></Image>';
    const images = await open(
      numbered(3, ome('DimensionOrder="XYZCT" SizeZ="1" SizeC="1" SizeT="1"', '<TiffData IFD="0"/>', second)),
    );
    expect(images.map(({ name, size }) => [name, size.z])).toEqual([
      ['field', 1],
      ['second', 2],
    ]);
    expect(await pagesOf(images[1])).toEqual([[[1, 2]]]);
  });

  it('a renamed file is known by its UUID', async () => {
    const data = '<TiffData IFD="0" PlaneCount="1"><UUID FileName="old.ome.tif">urn:uuid:1</UUID></TiffData>';
    const [image] = await open(numbered(1, ome('DimensionOrder="XYZCT" SizeZ="1" SizeC="1" SizeT="1"', data)));
    expect(await pagesOf(image)).toEqual([[[0]]]);
  });

  it('a type that the pages do not have is told, and theirs is taken', async () => {
    const xml = ome('DimensionOrder="XYZCT" SizeZ="1" SizeC="1" SizeT="1"', '').replace('"uint8"', '"uint16"');
    const [image] = await open(numbered(1, xml));
    expect(image.type).toBe('uint8');
    expect(image.notes).toEqual([expect.stringContaining('uint16')]);
  });

  it.each([
    ['more planes than pages', 'image/truncated', ome('SizeZ="4" SizeC="1" SizeT="1"', '')],
    ['a plane without a page', 'image/truncated', ome('SizeZ="2" SizeC="1" SizeT="1"', '<TiffData IFD="0"/>')],
    ['a page that is not there', 'image/truncated', ome('SizeZ="1" SizeC="1" SizeT="1"', '<TiffData IFD="9"/>')],
    [
      'a plane on two pages',
      'image/damaged',
      ome('SizeZ="1" SizeC="1" SizeT="1"', '<TiffData IFD="0"/><TiffData IFD="1"/>'),
    ],
    [
      'a page that is two planes',
      'image/damaged',
      ome('SizeZ="2" SizeC="1" SizeT="1"', '<TiffData IFD="0"/><TiffData FirstZ="1" IFD="0"/>'),
    ],
    [
      'a page that is a plane of two images',
      'image/damaged',
      ome(
        'SizeZ="1" SizeC="1" SizeT="1"',
        '<TiffData/>',
        '<Image><Pixels Type="uint8" SizeX="2" SizeY="1" SizeZ="2" SizeC="1" SizeT="1"/></Image>',
      ),
    ],
    ['channels that are not described', 'image/damaged', ome('SizeZ="1" SizeC="2" SizeT="1"', '<Channel/>')],
    ['a plane outside', 'image/damaged', ome('SizeZ="1" SizeC="1" SizeT="1"', '<TiffData FirstZ="1" IFD="0"/>')],
    ['another width', 'image/damaged', ome('SizeZ="1" SizeC="1" SizeT="1"', '').replace('SizeX="2"', 'SizeX="3"')],
    ['SizeZ 0', 'image/damaged', ome('SizeZ="0" SizeC="1" SizeT="1"', '')],
    ['SizeT 2^31', 'image/damaged', ome('SizeZ="1" SizeC="1" SizeT="2147483648"', '')],
    ['XML that breaks off', 'image/damaged', ome('SizeZ="1" SizeC="1" SizeT="1"', '').slice(0, -9)],
    [
      'entities of its own',
      'image/unsupported',
      ome('SizeZ="1" SizeC="1" SizeT="1"', '').replace('<OME', '<!DOCTYPE a [<!ENTITY b "c">]><OME'),
    ],
    [
      'planes in other files, which are not there',
      'image/missing',
      ome('SizeZ="1" SizeC="1" SizeT="1"', '<TiffData><UUID FileName="b.tif">urn:uuid:2</UUID></TiffData>'),
    ],
    [
      'metadata in another file, which is not there',
      'image/missing',
      '<OME><BinaryOnly MetadataFile="b.ome" UUID="urn:uuid:2"/></OME>',
    ],
  ])('refuses %s', async (_, code, xml) => {
    await expect(open(numbered(2, xml))).rejects.toMatchObject({ code, file: 'a.ome.tif' });
  });
});

describe('OME-TIFF of several files', () => {
  const sized = 'DimensionOrder="XYZCT" SizeZ="3" SizeC="1" SizeT="1"';
  const inFile = (z: number, name: string, uuid: string) =>
    `<TiffData FirstZ="${z}" IFD="0" PlaneCount="1"><UUID FileName="${name}">urn:uuid:${uuid}</UUID></TiffData>`;
  const data = [inFile(0, 'a.tif', '1'), inFile(1, 'b.tif', '2'), inFile(2, 'c.tif', '3')].join('');
  const binary = (uuid: string) =>
    `<OME UUID="urn:uuid:${uuid}"><BinaryOnly MetadataFile="set.companion.ome" UUID="urn:uuid:9"/></OME>`;
  const page = (value: number, description: string, layout: Partial<TiffLayout> = {}) =>
    writeTiff([Uint8Array.of(value, value)], { ...LAYOUT, description, ...layout });
  const companionOf = (body: string) =>
    new TextEncoder().encode(ome(sized, body).replace('UUID="urn:uuid:1"', 'UUID="urn:uuid:9"'));
  const whole = {
    'set.companion.ome': companionOf(data),
    'a.tif': page(1, binary('1')),
    'b.tif': page(2, binary('2')),
    'c.tif': page(3, binary('3')),
  };

  it('opening any of them gives all planes, and closes what it opened', async () => {
    for (const name of Object.keys(whole)) {
      const files = memoryFiles(whole);
      const file = await openImage(files, name);
      expect(await pagesOf(file.images[0])).toEqual([[[1, 2, 3]]]);
      await file.close();
      expect(files.openFiles()).toBe(0);
    }
  });

  it('is read from a folder that cannot be listed', async () => {
    const files = { ...memoryFiles(whole), list: () => Promise.reject(new Error('a folder of a web server')) };
    for (const name of Object.keys(whole))
      expect(await pagesOf((await openImage(files, name)).images[0])).toEqual([[[1, 2, 3]]]);
  });

  it('one of them may have the XML itself', async () => {
    const files = memoryFiles({ ...whole, 'a.tif': page(1, ome(sized, data)) });
    expect(await pagesOf((await openImage(files, 'a.tif')).images[0])).toEqual([[[1, 2, 3]]]);
  });

  it('a set of hundreds is read with few of them open', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `plane${i}.tif`);
    const all = names.map((name, z) => inFile(z, name, `${z}`)).join('');
    const xml = ome(sized.replace('"3"', '"300"'), all);
    const contents = Object.fromEntries(names.map((name, z) => [name, page(z % 256, '')]));
    const files = memoryFiles({ ...contents, 'x.ome': new TextEncoder().encode(xml) });
    const file = await openImage(files, 'x.ome');
    expect((await pagesOf(file.images[0]))[0][0]).toEqual(names.map((_, z) => z % 256));
    expect(files.openFiles()).toBeLessThanOrEqual(9);
    await file.close();
  });

  const without = (name: string) => Object.fromEntries(Object.entries(whole).filter(([other]) => other !== name));
  it.each([
    ['image/missing', 'c.tif', without('c.tif')],
    ['image/missing', 'set.companion.ome', without('set.companion.ome')],
    ['image/damaged', 'urn:uuid:7', { ...whole, 'b.tif': page(2, binary('7')) }],
    ['image/damaged', 'x 4', { ...whole, 'b.tif': writeTiff([new Uint8Array(4)], { ...LAYOUT, width: 4 }) }],
    ['image/truncated', 'b.tif', { ...whole, 'b.tif': whole['b.tif'].slice(0, 100) }],
    ['image/damaged', 'set.companion.ome', { ...whole, 'set.companion.ome': new TextEncoder().encode(binary('9')) }],
    [
      'image/unsupported',
      '../c.tif',
      { ...whole, 'set.companion.ome': companionOf(data.replace('c.tif', '../c.tif')) },
    ],
    [
      'image/unsupported',
      'OME',
      { ...whole, 'set.companion.ome': new TextEncoder().encode('<?xml version="1.0"?><a/>') },
    ],
  ])('refuses with %s, naming %s', async (code, what, contents) => {
    const files = memoryFiles(contents);
    const reading = async () => readAll((await openImage(files, 'a.tif')).images[0]);
    await expect(reading()).rejects.toMatchObject({ code, what: expect.stringContaining(what) });
  });
});

describe('ImageJ', () => {
  it('pages run through channels, then z, then times', async () => {
    const [image] = await open(
      numbered(12, 'ImageJ=1.54p\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\n'),
    );
    expect(image.format).toBe('ImageJ TIFF');
    expect(await pagesOf(image)).toEqual([
      [
        [0, 2, 4],
        [1, 3, 5],
      ],
      [
        [6, 8, 10],
        [7, 9, 11],
      ],
    ]);
  });

  const pixelsPerUnit = (value: number, unit: number) =>
    ({
      282: { type: 5, values: [value] },
      283: { type: 5, values: [value * 2] },
      296: { type: 3, values: [unit] },
    }) as const;

  it.each([
    ['unit=\\u00B5m\nspacing=0.5', 1, { z: 0.5, y: 0.05, x: 0.1 }],
    ['unit=micron', 1, { z: null, y: 0.05, x: 0.1 }],
    ['unit=um\nspacing=0.5', 3, { z: 0.5, y: 500, x: 1000 }], // pixels a centimeter, though the unit is um
    ['unit=nm\nspacing=500', 1, { z: 0.5, y: 5e-5, x: 1e-4 }],
    ['unit=pixel\nspacing=0.5', 1, null],
    ['spacing=0.5', 2, null], // dots an inch
  ])('voxel size from %j with resolution unit %d', async (lines, unit, expected) => {
    const [image] = await open(
      numbered(2, `ImageJ=1.54p\nimages=2\nslices=2\n${lines}\n`, { tags: pixelsPerUnit(10, unit) }),
    );
    if (expected === null) expect(image.voxelSize).toBeNull();
    else
      for (const axis of ['z', 'y', 'x'] as const)
        expect(image.voxelSize![axis] ?? 0).toBeCloseTo(expected[axis] ?? 0, 9);
  });

  it('planes that follow each other under one directory are all read', async () => {
    const all = Uint8Array.from({ length: 2 * 5 }, (_, i) => i >> 1);
    const bytes = writeTiff([all], {
      ...LAYOUT,
      height: 5,
      description: 'ImageJ=1.54p\nimages=5\nslices=5\n',
      tags: { 257: { type: 4, values: [1] }, 278: { type: 4, values: [1] } },
    });
    const [image] = await open(bytes);
    expect(await pagesOf(image)).toEqual([[[0, 1, 2, 3, 4]]]);
    const short = writeTiff([all], {
      ...LAYOUT,
      height: 5,
      description: 'ImageJ=1.54p\nimages=900\nslices=900\n',
      tags: { 257: { type: 4, values: [1] }, 278: { type: 4, values: [1] } },
    });
    await expect(open(short)).rejects.toMatchObject({ code: 'image/truncated' });
  });

  it.each([
    ['image/truncated', 'images=3\nslices=3'],
    ['image/damaged', 'images=2\nslices=2\nchannels=2'],
    ['image/damaged', 'images=1'],
    ['image/damaged', 'images=0'],
    ['image/damaged', 'images=2\nslices=two'],
  ])('refuses with %s two pages that are called %j', async (code, lines) => {
    await expect(open(numbered(2, `ImageJ=1.54p\n${lines}\n`))).rejects.toMatchObject({ code });
  });
});

describe('plain TIFF', () => {
  it('pages are z, and that is said; one page needs no word', async () => {
    const [image] = await open(numbered(3, 'anything'));
    expect(image).toMatchObject({
      format: 'TIFF',
      size: { z: 3 },
      voxelSize: null,
      notes: [expect.stringContaining('z')],
    });
    expect((await open(numbered(1, '')))[0].notes).toEqual([]);
  });

  it('a resolution in centimeters that a microscope can have is a pixel size; dots an inch are none', async () => {
    const tags = (unit: number) =>
      ({
        282: { type: 5, values: [20000] },
        283: { type: 5, values: [10000] },
        296: { type: 3, values: [unit] },
      }) as const;
    expect((await open(numbered(1, '', { tags: tags(3) })))[0].voxelSize).toEqual({ z: null, y: 1, x: 0.5 });
    expect((await open(numbered(1, '', { tags: tags(2) })))[0].voxelSize).toBeNull();
  });
});
