/** OME-Zarrs of any kind that can be written, for tests: what they are, and their files. */
import fc from 'fast-check';
import { createOmeZarr } from '../zarr/create-ome-zarr.ts';
import type { OmeZarrOptions } from '../zarr/plan-levels.ts';
import type { ImageDescription, WrittenPlane } from '../source.ts';
import { memoryTree } from './memory.ts';
import { noise } from './samples.ts';

export interface ExampleZarr {
  readonly description: ImageDescription;
  readonly options: OmeZarrOptions;
  /** In T, C, Z order. */
  readonly planes: readonly WrittenPlane[];
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const box = (z: number, y: number, x: number) =>
  fc.record({
    z: fc.integer({ min: 1, max: z }),
    y: fc.integer({ min: 1, max: y }),
    x: fc.integer({ min: 1, max: x }),
  });
const extent = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const text = fc.string({ unit: 'grapheme', maxLength: 12 });

const described: fc.Arbitrary<ImageDescription> = fc.record({
  name: text,
  times: fc.integer({ min: 1, max: 2 }),
  timeStep: maybe(extent),
  type: fc.constantFrom('uint8', 'uint16', 'float32'),
  channels: fc.array(
    fc.record({
      name: maybe(text),
      color: maybe(fc.constantFrom('#000000', '#FF8000', '#FFFFFF')),
      wavelength: maybe(fc.integer({ min: 300, max: 900 })),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  size: fc.oneof(
    { weight: 3, arbitrary: box(6, 20, 20) },
    box(2, 40, 40).map(({ z, y, x }) => ({ z, y: 25 * y, x })), // high enough for levels
  ),
  voxelSize: maybe(fc.record({ z: maybe(extent), y: maybe(extent), x: maybe(extent) })),
});

/** Any description, chunking, sharding and compression; shards are of 0.5. */
export const exampleZarrs: fc.Arbitrary<ExampleZarr> = fc
  .record({
    description: described,
    version: fc.constantFrom('0.4' as const, '0.5' as const),
    compression: fc.constantFrom('zstd' as const, 'gzip' as const, 'none' as const, undefined),
    chunk: fc.option(
      box(4, 9, 9).map(({ z, y, x }) => ({ z, y: 8 * y, x })),
      { nil: undefined },
    ),
    perShard: fc.option(box(3, 3, 3), { nil: undefined }),
    seed: fc.integer(),
  })
  .map(({ description, version, compression, chunk, perShard, seed }) => {
    const { size, channels, times, type } = description;
    const { z, y, x } = chunk ?? { z: 1, y: 512, x: 512 };
    const shards =
      version === '0.5' && perShard ? { z: z * perShard.z, y: y * perShard.y, x: x * perShard.x } : undefined;
    return {
      description,
      options: { version, compression, chunk, shards },
      planes: noise(type, size.y * size.x, size.z * channels.length * times, seed) as WrittenPlane[],
    };
  });

/** The files of an example, by path. */
export async function writeOmeZarr({
  description,
  options,
  planes,
}: ExampleZarr): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const tree = memoryTree();
  const sink = createOmeZarr(tree, description, options);
  for (const plane of planes) await sink.writePlane(plane);
  await sink.finish();
  if (tree.state() !== 'finished') throw new Error('the tree was not finished');
  return tree.files();
}
