/** Small whole images of each format, to be damaged. */
import { encodePng } from '../../src/codec/index.ts';
import { noise } from '../../src/io/testing/samples.ts';
import { writeTiff, type TiffLayout } from '../../src/io/testing/write-tiff.ts';
import type { FileSet } from './mutations.ts';

export interface Seed {
  readonly name: string;
  readonly files: FileSet;
  /** What is opened. */
  readonly path: string;
}

export const FORMATS: Readonly<Record<string, () => Promise<readonly Seed[]>>> = {
  tiff: async () => TIFFS.map(([name, layout]) => ({ name, ...oneFile('a.tif', tiff(layout)) })),
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
};

const IMAGEJ = 'ImageJ=1.54p\nimages=2\nslices=2\nunit=um\nspacing=0.5\n';

const TIFFS: readonly (readonly [string, Partial<TiffLayout>])[] = [
  ['uncompressed, ImageJ', { description: IMAGEJ }],
  ['Deflate, ImageJ', { compression: 'deflate', description: IMAGEJ }],
  ['LZW, big-endian, predictor 2', { compression: 'lzw', bigEndian: true, predictor: 2 }],
  ['PackBits', { compression: 'packbits' }],
  ['BigTIFF', { compression: 'deflate', big: true, description: IMAGEJ }],
  ['tiles of floats, predictor 3', { type: 'float32', blocks: { tile: [4, 16] }, compression: 'lzw', predictor: 3 }],
];

/** Two planes (y 6, x 8) in two strips or tiles each. */
function tiff(layout: Partial<TiffLayout>): Uint8Array {
  const full: TiffLayout = { width: 8, height: 6, type: 'uint16', blocks: { rows: 4 }, ...layout };
  return writeTiff(noise(full.type, 48, 2), full);
}

function oneFile(path: string, bytes: Uint8Array): { readonly files: FileSet; readonly path: string } {
  return { files: { [path]: bytes }, path };
}
