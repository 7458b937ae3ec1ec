/** `FILE#channel=...`: what is meant is found, and what is not there is refused with what is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVolume } from './read-volume.ts';
import { parseImagePath, selectImage, selectPart, withChannel } from './selection.ts';
import { channelWith, type ImageSource } from './source.ts';

const NOTHING = { channel: null, time: null, z: null, scene: null };

/** Voxel (t, c, z) holds 100 t + 10 c + z. */
function image(overrides: Partial<ImageSource> = {}): ImageSource {
  return {
    name: 'first',
    file: 'a.tif',
    format: 'OME-TIFF',
    times: 1,
    timeStep: null,
    channels: ['DNA', 'Bright', null].map((name) => channelWith({ name })),
    size: { z: 5, y: 1, x: 2 },
    type: 'uint8',
    voxelSize: { z: 1, y: 0.1, x: 0.1 },
    notes: [],
    read: async ({ time, channel, region: { start } }) => new Uint8Array(2).fill(100 * time + 10 * channel + start.z),
    close: async () => {},
    ...overrides,
  };
}

describe('parseImagePath', () => {
  it.each([
    ['a.tif', 'a.tif', NOTHING],
    ['a.tif#channel=DNA', 'a.tif', { ...NOTHING, channel: 'DNA' }],
    ['a#1.tif#t=3,z=4:30', 'a#1.tif', { ...NOTHING, time: 3, z: { from: 4, to: 30 } }],
    ['a.tif#scene=B&channel=x, y', 'a.tif', { ...NOTHING, scene: 'B', channel: 'x, y' }],
    ['a.tif#z=:8', 'a.tif', { ...NOTHING, z: { from: null, to: 8 } }],
    ['a.tif#z=2:', 'a.tif', { ...NOTHING, z: { from: 2, to: null } }],
    ['a.tif#z=7', 'a.tif', { ...NOTHING, z: { from: 7, to: 8 } }],
    ['field #3.tif', 'field #3.tif', NOTHING],
    ['a#1#2.tif#t=3', 'a#1#2.tif', { ...NOTHING, time: 3 }],
    ['a.tif#channel=stain #2', 'a.tif', { ...NOTHING, channel: 'stain #2' }],
    ['a.tif#channel="a#t=1,z=2",t=3', 'a.tif', { ...NOTHING, channel: 'a#t=1,z=2', time: 3 }],
    ['a.tif#channel="5"" dish"', 'a.tif', { ...NOTHING, channel: '5" dish' }],
    ['a.tif#channel=5" dish', 'a.tif', { ...NOTHING, channel: '5" dish' }],
    ['a.tif#scene=well/A#1', 'a.tif', { ...NOTHING, scene: 'well/A#1' }],
    ['run#lr=3/a.tif', 'run#lr=3/a.tif', NOTHING],
    ['run#t=3/a.tif#z=1', 'run#t=3/a.tif', { ...NOTHING, z: { from: 1, to: 2 } }],
    ['run#t=3/a.tif', 'run#t=3/a.tif', NOTHING],
    ['https://a.org/b.tif?id=7&t=2#t=1', 'https://a.org/b.tif?id=7&t=2', { ...NOTHING, time: 1 }],
    ['https://a.org/b.zarr#top', 'https://a.org/b.zarr#top', NOTHING],
    ['https://a.org/b.zarr#top#t=0', 'https://a.org/b.zarr#top', { ...NOTHING, time: 0 }],
  ])('%s', (text, path, selection) => expect(parseImagePath(text)).toEqual({ path, selection }));

  it.each([
    'a.tif#chanel=1',
    'a.tif#t=-1',
    'a.tif#t=',
    'a.tif#z=3:3',
    'a.tif#z=1:2:3',
    'a.tif#t=1,t=2',
    'a.tif#=3',
    'a.tif#t=1e3',
  ])('refuses %s and says the form', (text) =>
    expect(() => parseImagePath(text)).toThrow(
      expect.objectContaining({
        code: 'usage/selection',
        exitCode: 2,
        remedy: expect.stringContaining('#channel=NAME'),
      }),
    ),
  );
});

