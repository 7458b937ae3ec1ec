/** `predict`: from transmitted-light images to predicted fluorescence, in the units of the target that was learned. */
import {
  channelAffines,
  channelStatistics,
  denormalize,
  normalize,
  type Volume,
  type VoxelSize,
} from '../volume/index.ts';
import { DatasetError, UsageError, type LongCall } from '../core/index.ts';
import { channelWith, createOmeTiff, type ByteSink } from '../io/index.ts';
import type { Runtime } from '../engine/index.ts';
import type { TrainedNetwork } from '../prediction/index.ts';
import { requireNotInput } from './free-output.ts';
import { memoryBudget } from './memory-budget.ts';
import { predictVolume } from './predict-volume.ts';
import { readImage } from './read-images.ts';
import type { PredictRequest, PredictResult } from './requests.ts';
import { readNetwork, readRun, targetUnits, type StoredRun } from './stored-run.ts';
import { startRuntime } from './start-runtime.ts';
import type { World } from './world.ts';

/** Predicts each image and writes an OME-TIFF, float32, with the image's voxel size and a channel a target. */
export async function predict(world: World, request: PredictRequest, call: LongCall): Promise<PredictResult> {
  const { images, memoryBytes, overwrite, voxelSize, axes } = request;
  const run = await readRun(world, request.model);
  const { network } = await readNetwork(run, call.onNote);
  const places = await outputPlaces(world, request);
  for (const place of places) await requireNotInput(world, place, images);
  const runtime = await startRuntime(world, call);
  try {
    const outputs = [];
    for (const [i, image] of images.entries()) {
      const began = world.now();
      const file = places[i];
      const budget = { voxelSize, axes, memoryBytes: memoryBudget(world, memoryBytes) };
      const bytes = await world.output.createFile(file, { overwrite }); // first: a place that refuses says so before the work
      const { prediction, tiles } = await writeWhole(bytes, async () => {
        const made = await predictImage(world, runtime, run, network, image, budget, call);
        await writeImage(bytes, made.prediction, run.data.targets, call);
        return made;
      });
      const { z, y, x } = prediction.size;
      const shape = [prediction.channels, z, y, x];
      outputs.push({ image, file, axes: 'CZYX' as const, shape, seconds: (world.now() - began) / 1000, tiles });
    }
    return { schema: 'unstained.predict/1', outputs };
  } finally {
    await runtime.close();
  }
}

/** One image's prediction in the units of the targets, one channel each. */
export async function predictImage(
  world: World,
  runtime: Runtime,
  { config, data, store }: StoredRun,
  network: TrainedNetwork,
  image: string,
  {
    voxelSize,
    axes,
    memoryBytes,
  }: { readonly voxelSize: VoxelSize | null; readonly axes?: string | null; readonly memoryBytes: number },
  call: LongCall,
): Promise<{ readonly prediction: Volume; readonly tiles: number }> {
  const { volume } = await readImage(world, image, { voxelSize, axes, signal: call.signal, onNote: call.onNote });
  const { input } = data;
  const planes = config.network.zAsChannels ? input.planes : null;
  if (volume.channels !== input.channels || (planes !== null && volume.size.z !== planes))
    throw new DatasetError('dataset/channels', {
      file: image,
      what: `${image} has ${volume.channels} channels of ${volume.size.z} planes; ${store.name} was trained on ${input.channels} channels${planes === null ? '' : ` of ${planes} planes`}.`,
      why: 'The network has an input for each of them.',
      remedy:
        planes !== null && volume.size.z < planes
          ? "Give the whole stack; planes in files of their own by a pattern: 'phase_z{z}.png'."
          : `Select what fits: ${image.replace(/#.*/, '')}#channel=0${planes === null ? '' : `,z=0:${planes}`}.`,
    });
  noteOtherScale(image, volume.voxelSize, data.voxelSize, call);
  const found = channelStatistics(volume, image);
  const normalized = normalize(volume, channelAffines(volume, found, config.normalize.signal, image));
  const { volume: predicted, tiles } = await predictVolume(
    runtime,
    network,
    normalized,
    { zAsChannels: config.network.zAsChannels, memoryBytes },
    call,
  );
  return { prediction: denormalize(predicted, targetUnits(data)), tiles };
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

/** Gives up the file where the work that fills it fails. */
async function writeWhole<T>(bytes: ByteSink, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await bytes.abandon();
    throw error;
  }
}

async function writeImage(
  bytes: ByteSink,
  { data, size, voxelSize }: Volume,
  targets: readonly string[],
  { signal }: LongCall,
): Promise<void> {
  const channels = targets.map((name) => channelWith({ name }));
  const sink = createOmeTiff(bytes, {
    name: bytes.name.replace(/^.*[/\\]/, ''),
    channels,
    size,
    voxelSize,
    times: 1,
    timeStep: null,
    type: 'float32',
  });
  const plane = size.y * size.x;
  for (let at = 0; at < data.length; at += plane) {
    signal?.throwIfAborted();
    await sink.writePlane(data.subarray(at, at + plane));
  }
  await sink.finish();
}

/** Where each image's prediction goes; what is there already is refused before anything is computed. */
async function outputPlaces(world: World, { images, out, overwrite }: PredictRequest): Promise<string[]> {
  const { files } = world;
  const isFile = /\.tiff?$/i.test(out);
  if (!isFile && (/\.(png|jpe?g|bmp|zarr|czi|nd2|lif)$/i.test(out) || (await files.kind(out)) === 'file'))
    throw new UsageError('usage/output', {
      what: `${out} is neither a folder nor the name of a TIFF.`,
      why: 'Predictions are written as OME-TIFF.',
      remedy: 'Give a folder, or a name that ends in .ome.tif.',
    });
  if (images.length > 1 && isFile)
    throw new UsageError('usage/output', {
      what: `${images.length} images would be written to the one file ${out}.`,
      remedy: `Give a folder: --out ${out.replace(/(\.ome)?\.tiff?$/i, '')}`,
    });
  const places = isFile
    ? [out]
    : images.map((image) => {
        const { name } = files.split(image.replace(/#.*$/, '').replace(/[/\\]+$/, ''));
        return files.join(out, `${name.replace(/[{}*?]/g, '').replace(/(\.ome)?\.[^.]*$/i, '')}.prediction.ome.tif`);
      });
  const twice = places.find((place, i) => places.indexOf(place) !== i);
  if (twice !== undefined)
    throw new UsageError('usage/output', {
      what: `Two images would both be written to ${twice}.`,
      why: 'The second would replace the first.',
      remedy: 'Predict them one by one, each with its own --out.',
    });
  for (const place of places)
    if (!overwrite && (await files.kind(place)) !== null)
      throw new UsageError('usage/output-exists', {
        file: place,
        what: `${place} is there already.`,
        why: 'What is there would be lost.',
        remedy: 'Replace it (--overwrite), or take another --out.',
      });
  if (!isFile) await world.output.createFolder(out);
  return places;
}
