/** Views of images: equal to what is done in memory to all of the image, and read no more than they need. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resampledGrid, resampleTo, type Region } from '../../volume/index.ts';
import { readVolume } from '../read-volume.ts';
import { allocateSamples, copySamples, requireInside } from '../samples.ts';
import { parseImagePath } from '../selection.ts';
import { channelWith, type ImageSource, type SampleType } from '../source.ts';
import { noise, readAll } from '../testing/samples.ts';
import { partOf, selectedPart } from './part.ts';
import { resampled } from './resampled.ts';
import { typed } from './typed.ts';

interface Counted extends ImageSource {
  /** What was read, a box a call. */
  readonly boxes: Region[];
  closed: boolean;
}

/** An image in memory; without `values`, of noise. */
function image(overrides: Partial<ImageSource> = {}, values?: readonly number[]): Counted {
  const { times = 1, type = 'uint16', size = { z: 9, y: 11, x: 13 } } = overrides;
  const { channels = ['DNA', 'ER'].map((name) => channelWith({ name })) } = overrides;
  const volumes = noise(type, size.z * size.y * size.x, times * channels.length);
  if (values) volumes[0].set(values);
  const counted: Counted = {
    name: 'cells',
    file: 'a.tif',
    format: 'TIFF',
    times,
    timeStep: 2,
    channels,
    size,
    type,
    voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
    notes: ['a note'],
    notesOfReading: () => ['of reading'],
    boxes: [],
    closed: false,
    async read(at) {
      requireInside('a.tif', at, { times, channels: channels.length, size });
      const { start, size: box } = at.region;
      counted.boxes.push(at.region);
      const out = allocateSamples(type, box.z * box.y * box.x);
      const volume = volumes[at.time * channels.length + at.channel];
      for (let z = 0; z < box.z; z++)
        for (let y = 0; y < box.y; y++) {
          const from = ((start.z + z) * size.y + start.y + y) * size.x + start.x;
          copySamples(out, (z * box.y + y) * box.x, volume, from, from + box.x);
        }
      return out;
    },
    async close() {
      counted.closed = true;
    },
    ...overrides,
  };
  return counted;
}

describe('a part', () => {
  it('is the box, channels and times, and says what the image says', async () => {
    const source = image({ times: 4 });
    const region = { start: { z: 2, y: 3, x: 4 }, size: { z: 2, y: 1, x: 2 } };
    const part = partOf(source, { region, channels: [1], times: { from: 1, to: 3 } });
    expect(part).toMatchObject({
      name: 'cells',
      times: 2,
      timeStep: 2,
      size: region.size,
      type: 'uint16',
      notes: ['a note'],
    });
    expect(part.channels.map(({ name }) => name)).toEqual(['ER']);
    expect(part.notesOfReading!()).toEqual(['of reading']);
    expect(await readAll(part)).toEqual(
      await Promise.all([1, 2].map((time) => source.read({ time, channel: 1, region }))),
    );
    await part.close();
    expect(source.closed).toBe(true);
  });

  it('takes channels in the order asked for; of one time there is no step', async () => {
    const part = partOf(image({ times: 2 }), { channels: [1, 0], times: { from: 1, to: 2 } });
    expect(part.channels.map(({ name }) => name)).toEqual(['ER', 'DNA']);
    expect(part.timeStep).toBeNull();
  });

  it('that is all of it is the image itself; one that is not there, and a read outside, are errors', async () => {
    const source = image();
    expect(partOf(source, {})).toBe(source);
    expect(() => partOf(source, { channels: [2] })).toThrow(RangeError);
    const region = { start: { z: 0, y: 0, x: 0 }, size: { z: 1, y: 1, x: 1 } };
    const part = partOf(source, { region });
    const beside = { ...region, start: { z: 1, y: 0, x: 0 } };
    await expect(async () => part.read({ time: 0, channel: 0, region: beside })).rejects.toThrow(RangeError);
  });

  it('a selection is a part with all times, unless it says one', async () => {
    const source = image({ times: 3 });
    const all = selectedPart(source, parseImagePath('a#channel=er,z=2:4').selection);
    expect([all.times, all.channels.length, all.size.z]).toEqual([3, 1, 2]);
    const one = selectedPart(source, parseImagePath('a#t=2,z=2:4,channel=1').selection);
    expect([one.times, one.size.z]).toEqual([1, 2]);
    expect((await readAll(one))[0]).toEqual((await readAll(all))[2]);
  });
});

