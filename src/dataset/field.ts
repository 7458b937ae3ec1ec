/**
 * Fields: the samples of a training with what their files' headers say. No voxel is read to know them, so that hundreds of stacks
 * are listed in seconds; everything that does not fit is told at once.
 */
import type { Config } from '../config/index.ts';
import { DatasetError, UnstainedError } from '../core/index.ts';
import { formatSize, voxelCount, type Size, type VoxelSize } from '../volume/index.ts';
import { openField, type FieldImage, type FieldImages, type ImageReading } from './field-images.ts';
import { requirePatchFits } from './patch-fit.ts';
import { requireOneChannel, requireSameVoxels } from './same-voxels.ts';
import type { Sample } from './sample.ts';
import { refuseSamples, type Refused } from './refused.ts';
import { bytesOf } from './stored-image.ts';

export interface Field {
  /** Its time is known. */
  readonly sample: Sample;
  /** As the network sees it: where planes are channels, z is 1. */
  readonly size: Size;
  /** Of the signal on the training grid. */
  readonly planes: number;
  /** Of the signal's file. */
  readonly channels: number;
  /** Micrometers, of the training grid. */
  readonly voxelSize: VoxelSize | null;
  /** Of all its images, ready to draw patches from. */
  readonly bytes: number;
}

/**
 * Opens every sample; one that holds several times and names none becomes as many.
 *
 * @param alignment what a patch must be a multiple of along each axis that the network halves: 2^depth
 *
 * Throws the error of the one sample that cannot be used, or DatasetError dataset/samples that lists all of them.
 */
export async function listFields(
  samples: readonly Sample[],
  reading: ImageReading,
  config: Config,
  alignment: number,
  onListed: (done: number) => void = () => undefined,
): Promise<Field[]> {
  const fields: Field[] = [];
  const refused: Refused[] = [];
  for (const [done, sample] of samples.entries()) {
    reading.signal?.throwIfAborted();
    onListed(done);
    try {
      for (const field of await fieldsOf(sample, reading, config)) {
        requireFits(field, config, alignment);
        fields.push(field);
      }
    } catch (error) {
      if (!(error instanceof UnstainedError)) throw error;
      refused.push({ sample, error });
    }
  }
  if (refused.length === 0) refused.push(...strangers(fields, config));
  refuseSamples(refused, samples.length);
  return fields;
}

async function fieldsOf(sample: Sample, reading: ImageReading, config: Config): Promise<Field[]> {
  const images = await openField(sample, reading, config);
  try {
    const { times } = images.signal.source;
    requireTimes(images, times);
    const found = fieldOf(sample, images, config);
    if (times === 1) return [found];
    return Array.from({ length: times }, (_, time) => ({
      ...found,
      // All times of one dish stay on one side of a split.
      sample: { ...sample, time, id: `${sample.id} t=${time}`, group: sample.group ?? sample.id },
    }));
  } finally {
    await images.close();
  }
}

function fieldOf(sample: Sample, images: FieldImages, config: Config): Field {
  const { signal, targets, weight, mask } = images;
  const others = [
    ...targets.map((image) => ({ role: `target ${image.name}`, ...shapeOf(image) })),
    ...(weight ? [{ role: 'weight', ...shapeOf(weight) }] : []),
    ...(mask ? [{ role: 'mask', ...shapeOf(mask) }] : []),
  ];
  for (const other of others) requireOneChannel(other);
  const { network } = config;
  const stored = shapeOf(signal);
  const size = network.zAsChannels ? { ...stored.size, z: 1 } : stored.size;
  requireSameVoxels(size, stored, others, network);
  if (config.loss === 'weighted-mse' && !weight && !mask)
    throw new DatasetError('dataset/no-weight', {
      file: signal.file,
      what: 'The loss weighted-mse needs a weight map, and none was given.',
      why: 'It averages the squared error under that map.',
      remedy: 'Give one: --weight FILE, or a column weight in the manifest; or: --set loss=mse.',
    });
  const weightBytes = weight || mask ? 4 * voxelCount(size) : 0;
  return {
    sample,
    size,
    planes: stored.size.z,
    channels: stored.channels,
    voxelSize: signal.source.voxelSize,
    bytes:
      weightBytes +
      [signal, ...targets]
        .map(({ source: { channels, size: of, type } }) => bytesOf({ channels: channels.length, size: of, type }))
        .reduce((a, b) => a + b, 0),
  };
}

function shapeOf({ file, source: { channels, size } }: FieldImage) {
  return { file, size, channels: channels.length };
}

/** Where the signal has several times, so must all that belong to it. */
function requireTimes({ signal, targets, weight, mask }: FieldImages, times: number): void {
  for (const image of [...targets, ...(weight ? [weight] : []), ...(mask ? [mask] : [])])
    if (image.source.times !== times)
      throw new DatasetError('dataset/times', {
        file: image.file,
        what: `${signal.file} has ${times} times, ${image.file} has ${image.source.times}.`,
        why: 'Each time of the signal needs its own target.',
        remedy: `Select one of each: ${signal.file}#t=0, or give the time in the manifest's column t.`,
      });
}

function requireFits({ sample, size }: Field, { network, patch }: Config, alignment: number): void {
  requirePatchFits(sample.signal, size, patch, { z: network.dims === 3 ? alignment : 1, y: alignment, x: alignment });
}

/** Fields that are not like the first: one network has one number of inputs. */
function strangers(fields: readonly Field[], { network }: Config): Refused[] {
  const [first] = fields;
  return fields.flatMap(({ sample, channels, planes }) => {
    const alike = channels === first.channels && (!network.zAsChannels || planes === first.planes);
    if (alike) return [];
    const inputs = (of: { channels: number; planes: number }) =>
      `${of.channels} channels${network.zAsChannels ? ` of ${of.planes} planes` : ''}`;
    const error = new DatasetError('dataset/channels', {
      file: sample.signal,
      what: `${sample.signal} has ${inputs({ channels, planes })}, ${first.sample.signal} has ${inputs(first)}.`,
      why: 'The network has an input for each of them, the same for all images.',
      remedy: `Select the same of each: ${sample.signal.replace(/#.*/, '')}#channel=0.`,
    });
    return [{ sample, error }];
  });
}

/** `z 65, y 624, x 924`, or how the sizes of many range. */
export function sizesOf(fields: readonly Pick<Field, 'size'>[]): string {
  const range = (axis: 'z' | 'y' | 'x') => {
    const extents = fields.map(({ size }) => size[axis]);
    const [least, most] = [Math.min(...extents), Math.max(...extents)];
    return least === most ? `${axis} ${least}` : `${axis} ${least} to ${most}`;
  };
  return fields.length === 1 ? formatSize(fields[0].size) : (['z', 'y', 'x'] as const).map(range).join(', ');
}
