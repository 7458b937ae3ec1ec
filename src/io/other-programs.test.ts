/**
 * Images that other programs wrote, against what reference readers give. They stand beside the checkout on some machines, in
 * `shared/data`, with `expected.json`; elsewhere these tests are skipped.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isUnstainedError } from '../core/index.ts';
import { nodeFiles } from '../node/files.ts';
import { openImage } from './open-image.ts';
import { storedBytes } from './samples.ts';
import type { ImageSource } from './source.ts';
import { readAll } from './testing/samples.ts';

const DATA = sharedFolder();

function sharedFolder(): string | null {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'shared/data/formats/expected.json'))) return join(folder, 'shared/data');
  return null;
}

interface Expected {
  readonly file: string;
  /** (t, c, z, y, x) */
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
  readonly voxelUm: { readonly z: number | null; readonly y: number | null; readonly x: number | null };
  readonly channels: readonly string[] | null;
  /** Of a file with several images. */
  readonly scene?: number;
  readonly image?: number;
  readonly sceneName?: string;
}

/** What is read of `formats/`; the rest of the folder is refused. */
const READ = [
  'czi/100x100.czi',
  'czi/CellDivision_T3_Z5_CH2_X240_Y170.czi',
  'czi/CellDivision_T3_Z5_CH2_X240_Y170_comp1.czi',
  'czi/CellDivision_T3_Z5_CH2_X240_Y170_comp2.czi',
  'czi/CellDivision_T3_Z6_CH1_X300_Y200_DCV_ZSTD.czi',
  'czi/S3_1Pos_2Mosaic_T1_Z1_CH1.czi',
  'czi/aics_s_1_t_1_c_1_z_1.czi',
  'czi/newCZI_compressed.czi',
  'other/xz_c0_t0.tif',
  'same-image-three-ways/FOV7_HV110_P0500510000.czi',
  'same-image-three-ways/FOV7_HV110_P0500510000.ome.tiff',
  'tiff/haase_Bead_Image1_crop.tif',
  'tiff/cp_MetamorphImage.tif',
  'tiff/imagetiff_BigTIFF.tif',
  'tiff/imagetiff_int16_zstd.tif',
  'tiff/imagetiff_predictor-3-gray-f32.tif',
  'tiff/imagetiff_seq-1c-16b-bigendian-68f373a0.tiff',
  'tiff/imagetiff_seq-1c-16b-lzw-68f373a0.tiff',
  'tiff/imagetiff_seq-1c-16b-tiled-68f373a0.tiff',
  'tiff/imagetiff_seq-1c-8b-multipage-adeefdcc.tiff',
  'tiff/imagetiff_seq-1c-8b-packbits-20f3db0c.tiff',
  'tiff/imagetiff_white-fp16-pred3.tiff',
  'tiff/ndtiff/NDTiff3.2_multichannel_NDTiffStack.tif',
  'tiff/ome_multi-channel-z-series.ome.tif',
  'tiff/pillow_multipage_out_of_order.tiff',
  'tiff/skimage_multipage.tif',
  'tiff/viv_multifile/multifile.companion.ome',
  'tiff/zeiss_test.lsm',
];

/** The TIFFs that are not, with what the message must name. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['tiff/pillow_child_ifd.tiff', /JPEG/],
  ['tiff/pillow_seek_too_large.tif', /larger than any file/],
];

/** The beginning of the sha256 of what tifffile and Pillow give, one of equal colors. */
const OF_PYTHON = [
  ['pairs/allen-dna/light.tif', '3d28b26a4bbf7849'],
  ['pairs/allen-dna/nuc.tif', '95b0218cc3907bd8'],
  ['pairs/bacteria-2d/coli_brightfield_00001.tif', 'b9bc901970f144b2'],
  ['pairs/isl-motor-neurons/map2.png', '65861b5739d0663e'],
  ['pairs/isl-motor-neurons/phase_z12.png', 'cac1eec3eb473cad'],
  ['volumes/brightfield-through-focus/organoid_A01_z05.TIF', '9336b1361be4c54a'],
] as const;

