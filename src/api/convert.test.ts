/** `convert` on files of this machine: what is written is read again. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { random, ResourceError } from '../core/index.ts';
import {
  channelWith,
  createImage,
  openImage,
  readVolume,
  type ImageDescription,
  type WrittenPlane,
} from '../io/index.ts';
import { nodeWorld } from '../node/index.ts';
import { cropVolume, resampledGrid, resampleTo } from '../volume/index.ts';
import { convert } from './convert.ts';
import { inspect } from './inspect.ts';
import type { ConvertRequest } from './requests.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-convert-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const world = nodeWorld();
const at = (name: string) => join(folder, name);

const NOTHING: ConvertRequest = {
  image: '',
  out: '',
  crop: null,
  channels: [],
  times: null,
  voxelSize: null,
  inputVoxelSize: null,
  type: null,
  format: null,
  compression: null,
  overwrite: false,
};

const CELLS: ImageDescription = {
  name: 'cells',
  times: 3,
  timeStep: 1.5,
  channels: [channelWith({ name: 'DNA', color: '#0000FF', wavelength: 461 }), channelWith({ name: 'Bright' })],
  size: { z: 5, y: 12, x: 14 },
  voxelSize: { z: 0.4, y: 0.1, x: 0.1 },
  type: 'uint16',
};

const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };

async function writeCells(name: string, changed: Partial<ImageDescription> = {}, value?: number): Promise<string> {
  const description = { ...CELLS, ...changed };
  const { integer } = random(7);
  const { size, times, channels, type } = description;
  const sink = await createImage(world.output, at(name), description, {
    format: null,
    compression: null,
    overwrite: true,
  });
  for (let plane = 0; plane < times * channels.length * size.z; plane++) {
    const samples: WrittenPlane = new ARRAYS[type](size.y * size.x);
    await sink.writePlane(samples.map(() => value ?? integer(256)));
  }
  await sink.finish();
  return at(name);
}

/** Converts to `name`, and gives the result with the notes. */
async function converted(image: string, name: string, request: Partial<ConvertRequest> = {}) {
  const notes: string[] = [];
  const call = { onNote: (note: string) => notes.push(note) };
  const result = await convert(world, { ...NOTHING, image, out: at(name), ...request }, call);
  return { result, notes };
}

async function look(path: string) {
  const found = await inspect(world, path, { pixels: true }, {});
  if (found.kind !== 'image') throw new Error('no image');
  return found.images[0];
}

async function volumeOf(path: string, t: number) {
  const file = await openImage(world.files, path);
  try {
    return await readVolume(file.images[0], { channel: null, time: t, z: null, scene: null });
  } finally {
    await file.close();
  }
}

const whole = await writeCells('cells.ome.tif');

it('all of an image: its pixels, names, colors, wavelengths, time step and voxel size', async () => {
  const { result, notes } = await converted(whole, 'copy.tif');
  expect(result).toMatchObject({
    format: 'ome-tiff',
    shape: [3, 2, 5, 12, 14],
    dtype: 'uint16',
    channels: ['DNA', 'Bright'],
  });
  expect(notes).toEqual([]);
  expect(await look(at('copy.tif'))).toEqual(await look(whole));
});

it('a part by # is the part by options, and what inspect tells of it', async () => {
  await converted(`${whole}#channel=Bright,t=1,z=1:4`, 'by-hash.ome.tif');
  const options = { channels: ['1'], times: { from: 1, to: 2 }, crop: { z: { from: 1, to: 4 } } };
  await converted(whole, 'by-options.ome.tif', options);
  const byHash = await look(at('by-hash.ome.tif'));
  expect(byHash.shape).toEqual([1, 1, 3, 12, 14]);
  expect(await look(at('by-options.ome.tif'))).toEqual(byHash);
  expect(await look(`${whole}#channel=Bright,t=1,z=1:4`)).toEqual(byHash);
});