describe('resampled', () => {
  const lengths = fc.double({ min: 0.05, max: 1, noNaN: true });
  const inside = (length: number, a: number, b: number) => {
    const [from, to] = [a, b].map((at) => Math.min(length - 1, Math.floor(at * length))).sort((p, q) => p - q);
    return { start: from, size: to - from + 1 };
  };

  it('any region is that crop of the whole resampled in memory, bit for bit', async () => {
    const at = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.record({ z: lengths, y: lengths, x: lengths }), at, async (to, [a, b, c, d, e, f]) => {
        const source = image();
        const whole = await readVolume(source);
        const expected = resampleTo(whole, resampledGrid(whole, to));
        const view = resampled(source, to);
        expect([view.size, view.voxelSize, view.type]).toEqual([expected.size, to, 'float32']);
        const [z, y, x] = [inside(view.size.z, a, b), inside(view.size.y, c, d), inside(view.size.x, e, f)];
        const region = {
          start: { z: z.start, y: y.start, x: x.start },
          size: { z: z.size, y: y.size, x: x.size },
        };
        const crop = image({ type: 'float32', size: view.size }, [
          ...expected.data.subarray(0, expected.data.length / 2),
        ]);
        expect(await view.read({ time: 0, channel: 0, region })).toEqual(
          await crop.read({ time: 0, channel: 0, region }),
        );
      }),
      { seed: 5, numRuns: 40 },
    );
  });

  it('plane by plane along z reads each plane of the source once, channel by channel', async () => {
    for (const z of [0.13, 0.3, 0.31, 1.1]) {
      const source = image({ times: 2 });
      const view = resampled(source, { z, y: 0.2, x: 0.1 });
      for (let time = 0; time < 2; time++)
        for (let channel = 0; channel < 2; channel++)
          for (let plane = 0; plane < view.size.z; plane++)
            await view.read({
              time,
              channel,
              region: { start: { z: plane, y: 0, x: 0 }, size: { ...view.size, z: 1 } },
            });
      expect(source.boxes.length).toBe(4 * 9);
      expect(source.boxes.every(({ size }) => size.z === 1)).toBe(true);
    }
  });

  it('a small region reads what it needs, and a margin', async () => {
    const source = image({ size: { z: 40, y: 100, x: 100 }, channels: [channelWith()] });
    const view = resampled(source, { z: 0.6, y: 0.2, x: 0.2 });
    const region = { start: { z: 10, y: 20, x: 20 }, size: { z: 1, y: 2, x: 3 } };
    await view.read({ time: 0, channel: 0, region });
    expect(source.boxes.length).toBe(8); // planes 17 to 24: 4 on either side of the middle
    expect(source.boxes[0]).toEqual({ start: { z: 17, y: 37, x: 37 }, size: { z: 1, y: 10, x: 12 } });
  });

  it('to the size that it has it is the image itself; without a size it is an error', () => {
    const source = image();
    expect(resampled(source, { z: 0.3, y: 0.1, x: null })).toBe(source);
    expect(() => resampled(image({ voxelSize: null }), { z: 1, y: 1, x: 1 })).toThrow(/not known/);
  });
});

describe('typed', () => {
  const line = (type: SampleType, values: readonly number[]) =>
    image({ type, size: { z: 1, y: 1, x: values.length }, channels: [channelWith()] }, values);

  it.each([
    ['float32', 'uint8', [0, 0.5, 1.49, -0.5, 254.5, 255.4, 300, -7], [0, 1, 1, 0, 255, 255, 255, 0], 5, 2],
    ['float32', 'uint16', [1.5, 65535.4, 65536, -1], [2, 65535, 65535, 0], 2, 2],
    ['int16', 'float32', [-32768, 32767], [-32768, 32767], 0, 0],
    ['int32', 'float32', [2 ** 24, 2 ** 24 + 1, -(2 ** 31)], [2 ** 24, 2 ** 24, -(2 ** 31)], 1, 0],
    ['float64', 'float32', [0.5, 0.1, NaN, Infinity], [0.5, Math.fround(0.1), NaN, Infinity], 1, 0],
    ['bool', 'uint8', [0, 1], [0, 1], 0, 0],
    ['uint16', 'uint8', [255, 256], [255, 255], 0, 1],
  ] as const)('%s as %s: %j', async (from, to, values, expected, rounded, clipped) => {
    const view = typed(line(from, values), to);
    const [samples] = await readAll(view);
    expect([...samples]).toEqual([...expected]);
    const told = (count: number, what: RegExp) =>
      expect(view.notesOfReading!().some((note) => what.test(note) && note.startsWith(`${count} of`))).toBe(count > 0);
    told(rounded, /rounded/);
    told(clipped, /lay outside 0 to/);
  });

  it.each([
    ['float32', 'uint8', NaN],
    ['float32', 'uint16', -Infinity],
    ['float64', 'float32', 1e39],
  ] as const)('%s as %s refuses %d by place, and says what to do', async (from, to, value) => {
    await expect(readAll(typed(line(from, [1, value]), to))).rejects.toMatchObject({
      code: 'image/not-held',
      what: expect.stringMatching(/time 0, channel 0, z 0/),
      remedy: expect.stringMatching(/\w/),
    });
  });

  it('an image of that type is itself', () => {
    const source = line('uint8', [1]);
    expect(typed(source, 'uint8')).toBe(source);
  });
});