/** Of T, C, Z, Y, X in the image's own type, little-endian. */
async function sha256(image: ImageSource): Promise<string> {
  const hash = createHash('sha256');
  for (const samples of await readAll(image)) hash.update(storedBytes(image.type, samples));
  return hash.digest('hex');
}

describe.skipIf(!DATA)(
  'images of other programs (skipped where the folder with them is not beside the checkout)',
  () => {
    const data = DATA ?? '';
    const formats = join(data, 'formats');
    const list: readonly Expected[] = DATA
      ? JSON.parse(readFileSync(join(formats, 'expected.json'), 'utf8')).images
      : [];

    it.each(READ)('I1: %s as its reference reader', async (name) => {
      const file = await openImage(nodeFiles, join(formats, name));
      for (const expected of list.filter((record) => record.file === name)) {
        const image = file.images[expected.image ?? expected.scene ?? 0];
        const { times, channels, size, type, voxelSize } = image;
        expect([times, channels.length, size.z, size.y, size.x]).toEqual(expected.shape);
        if (expected.channels) expect(channels.map((channel) => channel.name)).toEqual(expected.channels);
        expect(type).toBe(expected.dtype);
        if (expected.sceneName) expect(image.name).toBe(expected.sceneName);
        for (const axis of ['z', 'y', 'x'] as const) {
          const um = expected.voxelUm[axis];
          if (um === null) expect(voxelSize?.[axis] ?? null).toBeNull();
          else expect(voxelSize![axis]! / um).toBeCloseTo(1, 8);
        }
        expect(await sha256(image)).toBe(expected.sha256);
      }
      await file.close();
    });

    it.each(REFUSED)('I1: %s is refused by name, with what to do', async (name, message) => {
      await expect(openImage(nodeFiles, join(formats, name))).rejects.toMatchObject({
        code: expect.stringMatching(/^image\/(unsupported|damaged)$/),
        what: expect.stringMatching(message),
        remedy: expect.stringMatching(/\w/),
      });
    });

    it('I1: no other file opens, and each refusal says what to do', async () => {
      const known = [...READ, ...REFUSED.map(([name]) => name)];
      const others = new Set(
        list.map(({ file }) => file).filter((file) => !known.includes(file) && !/zarr/.test(file)),
      );
      expect(others.size).toBeGreaterThan(2);
      for (const name of others) {
        const outcome = await openImage(nodeFiles, join(formats, name)).catch((error: unknown) => error);
        expect(isUnstainedError(outcome, 'image/unsupported'), name).toBe(true);
        expect(outcome).toMatchObject({ remedy: expect.stringMatching(/\w/) });
      }
    });

    it.each(OF_PYTHON)('I1: %s as tifffile and Pillow read it', async (name, expected) => {
      const file = await openImage(nodeFiles, join(data, name));
      expect((await sha256(file.images[0])).slice(0, expected.length)).toBe(expected);
      await file.close();
    });

    it.each(['pairs/allen-dna', 'pairs/bacteria-2d', 'pairs/isl-motor-neurons', 'volumes/brightfield-through-focus'])(
      'each image of %s opens and reads to its last plane',
      async (folder) => {
        const names = readdirSync(join(data, folder)).filter((name) => /\.(png|tiff?)$/i.test(name));
        expect(names.length).toBeGreaterThan(3);
        for (const name of names) {
          const file = await openImage(nodeFiles, join(data, folder, name));
          const [{ size, read }] = file.images;
          const region = { start: { z: size.z - 1, y: 0, x: 0 }, size: { ...size, z: 1 } };
          expect((await read({ time: 0, channel: 0, region })).length).toBe(size.y * size.x);
          await file.close();
        }
      },
    );

    it.each([
      ['pairs/isl-motor-neurons/phase_z{z}.png', { z: 13, y: 1024, x: 1024 }],
      ['volumes/brightfield-through-focus/organoid_A01_z{z}.TIF', { z: 11, y: 1048, x: 1328 }],
    ])('%s is a stack', async (pattern, size) => {
      const { images } = await openImage(nodeFiles, join(data, pattern));
      expect(images[0].size).toEqual(size);
    });
  },
);