it('withChannel selects any channel besides what is selected', () => {
  const name = fc.string({ unit: fc.constantFrom(...Array.from('aZ5 "#=,&/tz')), minLength: 1, maxLength: 10 });
  const path = fc.constantFrom('a.tif', 'run#t=3/a.tif', 'field #3.tif', 'a.tif#t=3', 'a.tif#scene=B,t=3');
  fc.assert(
    fc.property(path, name, (text, channel) => {
      const before = parseImagePath(text);
      expect(parseImagePath(withChannel(text, channel))).toEqual({
        path: before.path,
        selection: { ...before.selection, channel },
      });
    }),
    { seed: 29, numRuns: 1000 },
  );
});

describe('selectImage', () => {
  const images = ['first', 'second', 'second'].map((name) => image({ name }));

  it('one image needs no name; several are listed', () => {
    expect(selectImage([images[0]], parseImagePath('a').selection)).toBe(images[0]);
    expect(() => selectImage(images, parseImagePath('a').selection)).toThrow(
      expect.objectContaining({
        code: 'image/selection',
        what: 'a.tif: it has 3 images: 0 (first), 1 (second), 2 (second).',
      }),
    );
  });

  it('by name or by number, but not by a name of two', () => {
    expect(selectImage(images, parseImagePath('a#scene=First').selection)).toBe(images[0]);
    expect(selectImage(images, parseImagePath('a#scene=2').selection)).toBe(images[2]);
    expect(() => selectImage(images, parseImagePath('a#scene=second').selection)).toThrow(
      /1 and 2 are both called second/,
    );
    expect(() => selectImage(images, parseImagePath('a#scene=3').selection)).toThrow(/no image 3/);
  });
});

describe('selectPart', () => {
  it.each([
    ['a', { channels: [0, 1, 2], time: 0, z: { from: 0, to: 5 } }],
    ['a#channel=bright,z=1:3', { channels: [1], time: 0, z: { from: 1, to: 3 } }],
    ['a#channel=2,t=0,z=4:', { channels: [2], time: 0, z: { from: 4, to: 5 } }],
  ])('%s', (path, expected) => expect(selectPart(image(), parseImagePath(path).selection)).toEqual(expected));

  it('a name that is a number is the name', () => {
    const numbered = image({ channels: ['1', '0'].map((name) => channelWith({ name })) });
    expect(selectPart(numbered, parseImagePath('a#channel=0').selection).channels).toEqual([1]);
  });

  it.each([
    ['a#channel=GFP', /no channel GFP in it; it has 0 \(DNA\), 1 \(Bright\), 2\..*#channel=DNA/],
    ['a#channel=3', /no channel 3/],
    ['a#t=1', /no time 1; it has t=0\./],
    ['a#z=3:6', /no planes z 3 to 6.*it has z 0 to 5/],
  ])('refuses %s, naming what there is', (path, message) =>
    expect(() => selectPart(image(), parseImagePath(path).selection)).toThrow(message),
  );

  it('of several times one must be said', () => {
    expect(() => selectPart(image({ times: 3 }), parseImagePath('a').selection)).toThrow(
      /it has 3 times\. .*#t=0 \(up to t=2\)/,
    );
    expect(selectPart(image({ times: 3 }), parseImagePath('a#t=2').selection).time).toBe(2);
  });
});

it('readVolume gives the selected part as float32 (c, z, y, x) with its voxel size', async () => {
  const { selection } = parseImagePath('a#t=1,z=3:5');
  expect(await readVolume(image({ times: 2 }), selection)).toEqual({
    data: Float32Array.of(103, 103, 104, 104, 113, 113, 114, 114, 123, 123, 124, 124),
    channels: 3,
    size: { z: 2, y: 1, x: 2 },
    voxelSize: { z: 1, y: 0.1, x: 0.1 },
  });
});

it('a part that no memory can hold is refused with what to do', async () => {
  const huge = image({ size: { z: 2 ** 20, y: 2 ** 20, x: 2 ** 20 } });
  await expect(readVolume(huge)).rejects.toMatchObject({ code: 'resource/memory', exitCode: 4 });
});
