/** `predict`: from transmitted-light images to predicted fluorescence, in the units of the target that was learned. */
import { UsageError, type LongCall } from '../core/index.ts';
import { channelWith, createOmeTiff, type ByteSink } from '../io/index.ts';
import type { Volume } from '../volume/index.ts';
import { requireNotInput } from './free-output.ts';
import { memoryBudget } from './memory-budget.ts';
import { requireTestPasses } from './model-check.ts';
import { openModel } from './model-file.ts';
import { predictImage } from './predict-image.ts';
import type { PredictRequest, PredictResult } from './requests.ts';
import { startRuntime } from './start-runtime.ts';
import type { World } from './world.ts';

/** Predicts each image and writes an OME-TIFF, float32, with the image's voxel size and a channel a target. */
export async function predict(world: World, request: PredictRequest, call: LongCall): Promise<PredictResult> {
  const { images, memoryBytes, overwrite, voxelSize, axes } = request;
  const model = await openModel(world, request.model, call.onNote);
  const places = await outputPlaces(world, request);
  for (const place of places) await requireNotInput(world, place, images);
  const runtime = await startRuntime(world, call);
  try {
    await requireTestPasses(runtime, model);
    const outputs = [];
    for (const [i, image] of images.entries()) {
      const began = world.now();
      const file = places[i];
      const budget = { voxelSize, axes, memoryBytes: memoryBudget(world, memoryBytes) };
      const bytes = await world.output.createFile(file, { overwrite }); // first: a place that refuses says so before the work
      const { volume, tiles } = await writeWhole(bytes, async () => {
        const made = await predictImage(world, runtime, model, image, budget, call);
        await writeImage(bytes, made.volume, made.names, call);
        return made;
      });
      const { z, y, x } = volume.size;
      const shape = [volume.channels, z, y, x];
      outputs.push({ image, file, axes: 'CZYX' as const, shape, seconds: (world.now() - began) / 1000, tiles });
    }
    return { schema: 'unstained.predict/1', outputs };
  } finally {
    await runtime.close();
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
  names: readonly string[],
  { signal }: LongCall,
): Promise<void> {
  const channels = names.map((name) => channelWith({ name }));
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
