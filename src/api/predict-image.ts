/** One image's prediction, in its own voxels and in the units of what was learned. */
import { DatasetError, type LongCall } from '../core/index.ts';
import type { Runtime } from '../engine/index.ts';
import type { ModelDescription } from '../model/index.ts';
import { predictedDeviation, predictedMean } from '../network/index.ts';
import {
  channelAffines,
  channelStatistics,
  denormalize,
  normalize,
  resampledGrid,
  resampleTo,
  type Volume,
  type VoxelSize,
} from '../volume/index.ts';
import type { PredictionModel } from './model-file.ts';
import { predictVolume } from './predict-volume.ts';
import { readImage } from './read-images.ts';
import type { World } from './world.ts';

export interface ImagePrediction {
  /** A channel a structure; with loss gaussian then as many standard deviations. */
  readonly volume: Volume;
  /** One a channel. */
  readonly names: readonly string[];
  readonly tiles: number;
}

export interface Predicting {
  readonly voxelSize: VoxelSize | null;
  readonly axes?: string | null;
  readonly memoryBytes: number;
}

/** Throws ImageError; DatasetError dataset/channels, dataset/voxel-size; ResourceError. */
export async function predictImage(
  world: World,
  runtime: Runtime,
  { network, description, name }: PredictionModel,
  image: string,
  { voxelSize, axes, memoryBytes }: Predicting,
  call: LongCall,
): Promise<ImagePrediction> {
  const { volume: read } = await readImage(world, image, { voxelSize, axes, signal: call.signal, onNote: call.onNote });
  requireInputs(image, read, description, name);
  const volume = onModelGrid(image, read, description, call);
  const found = channelStatistics(volume, image);
  const normalized = normalize(volume, channelAffines(volume, found, description.signal.normalization, image));
  const zAsChannels = description.signal.planes !== null;
  const { volume: predicted, tiles } = await predictVolume(
    runtime,
    network,
    normalized,
    { zAsChannels, memoryBytes },
    call,
  );
  const { volume: inUnits, names } = inUnitsOf(predicted, description);
  const size = zAsChannels ? { ...read.size, z: 1 } : read.size;
  const back = description.resampled ? resampleTo(inUnits, { size, voxelSize: gridOf(read, description) }) : inUnits;
  return { volume: { ...back, voxelSize: read.voxelSize }, names, tiles };
}

function requireInputs(image: string, volume: Volume, { signal }: ModelDescription, model: string): void {
  const { channels, planes } = signal;
  if (volume.channels === channels && (planes === null || volume.size.z === planes)) return;
  throw new DatasetError('dataset/channels', {
    file: image,
    what: `${image} has ${volume.channels} channels of ${volume.size.z} planes; ${model} was trained on ${channels} channels${planes === null ? '' : ` of ${planes} planes`}.`,
    why: 'The network has an input for each of them.',
    remedy:
      planes !== null && volume.size.z < planes
        ? "Give the whole stack; planes in files of their own by a pattern: 'phase_z{z}.png'."
        : `Select what fits: ${image.replace(/#.*/, '')}#channel=0${planes === null ? '' : `,z=0:${planes}`}.`,
  });
}

/** In the voxels that the model was trained on; where it takes images as they are, another scale is said. */
function onModelGrid(image: string, volume: Volume, description: ModelDescription, call: LongCall): Volume {
  if (!description.resampled) {
    noteOtherScale(image, volume.voxelSize, description.voxelSize, call);
    return volume;
  }
  const to = trainingGrid(volume, description);
  const unknown = (['z', 'y', 'x'] as const).filter((axis) => to[axis] !== null && !volume.voxelSize?.[axis]);
  if (unknown.length > 0)
    throw new DatasetError('dataset/voxel-size', {
      file: image,
      what: `${image} does not say how large its voxels are along ${unknown.join(' and ')}.`,
      why: `The model sees voxels of ${[to.z, to.y, to.x].map((um) => um ?? 'any').join(', ')} um: structures of another size are not recognized.`,
      remedy: 'Say it: --voxel-size Z,Y,X.',
    });
  return resampleTo(volume, resampledGrid(volume, to));
}

/** Along z a single plane, and planes that are seen one by one, stay as they are. */
function trainingGrid({ size }: Volume, { voxelSize, network }: ModelDescription): VoxelSize {
  const { z = null, y = null, x = null } = voxelSize ?? {};
  return { z: size.z === 1 || network.dims === 2 ? null : z, y, x };
}

/** The voxel size to go back to, along the axes that were resampled. */
function gridOf(read: Volume, description: ModelDescription): VoxelSize {
  const to = trainingGrid(read, description);
  const back = (axis: 'z' | 'y' | 'x') => (to[axis] === null ? null : (read.voxelSize?.[axis] ?? null));
  return { z: back('z'), y: back('y'), x: back('x') };
}

function inUnitsOf(
  predicted: Volume,
  { targets, loss }: ModelDescription,
): { readonly volume: Volume; readonly names: readonly string[] } {
  const units = targets.map((target) => target.units ?? { offset: 0, scale: 1 });
  const names = targets.map(({ name }) => name);
  if (loss !== 'gaussian') return { volume: denormalize(predicted, units), names };
  // A deviation has the scale of what it is of, and no offset.
  const data = new Float32Array(predicted.data.length);
  data.set(predictedMean(predicted.data));
  data.set(predictedDeviation(predicted.data), data.length / 2);
  return {
    volume: denormalize({ ...predicted, data }, [...units, ...units.map(({ scale }) => ({ offset: 0, scale }))]),
    names: [...names, ...names.map((name) => `${name} standard deviation`)],
  };
}

/** Structures of another size than in training are not recognized: said, where both scales are known and differ by a tenth. */
function noteOtherScale(image: string, now: VoxelSize | null, trained: VoxelSize | null, { onNote }: LongCall): void {
  for (const axis of ['z', 'y', 'x'] as const) {
    const [a, b] = [now?.[axis], trained?.[axis]];
    if (a && b && Math.abs(Math.log(a / b)) > Math.log(1.1))
      onNote?.(
        `${image}: ${axis} is ${a} um a voxel; the model was trained at ${b} um. Structures have another size for it.`,
      );
  }
}