it('crops in voxels of the image, then resamples, then rounds: the same as in memory', async () => {
  const to = { z: 0.3, y: 0.3, x: 0.25 };
  const crop = { y: { from: 2, to: null }, x: { from: null, to: 9 } };
  const { result, notes } = await converted(whole, 'resampled.ome.tif', { crop, voxelSize: to });
  expect(result).toMatchObject({ shape: [3, 2, 7, 3, 4], dtype: 'uint16', voxelSize: to });
  expect(notes).toEqual([expect.stringMatching(/^.*cells\.ome\.tif: \d+ of 504 samples .* rounded/)]);
  const cut = cropVolume(await volumeOf(whole, 2), { start: { z: 0, y: 2, x: 0 }, size: { z: 5, y: 10, x: 9 } });
  const expected = resampleTo(cut, resampledGrid(cut, to)).data.map((value) => Math.max(0, Math.round(value)));
  expect((await volumeOf(at('resampled.ome.tif'), 2)).data).toEqual(expected);
});

describe('OME-Zarr', () => {
  it('is written by the name, or as the version that is asked for', async () => {
    const { result } = await converted(`${whole}#t=0`, 'cells.ome.zarr', { compression: 'gzip' });
    expect(result).toMatchObject({ format: 'ome-zarr', shape: [1, 2, 5, 12, 14] });
    const array = JSON.parse(readFileSync(at('cells.ome.zarr/0/zarr.json'), 'utf8')) as { shape: number[] };
    expect(array.shape).toEqual([1, 2, 5, 12, 14]);
    await converted(`${whole}#t=0`, 'old.zarr', { format: 'ome-zarr-0.4' });
    expect(readdirSync(at('old.zarr'))).toContain('.zattrs');
  });

  it('without a place for names of channels, tells that they are lost', async () => {
    const { result, notes } = await converted(whole, 'imagej.tif', { format: 'imagej' });
    expect(result.channels).toEqual([null, null]);
    expect(notes).toEqual([expect.stringContaining('no place for the names of channels (DNA, Bright)')]);
    expect((await look(at('imagej.tif'))).channels).toMatchObject([{ name: null }, { name: null }]);
  });

  it('stopped in the middle, leaves nothing', async () => {
    const before = readdirSync(folder);
    const stop = new AbortController();
    const call = convert(
      world,
      { ...NOTHING, image: whole, out: at('stopped.zarr') },
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('types', () => {
  it('float32 keeps what resampling makes; uint8 rounds and clips, and it is told', async () => {
    const floats = await writeCells('floats.ome.tif', { type: 'float32', times: 1 }, 300.25);
    expect((await converted(floats, 'as-is.ome.tif')).result.dtype).toBe('float32');
    const { result, notes } = await converted(floats, 'bytes.ome.tif', { type: 'uint8' });
    expect(result.dtype).toBe('uint8');
    expect(notes).toEqual([`${floats}: 1680 of 1680 samples lay outside 0 to 255 and became the nearer end`]);
  });

  it('NaN has no place among whole numbers: refused, and no file is left', async () => {
    const nan = await writeCells('nan.ome.tif', { type: 'float32', times: 1 }, NaN);
    const before = readdirSync(folder);
    await expect(converted(nan, 'nan-bytes.ome.tif', { type: 'uint8' })).rejects.toMatchObject({
      code: 'image/not-held',
      exitCode: 3,
    });
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('sizes that the file does not say', () => {
  it('are asked for, and never guessed', async () => {
    const unknown = await writeCells('unknown.ome.tif', { voxelSize: { z: null, y: 0.1, x: 0.1 } });
    const voxelSize = { z: 0.4, y: 0.2, x: 0.2 };
    await expect(converted(unknown, 'no.ome.tif', { voxelSize })).rejects.toMatchObject({
      code: 'image/no-voxel-size',
      what: expect.stringContaining('along z is not known'),
      remedy: expect.stringContaining('--input-voxel-size Z,Y,X'),
    });
    const given = { voxelSize, inputVoxelSize: { z: 0.8, y: 5, x: 0.1 } };
    const { result, notes } = await converted(unknown, 'given.ome.tif', given);
    expect(result).toMatchObject({ shape: [3, 2, 10, 6, 7], voxelSize });
    expect(notes[0]).toContain('the file says y 0.1 um a voxel; --input-voxel-size 5 was not used for it');
  });

  it('given without resampling they are written', async () => {
    const unknown = await writeCells('unknown.ome.tif', { voxelSize: null });
    const inputVoxelSize = { z: 0.8, y: 0.1, x: 0.1 };
    await converted(unknown, 'said.ome.tif', { inputVoxelSize });
    expect((await look(at('said.ome.tif'))).voxelSize).toEqual(inputVoxelSize);
  });

  it('a single plane needs no thickness', async () => {
    const plane = await writeCells('plane.ome.tif', {
      size: { z: 1, y: 12, x: 14 },
      voxelSize: { z: null, y: 0.1, x: 0.1 },
    });
    const { result } = await converted(plane, 'half.ome.tif', { voxelSize: { z: 1, y: 0.2, x: 0.2 } });
    expect(result).toMatchObject({ shape: [3, 2, 1, 6, 7], voxelSize: { z: null, y: 0.2, x: 0.2 } });
  });
});

describe('refused, with nothing left behind', () => {
  mkdirSync(at('folder.tif'));
  writeFileSync(at('file.zarr'), '');

  it.each<readonly [string, string, Partial<ConvertRequest>, string, RegExp]>([
    ['', 'a.png', {}, 'usage/format', /does not end like/],
    ['', 'cells.ome.tif', {}, 'usage/output-exists', /is there already/],
    ['', 'cells.ome.tif', { overwrite: true }, 'usage/output-is-input', /is read as/],
    ['', 'file.zarr', { overwrite: true }, 'usage/output', /file\.zarr is a file; a folder would be written/],
    ['', 'folder.tif', { overwrite: true }, 'usage/output', /folder\.tif is a folder; a file would be written/],
    ['#channel=0', 'a.tif', { channels: ['1'] }, 'usage/selection', /selects channel, and --channel does so again/],
    ['', 'a.tif', { channels: ['DNA', '0'] }, 'usage/selection', /asked for twice, as DNA and as 0/],
    ['', 'a.tif', { channels: ['GFP'] }, 'image/selection', /no channel GFP in it; it has 0 \(DNA\), 1 \(Bright\)/],
    ['', 'a.tif', { times: { from: 3, to: null } }, 'image/selection', /no t 3 to 3 .*it has t 0 to 3/],
    ['', 'a.tif', { crop: { x: { from: 2, to: 15 } } }, 'image/selection', /no x 2 to 15 .*it has x 0 to 14/],
    ['', 'a.tif', { voxelSize: { z: 1, y: 1, x: 1e-6 }, crop: null }, 'resource/memory', /takes about/],
  ])('%s to %s with %j', async (selection, name, request, code, what) => {
    const before = readdirSync(folder);
    const small = { ...world, machine: { ...world.machine, memoryBytes: 1e7 } };
    const call = convert(small, { ...NOTHING, image: whole + selection, out: at(name), ...request }, {});
    await expect(call).rejects.toMatchObject({
      code,
      what: expect.stringMatching(what),
      remedy: expect.stringMatching(/\w/),
    });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('a file of the stack that is read is not replaced either', async () => {
    for (const z of [1, 2, 3])
      await writeCells(`plane_${z}.tif`, { times: 1, channels: [channelWith()], size: { z: 1, y: 12, x: 14 } });
    const before = readFileSync(at('plane_2.tif'));
    const call = converted(at('plane_{z}.tif'), 'plane_2.tif', { overwrite: true });
    await expect(call).rejects.toMatchObject({ code: 'usage/output-is-input' });
    expect(readFileSync(at('plane_2.tif')).equals(before)).toBe(true);
  });

  it('a disk that fills up', async () => {
    const before = readdirSync(folder);
    const full = new ResourceError('resource/disk-full', { what: 'full' });
    const output = {
      ...world.output,
      async createFile(path: string, options: { overwrite: boolean }) {
        const sink = await world.output.createFile(path, options);
        let appended = 0;
        return {
          ...sink,
          async append(bytes: Uint8Array) {
            if (++appended > 5) throw full;
            await sink.append(bytes);
          },
        };
      },
    };
    const call = convert({ ...world, output }, { ...NOTHING, image: whole, out: at('full.ome.tif') }, {});
    await expect(call).rejects.toBe(full);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('stopped in the middle', async () => {
    const before = readdirSync(folder);
    const stop = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      seen.push(total);
      if (done === 12) stop.abort();
    };
    const request = { ...NOTHING, image: whole, out: at('stopped.ome.tif') };
    await expect(convert(world, request, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(seen).toEqual(Array(12).fill(30));
    expect(readdirSync(folder)).toEqual(before);
  });
});
