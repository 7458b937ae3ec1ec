/** Images of every kind that is written, for tests of what writes them. */
import fc from 'fast-check';
import { random } from '../../core/index.ts';
import { bytesPerSample } from '../samples.ts';
import type { ByteSink, ImageDescription, ImageSink, WrittenPlane, WrittenType } from '../source.ts';
import type { OmeTiffOptions } from '../tiff/create-ome-tiff.ts';
import { memorySink } from './memory.ts';

const length = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((name) => name === name.trim()); // spaces around a name are not read

/** A few planes of at most `side` samples along y and x, or fewer that are so wide that they have reduced copies. */
export function descriptions(side: number): fc.Arbitrary<ImageDescription> {
  const sizes = (z: number, y: number, x: readonly [min: number, max: number]) =>
    fc.record({
      z: fc.integer({ min: 1, max: z }),
      y: fc.integer({ min: 1, max: y }),
      x: fc.integer({ min: x[0], max: x[1] }),
    });
  return fc.record({
    name: text,
    times: fc.integer({ min: 1, max: 3 }),
    timeStep: maybe(length),
    type: fc.constantFrom<WrittenType>('uint8', 'uint16', 'float32'),
    channels: fc.array(
      fc.record({
        name: maybe(text),
        color: maybe(fc.constantFrom('#000000', '#FF8000', '#FFFFFF')),
        wavelength: maybe(fc.integer({ min: 300, max: 900 })),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    size: fc.oneof(
      { weight: 3, arbitrary: sizes(4, side, [1, side]) },
      { weight: 1, arbitrary: sizes(2, 7, [513, 1300]) },
    ),
    voxelSize: maybe(fc.record({ z: maybe(length), y: length, x: length })),
  });
}

export const omeTiffOptions: fc.Arbitrary<OmeTiffOptions> = fc.record(
  {
    compression: fc.constantFrom('none' as const, 'deflate' as const),
    tile: fc.constantFrom(null, 16, 32, 64),
    pyramid: fc.constantFrom('auto' as const, true, false),
    bigTiff: fc.constantFrom('auto' as const, true as const),
  },
  { requiredKeys: [] },
);

/** Planes of any bits, as they are written: T, C, Z order. Among floats are NaN of every kind. */
export function planesOf({ times, size, channels, type }: ImageDescription, seed: number): WrittenPlane[] {
  const { integer } = random(seed);
  const samples = size.y * size.x;
  const words = Math.ceil((samples * bytesPerSample(type)) / 4);
  return Array.from({ length: times * channels.length * size.z }, () => {
    const { buffer } = Uint32Array.from({ length: words }, () => integer(2 ** 16) * 2 ** 16 + integer(2 ** 16));
    if (type === 'uint8') return new Uint8Array(buffer, 0, samples);
    return type === 'uint16' ? new Uint16Array(buffer, 0, samples) : new Float32Array(buffer, 0, samples);
  });
}

/** The file that a writer makes of the planes. */
export async function written(
  create: (sink: ByteSink) => ImageSink,
  planes: readonly WrittenPlane[],
): Promise<Uint8Array> {
  const bytes = memorySink();
  const sink = create(bytes);
  for (const plane of planes) await sink.writePlane(plane);
  await sink.finish();
  if (bytes.state() !== 'finished') throw new Error('the file is not finished');
  return bytes.bytes();
}
