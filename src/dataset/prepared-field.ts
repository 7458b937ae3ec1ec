/**
 * A field whose voxels have been read: checked, with the numbers that normalize them, kept in memory or in the cache on disk.
 */
import type { Config } from '../config/index.ts';
import { allocateSamples, storedBytes, type Samples, type SampleType } from '../io/index.ts';
import {
  channelAffines,
  channelStatistics,
  voxelCount,
  type Affine,
  type Region,
  type Size,
  type Statistics,
  type VoxelSize,
} from '../volume/index.ts';
import { cachedField, keepField } from './cached-field.ts';
import type { Field } from './field.ts';
import { openField, type FieldImage, type ImageReading } from './field-images.ts';
import { mirror } from './mirror.ts';
import type { StoredImage } from './stored-image.ts';
import type { VoxelCache } from './voxel-cache.ts';
import { combinedWeight } from './weight-map.ts';

/** What is kept of an image for `data.json`. */
export interface ImageFacts {
  readonly file: string;
  /** Of the voxels that the training uses: C, Z, Y, X, little-endian, in the type that they have on the training grid. */
  readonly sha256: string;
  readonly channels: number;
  readonly size: Size;
  readonly voxelSize: VoxelSize | null;
  /** One a channel, over the whole volume. */
  readonly statistics: readonly Pick<Statistics, 'mean' | 'std' | 'min' | 'max'>[];
  /** y = (x - offset) / scale, one a channel. */
  readonly normalization: readonly { readonly offset: number; readonly scale: number }[];
}

export interface FieldFacts {
  readonly signal: ImageFacts;
  readonly targets: readonly (ImageFacts & { readonly name: string })[];
  readonly weight: ImageFacts | null;
}

export interface PreparedField {
  readonly signal: StoredImage;
  /** One channel each, in the order of the sample's targets. */
  readonly targets: readonly StoredImage[];
  /** Mean 1 over the part that trains; null where every voxel counts alike. */
  readonly weight: StoredImage | null;
  /** Indices (z, y, x) of bright voxels of the targets inside the training part, where patches are drawn around such. */
  readonly foreground: Int32Array;
  readonly facts: FieldFacts;
  close(): Promise<void>;
}

export interface Preparation {
  readonly reading: ImageReading;
  readonly config: Pick<Config, 'network' | 'normalize' | 'voxelSize' | 'sampling' | 'seed'>;
  /** Null: voxels stay in memory. */
  readonly cache: VoxelCache | null;
  createSha256(): { update(bytes: Uint8Array): void; digest(): string };
}

/**
 * Reads a field, or finds it in the cache.
 *
 * @param part what may be trained on: weights have mean 1 there, and bright voxels are looked for there
 *
 * Throws ImageError, and DatasetError: dataset/not-finite, dataset/constant, dataset/weight.
 */
export async function prepareField(field: Field, part: Region, preparation: Preparation): Promise<PreparedField> {
  const { cache } = preparation;
  if (cache === null) return readField(field, part, preparation);
  const found = await cachedField(cache, field, part, preparation);
  if (found) return found;
  return keepField(cache, field, part, preparation, (reading) => readField(field, part, { ...preparation, reading }));
}

async function readField(field: Field, part: Region, preparation: Preparation): Promise<PreparedField> {
  const { config, reading } = preparation;
  const { sample } = field;
  const images = await openField(sample, reading, config);
  try {
    const read = (image: FieldImage) => readImage(image, field, preparation);
    const signal = await read(images.signal);
    const targets = [];
    for (const target of images.targets) targets.push({ ...(await read(target)), name: target.name });
    const [weight, mask] = [images.weight && (await read(images.weight)), images.mask && (await read(images.mask))];
    const normalized = (image: ReadImage, how: Config['normalize']['signal']) =>
      stored(image, normalizations(image, how), config.network.zAsChannels && image === signal);
    const [storedSignal, ...storedTargets] = [
      normalized(signal, config.normalize.signal),
      ...targets.map((target) => normalized(target, config.normalize.target)),
    ];
    const combined = combinedWeight(weight, mask, part);
    const facts = (image: ReadImage, of: StoredImage): ImageFacts => ({
      file: image.file,
      sha256: image.sha256,
      channels: image.channels,
      size: image.size,
      voxelSize: image.voxelSize,
      statistics: image.statistics.map(({ mean, std, min, max }) => ({ mean, std, min, max })),
      normalization: of.affine.filter((_, c) => c % (of.channels / image.channels) === 0),
    });
    return {
      signal: storedSignal,
      targets: storedTargets,
      weight: combined,
      foreground: new Int32Array(0),
      facts: {
        signal: facts(signal, storedSignal),
        targets: targets.map((target, i) => ({ ...facts(target, storedTargets[i]), name: target.name })),
        weight: weight && combined && facts(weight, combined),
      },
      close: async () => undefined,
    };
  } finally {
    await images.close();
  }
}

/** All voxels of an image, in the type that its source gives. */
export interface ReadImage {
  readonly file: string;
  readonly sha256: string;
  readonly samples: Samples;
  readonly type: SampleType;
  readonly channels: number;
  readonly size: Size;
  readonly voxelSize: VoxelSize | null;
  readonly statistics: readonly Statistics[];
}

async function readImage(
  { file, source }: FieldImage,
  { sample }: Field,
  { reading, createSha256 }: Preparation,
): Promise<ReadImage> {
  const { size, type, channels } = source;
  const time = source.times > 1 ? (sample.time ?? 0) : 0;
  const samples = allocateSamples(type, channels.length * voxelCount(size));
  const planeSize = { ...size, z: 1 };
  const sha256 = createSha256();
  let at = 0;
  let plane: Samples | undefined;
  for (let channel = 0; channel < channels.length; channel++)
    for (let z = 0; z < size.z; z++) {
      reading.signal?.throwIfAborted();
      const region = { start: { z, y: 0, x: 0 }, size: planeSize };
      plane = await source.read({ time, channel, region, into: plane });
      sha256.update(storedBytes(type, plane));
      mirror(plane, planeSize, sample.flips);
      samples.set(plane as never, at);
      at += plane.length;
    }
  for (const note of source.notesOfReading?.() ?? []) reading.onNote?.(`${file}: ${note}`);
  const length = voxelCount(size);
  return {
    file,
    sha256: sha256.digest(),
    samples,
    type,
    channels: channels.length,
    size,
    voxelSize: source.voxelSize,
    statistics: channels.map((_, c) => statisticsOf(samples.subarray(c * length, (c + 1) * length))),
  };
}

function stored(image: ReadImage, affine: StoredImage['affine'], zAsChannels: boolean): StoredImage {
  const { samples, type, channels, size } = image;
  if (!zAsChannels) return { channels, size, type, affine, voxels: { samples } };
  const planes = affine.flatMap((one) => new Array<StoredImage['affine'][number]>(size.z).fill(one));
  return { channels: channels * size.z, size: { ...size, z: 1 }, type, affine: planes, voxels: { samples } };
}
