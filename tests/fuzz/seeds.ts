/** Small whole images of each format, to be damaged. */
import { encodePng } from '../../src/codec/index.ts';
import { channelWith } from '../../src/io/index.ts';
import { memorySink } from '../../src/io/testing/memory.ts';
import { writeLsm, writeNdtiff, writePlanarRgb, writeStk } from '../../src/io/testing/vendor-tiffs.ts';
import { createOmeTiff, type OmeTiffOptions } from '../../src/io/tiff/create-ome-tiff.ts';
import { writeCzi, type CziSubblock } from '../../src/io/czi/testing/write-czi.ts';
import { noise } from '../../src/io/testing/samples.ts';
import { writeOmeZarr, type ExampleZarr } from '../../src/io/testing/write-ome-zarr.ts';
import { writeZarr } from '../../src/io/testing/write-zarr.ts';
import { writeTiff, type TiffLayout } from '../../src/io/testing/write-tiff.ts';
import type { FileSet } from './mutations.ts';

export interface Seed {
  readonly name: string;
  readonly files: FileSet;
  /** What is opened. */
  readonly path: string;
}

export const FORMATS: Readonly<Record<string, () => Promise<readonly Seed[]>>> = {
  tiff: async () => [
    ...TIFFS.map(([name, layout]) => ({ name, ...oneFile('a.tif', tiff(layout)) })),
    { name: 'RGB in planes', ...oneFile('a.tif', writePlanarRgb()) },
    ...(await Promise.all(
      OME_TIFFS.map(async ([name, options]) => ({ name, ...oneFile('a.ome.tif', await omeTiff(options)) })),
    )),
    {
      name: 'MetaMorph',
      ...oneFile(
        'a.stk',
        writeStk([
          { distance: 0.5, day: 1 },
          { distance: 0.5, day: 1 },
        ]),
      ),
    },
    { name: 'LSM', ...oneFile('a.lsm', writeLsm(2, 2)) },
    { name: 'NDTiff', path: 'set/a_NDTiffStack.tif', files: ndtiff() },
    { name: 'OME set', path: 'set/x.companion.ome', files: OME_SET },
  ],
  png: async () => [
    {
      name: '16 bits',
      ...oneFile(
        'a.png',
        encodePng({ width: 8, height: 6, channels: 1, data: noise('uint16', 48, 1)[0] as Uint16Array }),
      ),
    },
    {
      name: 'a stack',
      path: 'stack',
      files: Object.fromEntries(
        [0, 1, 2].map((z) => [
          `stack/z${z}.png`,
          encodePng({ width: 5, height: 4, channels: 1, data: noise('uint8', 20, 1, z)[0] as Uint8Array }),
        ]),
      ),
    },
  ],
  czi: async () =>
    Promise.all(
      CZIS.map(async ([name, subblocks]) => ({
        name,
        ...oneFile('a.czi', await writeCzi(subblocks, { xml: CZI_XML })),
      })),
    ),
  zarr: async () => {
    const written = await Promise.all(ZARRS.map(async ([name, options]) => ({ name, files: await omeZarr(options) })));
    const array = {
      name: 'an array',
      files: writeZarr('a.zarr', noise('int16', 60, 1)[0], {
        version: 2,
        shape: [3, 4, 5],
        chunks: [2, 3, 5],
        type: 'int16',
      }),
    };
    return [...written, array].map((seed) => ({ ...seed, path: 'a.zarr' }));
  },
};

/** Two channels, two planes. */
const planes = (compression: CziSubblock['compression']): CziSubblock[] =>
  noise('uint16', 48, 4).map((data, i) => ({
    start: { X: 100, Y: 200, C: i % 2, Z: i >> 1 },
    width: 8,
    height: 6,
    pixels: 'Gray16',
    data: data as Uint16Array,
    compression,
  }));

/** Two scenes of overlapping tiles, the second with a reduced copy. */
const tiles = (
  [
    { start: { X: 0, Y: 0, S: 0, M: 1 }, width: 8, height: 6 },
    { start: { X: 6, Y: 0, S: 0, M: 0 }, width: 8, height: 6 },
    { start: { X: 100, Y: 50, S: 1, M: 0 }, width: 8, height: 6 },
    { start: { X: 100, Y: 50, S: 1 }, width: 4, height: 3, reduced: 2 },
  ] as Pick<CziSubblock, 'start' | 'width' | 'height' | 'reduced'>[]
).map((tile, i): CziSubblock => ({
  ...tile,
  pixels: 'Gray8',
  data: noise('uint8', tile.width * tile.height, 1, i)[0] as Uint8Array,
}));

const CZI_XML =
  '<ImageDocument><Metadata><Information><Image><Dimensions><Channels><Channel Id="Channel:0" Name="DNA"/></Channels></Dimensions></Image></Information>' +
  '<Scaling><Items><Distance Id="X"><Value>1E-07</Value></Distance></Items></Scaling></Metadata></ImageDocument>';

const CZIS: readonly (readonly [string, readonly CziSubblock[]])[] = [
  ['uncompressed', planes('none')],
  ['zstd0', planes('zstd0')],
  ['zstd1, high and low bytes apart', planes('zstd1 hi-lo')],
  ['scenes of tiles', tiles],
];

