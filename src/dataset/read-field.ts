/** Reads all voxels of a field, checks them, and finds what normalizes them. */
import type { Normalization } from '../config/index.ts';
import { random, type Random } from '../core/index.ts';
import { allocateSamples, storedBytes, type Samples, type SampleType } from '../io/index.ts';
import {
  channelAffines,
  channelStatistics,
  voxelCount,
  type Affine,
  type Region,
  type SampleArray,
  type Size,
  type Statistics,
  type VoxelSize,
} from '../volume/index.ts';
import type { Field } from './field.ts';
import { openField, type FieldImage } from './field-images.ts';
import { foregroundVoxels } from './foreground.ts';
import { mirror } from './mirror.ts';
import type { StoredImage } from './stored-image.ts';
import type { ImageFacts, Preparation, PreparedField } from './prepared-field.ts';
import { combinedWeight } from './weight-map.ts';

/** Throws ImageError, and DatasetError: dataset/not-finite, dataset/constant, dataset/weight. `part`: see `prepareField`. */
export async function readField(field: Field, part: Region, preparation: Preparation): Promise<PreparedField> {
  const { config, reading } = preparation;
  const images = await openField(field.sample, reading, config);
  try {
    const read = (image: FieldImage) => readImage(image, field, preparation);
    const { normalize, network } = config;
    const signal = normalized(await read(images.signal), normalize.signal);
    const targets = [];
    for (const target of images.targets) {
      const image = await read(target);
      targets.push({ ...normalized(image, normalize.target), name: target.name, data: image.data });
    }
    const [weight, mask] = [images.weight && (await read(images.weight)), images.mask && (await read(images.mask))];
    const combined = combinedWeight(weight, mask, part);
    return {
      signal: network.zAsChannels ? planesAsStored(signal.stored) : signal.stored,
      targets: targets.map(({ stored }) => stored),
      weight: combined,
      foreground: config.sampling.foreground > 0 ? brightVoxels(targets, part, random(config.seed)) : new Int32Array(0),
      facts: {
        signal: signal.facts,
        targets: targets.map(({ facts, name }) => ({ ...facts, name })),
        weight: weight && combined && factsOf(weight, [], combined.affine),
      },
      close: async () => undefined,
    };
  } finally {
    await images.close();
  }
}

/** Bright voxels that are remembered of a field. */
const MOST_BRIGHT = 4096;

/** Of any target: as many of each. */
function brightVoxels(
  targets: readonly { readonly data: SampleArray; readonly stored: StoredImage }[],
  part: Region,
  numbers: Random,
): Int32Array {
  const most = Math.floor(MOST_BRIGHT / targets.length);
  const found = targets.map(({ data, stored: { channels, size } }) =>
    foregroundVoxels({ data, channels, size }, part, most, numbers),
  );
  return Int32Array.from(found.flatMap((places) => [...places]));
}

/** All voxels of an image, (c, z, y, x), in the type that its source gives, or float32 for other floats. */
interface ReadImage {
  readonly file: string;
  readonly sha256: string;
  readonly data: SampleArray;
  readonly type: SampleType;
  readonly channels: number;
  readonly size: Size;
  readonly voxelSize: VoxelSize | null;
}

async function readImage(
  { file, source }: FieldImage,
  { sample }: Field,
  { reading, createSha256 }: Preparation,
): Promise<ReadImage> {
  const { size, channels, voxelSize } = source;
  const type = source.type === 'float64' || source.type === 'float16' ? 'float32' : source.type;
  const time = source.times > 1 ? (sample.time ?? 0) : 0;
  const planeSize = { ...size, z: 1 };
  const length = voxelCount(planeSize);
  const data = allocateSamples(type, channels.length * size.z * length) as SampleArray;
  const sha256 = createSha256();
  let at = 0;
  let plane: Samples | undefined;
  for (let channel = 0; channel < channels.length; channel++)
    for (let z = 0; z < size.z; z++, at += length) {
      reading.signal?.throwIfAborted();
      const region = { start: { z, y: 0, x: 0 }, size: planeSize };
      plane = await source.read({ time, channel, region, into: plane });
      sha256.update(storedBytes(source.type, plane));
      data.set(plane, at);
      mirror(data.subarray(at, at + length), planeSize, sample.flips);
    }
  for (const note of source.notesOfReading?.() ?? []) reading.onNote?.(`${file}: ${note}`);
  return { file, sha256: sha256.digest(), data, type, channels: channels.length, size, voxelSize };
}

function normalized(image: ReadImage, how: Normalization): { stored: StoredImage; facts: ImageFacts } {
  const { file, data, type, channels, size } = image;
  const found = channelStatistics(image, file);
  const affine = channelAffines(image, found, how, file);
  return { stored: { channels, size, type, affine, voxels: { data } }, facts: factsOf(image, found, affine) };
}

function factsOf(
  { file, sha256, channels, size, voxelSize }: ReadImage,
  found: readonly Statistics[],
  normalization: readonly Affine[],
): ImageFacts {
  const statistics = found.map(({ mean, std, min, max }) => ({ mean, std, min, max }));
  return { file, sha256, channels, size, voxelSize, statistics, normalization };
}

/** The planes of a stack side by side as channels: the same memory. */
function planesAsStored({ channels, size, affine, ...image }: StoredImage): StoredImage {
  const planes = affine.flatMap((one) => new Array<Affine>(size.z).fill(one));
  return { ...image, channels: channels * size.z, size: { ...size, z: 1 }, affine: planes };
}
