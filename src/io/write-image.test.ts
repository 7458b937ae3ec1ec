/** The name of an image says in which format it is written. */
import { expect, it } from 'vitest';
import { openImage } from './open-image.ts';
import { channelWith, type Output } from './source.ts';
import { memoryFiles, memorySink } from './testing/memory.ts';
import { createImage, WRITTEN_FORMATS, writtenFormat } from './write-image.ts';

const byName = { format: null, compression: null };

it.each(['a.ome.tif', 'a.OME.TIFF', 'a.tif', 'b/a.ome.btf'])('%s is written as OME-TIFF', (name) =>
  expect(writtenFormat(name, byName)).toEqual({ name: 'ome-tiff', as: 'file', channelNames: true }),
);

it.each(['a.zarr', 'b/a.ome.zarr'])('%s is written as OME-Zarr', (name) =>
  expect(writtenFormat(name, byName)).toEqual({ name: 'ome-zarr', as: 'folder', channelNames: true }),
);

it.each(Object.entries(WRITTEN_FORMATS))(
  '%s: its example is a name of it, its compressions are taken',
  (name, format) => {
    expect(format.names.test(format.example)).toBe(true);
    for (const compression of format.compressions)
      expect(writtenFormat(format.example, { format: name, compression }).name).toBe(name);
  },
);

it.each([
  ['a.png', byName, 'usage/format', /does not end like an image that is written/, /out\.ome\.tif/],
  ['a', byName, 'usage/format', /does not end/, /ome-tiff/],
  ['a.ome.tif', { ...byName, format: 'imagej' }, 'usage/format', /not the name of an image in imagej/, /out\.tif/],
  ['a.zarr', { ...byName, compression: 'deflate' }, 'usage/compression', /not a compression of ome-zarr/, /zstd, gzip/],
  ['a.tif', { ...byName, format: 'jpeg' }, 'usage/format', /jpeg is not a format/, /ome-tiff/],
  ['a.png', { ...byName, format: 'ome-tiff' }, 'usage/format', /not the name of an image in ome-tiff/, /out\.ome\.tif/],
  ['a.tif', { ...byName, compression: 'jpeg' }, 'usage/compression', /jpeg is not a compression/, /deflate/],
])('%s with %j is refused', (path, options, code, what, remedy) =>
  expect(() => writtenFormat(path, options)).toThrow(
    expect.objectContaining({
      code,
      what: expect.stringMatching(what),
      remedy: expect.stringMatching(remedy),
    }),
  ),
);

it('what was created is read again', async () => {
  const bytes = memorySink();
  const output: Pick<Output, 'createFile'> = { createFile: async () => bytes };
  const description = {
    name: 'cells',
    times: 1,
    timeStep: null,
    channels: [channelWith({ name: 'DNA' })],
    size: { z: 1, y: 2, x: 3 },
    voxelSize: null,
    type: 'uint16' as const,
  };
  const sink = await createImage(output as Output, 'a.ome.tif', description, { ...byName, overwrite: false });
  await sink.writePlane(Uint16Array.of(1, 2, 3, 4, 5, 600));
  await sink.finish();
  const { images } = await openImage(memoryFiles({ 'a.ome.tif': bytes.bytes() }), 'a.ome.tif');
  expect(images[0]).toMatchObject({ name: 'cells', type: 'uint16', size: { z: 1, y: 2, x: 3 } });
});

it('a file whose writer refuses the image is given up', async () => {
  const bytes = memorySink();
  const output: Pick<Output, 'createFile'> = { createFile: async () => bytes };
  const description = {
    name: 'cells',
    times: 1,
    timeStep: null,
    channels: [channelWith({ color: 'blue' })], // none of `#RRGGBB`
    size: { z: 1, y: 2, x: 3 },
    voxelSize: null,
    type: 'uint16' as const,
  };
  const call = createImage(output as Output, 'a.ome.tif', description, { ...byName, overwrite: false });
  await expect(call).rejects.toThrow('blue');
  expect(bytes.state()).toBe('abandoned');
});