const ZARRS: readonly (readonly [string, ExampleZarr['options']])[] = [
  ['0.5, zstd', {}],
  ['0.5, gzip, shards', { compression: 'gzip', chunk: { z: 1, y: 8, x: 8 }, shards: { z: 2, y: 16, x: 16 } }],
  ['0.5, raw, shards', { compression: 'none', chunk: { z: 1, y: 8, x: 8 }, shards: { z: 2, y: 16, x: 16 } }],
  ['0.4, zlib', { version: '0.4', chunk: { z: 2, y: 8, x: 8 } }],
];

async function omeZarr(options: ExampleZarr['options']): Promise<FileSet> {
  const size = { z: 2, y: 12, x: 10 };
  const channels = [channelWith({ name: 'light' }), channelWith({ name: 'DNA', color: '#0000FF' })];
  const description = {
    name: 'cells',
    times: 1,
    timeStep: null,
    channels,
    size,
    voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
    type: 'uint16' as const,
  };
  const files = await writeOmeZarr({ description, options, planes: noise('uint16', 120, 4) as Uint16Array[] });
  return Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`a.zarr/${path}`, bytes]));
}

const IMAGEJ = 'ImageJ=1.54p\nimages=2\nslices=2\nunit=um\nspacing=0.5\n';

const TIFFS: readonly (readonly [string, Partial<TiffLayout>])[] = [
  ['uncompressed, ImageJ', { description: IMAGEJ }],
  ['Deflate, ImageJ', { compression: 'deflate', description: IMAGEJ }],
  ['LZW, big-endian, predictor 2', { compression: 'lzw', bigEndian: true, predictor: 2 }],
  ['PackBits', { compression: 'packbits' }],
  ['BigTIFF', { compression: 'deflate', big: true, description: IMAGEJ }],
  ['tiles of floats, predictor 3', { type: 'float32', blocks: { tile: [4, 16] }, compression: 'lzw', predictor: 3 }],
  ['half floats', { type: 'float16', compression: 'deflate' }],
];

const OME_TIFFS: readonly (readonly [string, OmeTiffOptions])[] = [
  ['OME, Deflate', {}],
  ['OME, zstd, tiles, pyramid', { compression: 'zstd', tile: 16, pyramid: true }],
  ['OME, none, Big', { compression: 'none', bigTiff: true }],
];

async function omeTiff(options: OmeTiffOptions): Promise<Uint8Array> {
  const sink = memorySink();
  const channels = [channelWith({ name: 'light' }), channelWith({ name: 'DNA', color: '#0000FF' })];
  const size = { z: 2, y: 6, x: 8 };
  const voxelSize = { z: 0.3, y: 0.1, x: 0.1 };
  const description = { name: 'cells', times: 1, timeStep: 2, channels, size, voxelSize, type: 'uint16' as const };
  const image = createOmeTiff(sink, description, options);
  for (const plane of noise('uint16', 48, 4)) await image.writePlane(plane as Uint16Array);
  await image.finish();
  return sink.bytes();
}

function ndtiff(): FileSet {
  const name = 'a_NDTiffStack.tif';
  const axes = [0, 1, 2, 3].map((i) => ({ time: i >> 1, z: i % 2, channel: 'DNA' }));
  const { tiff, index } = writeNdtiff(name, axes);
  return { [`set/${name}`]: tiff, 'set/NDTiff.index': index };
}

/** Two files of one plane each, and what says so. */
const OME_SET: FileSet = {
  ...Object.fromEntries(
    ['a', 'b'].map((name) => [
      `set/${name}.ome.tif`,
      writeTiff(noise('uint8', 48, 1, name.charCodeAt(0)), {
        width: 8,
        height: 6,
        type: 'uint8',
        description: `<OME UUID="urn:uuid:${name}"><BinaryOnly MetadataFile="x.companion.ome"/></OME>`,
      }),
    ]),
  ),
  'set/x.companion.ome': new TextEncoder().encode(
    '<?xml version="1.0"?><OME><Image ID="Image:0"><Pixels DimensionOrder="XYZCT" Type="uint8" SizeX="8" SizeY="6" SizeZ="2" SizeC="1" SizeT="1">' +
      '<Channel Name="light"/><TiffData FirstZ="0" IFD="0" PlaneCount="1"><UUID FileName="a.ome.tif">urn:uuid:a</UUID></TiffData>' +
      '<TiffData FirstZ="1" IFD="0" PlaneCount="1"><UUID FileName="b.ome.tif">urn:uuid:b</UUID></TiffData></Pixels></Image></OME>',
  ),
};

/** Two planes (y 6, x 8) in two strips or tiles each. */
function tiff(layout: Partial<TiffLayout>): Uint8Array {
  const full: TiffLayout = { width: 8, height: 6, type: 'uint16', blocks: { rows: 4 }, ...layout };
  return writeTiff(noise(full.type, 48, 2), full);
}

function oneFile(path: string, bytes: Uint8Array): { readonly files: FileSet; readonly path: string } {
  return { files: { [path]: bytes }, path };
}
