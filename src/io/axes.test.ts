/** `--axes`: planes that are told anew stay the pixels that they were, as numpy's reshape and transpose would have them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAxes, withAxes } from './axes.ts';
import { channelWith, type ImageSource } from './source.ts';
import { readAll } from './testing/samples.ts';

/** Plane (t, c, z) of (y 1, x 2) holds its place in T, C, Z order. */
function image({ times = 1, channels = 1, z = 1 }, overrides: Partial<ImageSource> = {}): ImageSource {
  return {
    name: '',
    file: 'a.tif',
    format: 'TIFF',
    times,
    timeStep: 5,
    channels: Array.from({ length: channels }, (_, c) => channelWith({ name: `c${c}` })),
    size: { z, y: 1, x: 2 },
    type: 'uint16',
    voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
    notes: [
      `its ${z} pages were taken as z: the file does not say what they are`,
      'its colors are equal, read as grey',
    ],
    read: async ({ time, channel, region: { start, size } }) =>
      Uint16Array.from({ length: size.z * 2 }, (_, i) => (time * channels + channel) * z + start.z + (i >> 1)),
    close: async () => {},
    ...overrides,
  };
}

/** The planes of (t, c, z), z fastest. */
async function planesOf(source: ImageSource): Promise<number[]> {
  return (await readAll(source)).flatMap((volume) => [...volume].filter((_, i) => i % 2 === 0));
}

describe('planes that the file does not tell apart', () => {
  it.each([
    ['TYX', { z: 6 }, [6, 1, 1], [0, 1, 2, 3, 4, 5]],
    ['CYX', { z: 6 }, [1, 6, 1], [0, 1, 2, 3, 4, 5]],
    ['zyx', { times: 6 }, [1, 1, 6], [0, 1, 2, 3, 4, 5]],
    ['C2ZYX', { z: 6 }, [1, 2, 3], [0, 1, 2, 3, 4, 5]],
    ['ZC2YX', { z: 6 }, [1, 2, 3], [0, 2, 4, 1, 3, 5]],
    ['T2ZC3YX', { z: 12 }, [2, 3, 2], [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]],
    ['C3T2Z2YX', { z: 12 }, [2, 3, 2], [0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11]],
    ['YX', { z: 1 }, [1, 1, 1], [0]],
  ])('%s', async (text, from, [times, channels, z], planes) => {
    const view = withAxes(image(from), parseAxes(text));
    expect([view.times, view.channels.length, view.size.z]).toEqual([times, channels, z]);
    expect(await planesOf(view)).toEqual(planes);
  });

  it('every order of axes shows each plane once', async () => {
    const sizes = fc.record({
      T: fc.integer({ min: 1, max: 3 }),
      C: fc.integer({ min: 1, max: 3 }),
      Z: fc.integer({ min: 1, max: 3 }),
    });
    const order = fc.shuffledSubarray(['T', 'C', 'Z'] as const, { minLength: 3 });
    await fc.assert(
      fc.asyncProperty(sizes, order, async (size, axes) => {
        const planes = size.T * size.C * size.Z;
        const view = withAxes(image({ z: planes }), parseAxes(`${axes.map((axis) => axis + size[axis]).join('')}YX`));
        const sorted = (await planesOf(view)).sort((a, b) => a - b);
        expect(sorted).toEqual(Array.from({ length: planes }, (_, i) => i));
      }),
      { seed: 5, numRuns: 50 },
    );
  });

  it('what was noted of them is replaced, and what they cannot have is unknown', () => {
    const view = withAxes(image({ z: 6 }), parseAxes('TYX'));
    expect(view.notes).toEqual([
      'its colors are equal, read as grey',
      'its 6 planes were taken as T 6, as --axes says',
    ]);
    expect(view).toMatchObject({ timeStep: null, voxelSize: { z: null, y: 0.1, x: 0.1 }, channels: [{ name: 'c0' }] });
    const mixed = withAxes(image({ channels: 2, z: 3 }), parseAxes('ZC2YX'));
    expect(mixed.channels.map(({ name }) => name)).toEqual([null, null]);
  });

  it.each([
    ['T4YX', { z: 6 }, /it has 6 planes; --axes T4YX says 4\./],
    ['T4ZYX', { z: 6 }, /6 does not divide by 4/],
    ['YX', { z: 2 }, /2 planes; --axes YX says 1/],
    ['T3C2ZYX', { times: 2, channels: 2, z: 1 }, /4 does not divide by 6/],
  ])('%s that does not fit is refused with the numbers', (text, from, message) =>
    expect(() => withAxes(image(from), parseAxes(text))).toThrow(
      expect.objectContaining({ code: 'image/unsupported', message: expect.stringMatching(message) }),
    ),
  );

  it.each(['', 'T', 'XY', 'TXY', 'TZYX', 'TTYX', 'T2T3YX', 'T0YX', 'SYX', 'T-2YX', 'T2.5YX', 'TYXS'])(
    '--axes %j is no order of axes',
    (text) => expect(() => parseAxes(text)).toThrow(expect.objectContaining({ code: 'usage/axes', exitCode: 2 })),
  );
});
