/** What one step learns from: patches at random places of random fields, the same from the same random numbers. */
import type { Config } from '../config/index.ts';
import type { Random } from '../core/index.ts';
import { voxelCount, type Region, type Size } from '../volume/index.ts';
import { defocus } from './defocus.ts';
import { startAround, voxelAt } from './foreground.ts';
import { nextImage, type ImageBuffer } from './image-buffer.ts';
import { varyIntensity } from './intensity.ts';
import { nextField } from './next-field.ts';
import { drawOrientation, UPRIGHT, type Orientation } from './orientation.ts';
import type { PreparedField } from './prepared-field.ts';
import { cutPatch, type StoredImage } from './stored-image.ts';
import type { TrainingSet } from './training-set.ts';

/** Arrays (n, c, z, y, x), x fastest. */
export interface Batch {
  readonly signal: Float32Array;
  readonly target: Float32Array;
  readonly weight: Float32Array | null;
  /** Where each patch comes from: messages tell where a step went wrong. */
  readonly places: readonly Place[];
  /** The image buffer after this batch; null where there is none. */
  readonly buffer: ImageBuffer | null;
}

export interface Place {
  /** Index in the training set. */
  readonly field: number;
  /** The first voxel of the patch's box, in voxels of the training grid. */
  readonly start: Size;
}

/** A patch in which no voxel counts teaches nothing; after so many of them in a row one is taken as it is. */
const MAX_DRAWS = 100;

/**
 * `config.batch` patches: fields uniform (or of the image buffer, whose state before this batch is `buffer`), places uniform in
 * each or around bright voxels; orientations as `config.augment` allows, alike in signal, target and weight; the signal's light
 * and focus varied where it says so.
 * Throws what reading a field for the first time throws.
 */
export async function drawBatch(
  set: Pick<TrainingSet, 'parts' | 'training' | 'prepared'>,
  config: Pick<Config, 'batch' | 'patch' | 'augment' | 'sampling'>,
  buffer: ImageBuffer | null,
  random: Random,
): Promise<Batch> {
  const { batch, patch, augment, sampling } = config;
  const drawn: Drawn[] = [];
  let after = buffer;
  for (let n = 0; n < batch; n++) {
    const next = nextField(set.training, after, sampling, random);
    const { field } = next;
    after = next.buffer;
    const images = await set.prepared(field);
    const start = await drawStart(images, set.parts[field].train as Region, config, random);
    drawn.push({ images, field, start, orientation: drawOrientation(augment, patch, random) });
  }
  const coming = after && nextImage(after);
  if (coming !== null) void set.prepared(set.training[coming]).catch(() => null); // told when a patch of it is drawn
  const signal = await cutAll(drawn, patch, ({ images }) => [images.signal]);
  const length = signal.length / batch;
  for (let n = 0; n < batch; n++) varySignal(signal.subarray(n * length, (n + 1) * length), config, random);
  return {
    signal,
    target: await cutAll(drawn, patch, ({ images }) => images.targets),
    weight: drawn.every(({ images }) => images.weight === null)
      ? null
      : await cutAll(drawn, patch, ({ images }) => [images.weight]),
    places: drawn.map(({ field, start }) => ({ field, start })),
    buffer: after,
  };
}

interface Drawn extends Place {
  readonly images: PreparedField;
  readonly orientation: Orientation;
}

/** Patches side by side; where there is no image (a field without weight map), every voxel counts 1. */
async function cutAll(
  drawn: readonly Drawn[],
  patch: Size,
  imagesOf: (drawn: Drawn) => readonly (StoredImage | null)[],
): Promise<Float32Array> {
  const voxels = voxelCount(patch);
  const channels = imagesOf(drawn[0]).reduce((sum, image) => sum + (image?.channels ?? 1), 0);
  const out = new Float32Array(drawn.length * channels * voxels);
  let at = 0;
  for (const one of drawn)
    for (const image of imagesOf(one)) {
      const length = (image?.channels ?? 1) * voxels;
      if (image) await cutPatch(image, one.start, patch, one.orientation, out, at);
      else out.fill(1, at, at + length);
      at += length;
    }
  return out;
}

/** Out of focus first: noise is the camera's, behind the lens. */
function varySignal(signal: Float32Array, { augment, patch }: Pick<Config, 'augment' | 'patch'>, random: Random): void {
  if (augment.defocus > 0) defocus(signal, patch, augment.defocus, random);
  if (augment.contrast > 0 || augment.brightness > 0 || augment.noise > 0) varyIntensity(signal, augment, random);
}

async function drawStart(
  { weight, foreground, signal }: PreparedField,
  train: Region,
  { patch, sampling }: Pick<Config, 'patch' | 'sampling'>,
  random: Random,
): Promise<Size> {
  const isAround = sampling.foreground > 0 && random.uniform() < sampling.foreground && foreground.length > 0;
  if (isAround) {
    const place = foreground[random.integer(foreground.length)];
    return startAround(voxelAt(place, signal.size), patch, train, random);
  }
  for (let draw = 1; ; draw++) {
    const start = {
      z: train.start.z + random.integer(train.size.z - patch.z + 1),
      y: train.start.y + random.integer(train.size.y - patch.y + 1),
      x: train.start.x + random.integer(train.size.x - patch.x + 1),
    };
    if (!weight || draw === MAX_DRAWS || (await anyWeight(weight, start, patch))) return start;
  }
}

async function anyWeight(weight: StoredImage, start: Size, patch: Size): Promise<boolean> {
  const cut = new Float32Array(voxelCount(patch));
  await cutPatch(weight, start, patch, UPRIGHT, cut, 0);
  return cut.some((value) => value > 0);
}
