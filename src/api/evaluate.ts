/** `evaluate`: predictions against targets, by the paper's definitions. */
import { DatasetError, UsageError, type LongCall } from '../core/index.ts';
import { nrmse, r2 } from '../evaluation/index.ts';
import {
  applyZscore,
  channelOf,
  channelStatistics,
  equalSize,
  formatSize,
  voxelCount,
  wholeRegion,
  type Volume,
} from '../volume/index.ts';
import { measure } from './field-study.ts';
import { requireNotInput } from './free-output.ts';
import { memoryBudget } from './memory-budget.ts';
import { openModel } from './model-file.ts';
import { predictImage } from './predict-image.ts';
import { readImage } from './read-images.ts';
import type { EvaluateRequest, EvaluateResult } from './requests.ts';
import { nameTargets } from './training-samples.ts';
import { startRuntime } from './start-runtime.ts';
import type { World } from './world.ts';

interface Prediction {
  readonly name: string | null;
  readonly file: string;
  /** One channel, in the units of the target. */
  readonly volume: Volume;
}

/**
 * r and normalized L2 of each prediction. Target and prediction are z-scored by the target's mean and deviation; where there
 * is a weight map, every sum is taken under it.
 */
export async function evaluate(world: World, request: EvaluateRequest, call: LongCall): Promise<EvaluateResult> {
  const settings = { voxelSize: request.voxelSize, axes: request.axes, signal: call.signal, onNote: call.onNote };
  const inputs = [...request.predictions, ...request.targets].map(({ path }) => path);
  const others = [request.signal, request.weight].filter((path) => path !== null);
  if (request.out !== null) await requireNotInput(world, request.out, [...inputs, ...others]);
  const predictions = await readPredictions(world, request, call);
  const names = nameTargets(request.targets);
  const weight = request.weight === null ? null : await readImage(world, request.weight, settings);
  const results = [];
  for (const [i, { path, name }] of request.targets.entries()) {
    const prediction = partnerOf(name ?? names[i], i, predictions, request);
    const target = await readImage(world, path, settings);
    for (const other of [prediction, ...(weight ? [weight] : [])]) requireSameGrid(other, target);
    const statistics = channelStatistics(target.volume, path);
    const [p, t] = [prediction.volume, target.volume].map((volume) => applyZscore(volume, statistics));
    const { r, normalizedL2 } = measure(names[i], p, t, weight?.volume ?? null, wholeRegion(t.size));
    const voxels = voxelCount(t.size);
    results.push({
      name: names[i],
      prediction: prediction.file,
      target: path,
      voxels,
      r,
      normalizedL2,
      ...missedBy(p, t, weight?.volume ?? null),
    });
  }
  const result: EvaluateResult = { schema: 'unstained.evaluate/1', results };
  if (request.out !== null) await writeJson(world, request.out, result, request.overwrite);
  return result;
}

async function readPredictions(world: World, request: EvaluateRequest, call: LongCall): Promise<Prediction[]> {
  const { model, signal, voxelSize, axes, memoryBytes } = request;
  if (model === null) {
    const read = [];
    for (const { name, path } of request.predictions) {
      const { file, volume, channelNames } = await readImage(world, path, {
        voxelSize,
        axes,
        signal: call.signal,
        onNote: call.onNote,
      });
      // A prediction of several structures says in its channels which is which.
      for (let c = 0; c < volume.channels; c++)
        read.push({ name: name ?? (volume.channels > 1 ? channelNames[c] : null), file, volume: channelOf(volume, c) });
    }
    return read;
  }
  if (signal === null)
    throw new UsageError('usage/missing', {
      what: 'A model was given, but no signal to predict from.',
      remedy: 'Add --signal FILE.',
    });
  const opened = await openModel(world, model, call.onNote);
  const runtime = await startRuntime(world, call);
  try {
    const budget = { voxelSize, axes, memoryBytes: memoryBudget(world, memoryBytes) };
    const { volume } = await predictImage(world, runtime, opened, signal, budget, call);
    return opened.description.targets.map(({ name }, c) => ({
      name,
      file: `${model} of ${signal}`,
      volume: channelOf(volume, c),
    }));
  } finally {
    await runtime.close();
  }
}

/** The prediction of the target's name; where names are not given, that in the same place. */
function partnerOf(
  name: string,
  place: number,
  predictions: readonly Prediction[],
  request: EvaluateRequest,
): Prediction {
  const named = predictions.find((prediction) => prediction.name === name);
  const alike = predictions.length === request.targets.length ? predictions[place] : undefined;
  const unnamed = alike && (alike.name === null || request.targets[place].name === null) ? alike : undefined;
  const found = named ?? unnamed;
  if (found) return found;
  throw new UsageError('usage/names', {
    what: `No prediction belongs to the target ${name}; there are ${predictions.map((p) => p.name ?? p.file).join(', ') || 'none'}.`,
    why: 'A prediction and its target bear the same name.',
    remedy: `Name them: ${name}=PREDICTION --target ${name}=FILE.`,
  });
}

/** R2 and NRMSE, which say by how much values are missed; null where the target does not vary. */
function missedBy(
  p: Volume,
  t: Volume,
  weight: Volume | null,
): { readonly r2: number | null; readonly nrmse: number | null } {
  const [share, error] = [r2, nrmse].map((metric) => metric(p.data, t.data, weight?.data ?? null));
  return { r2: Number.isNaN(share) ? null : share, nrmse: Number.isNaN(error) ? null : error };
}

interface OnGrid {
  readonly file: string;
  readonly volume: Volume;
}

function requireSameGrid(image: OnGrid, target: OnGrid): void {
  const { volume, file } = image;
  if (volume.channels === 1 && target.volume.channels === 1 && equalSize(volume.size, target.volume.size)) return;
  throw new DatasetError('dataset/sizes', {
    file,
    what: `${file} is (c ${volume.channels}, ${formatSize(volume.size)}), ${target.file} is (c ${target.volume.channels}, ${formatSize(target.volume.size)}).`,
    why: 'One channel is compared with one channel, voxel by voxel.',
    remedy: `Select what fits: ${file.replace(/#.*/, '')}#channel=0.`,
  });
}

async function writeJson(world: World, path: string, value: object, overwrite: boolean): Promise<void> {
  const sink = await world.output.createFile(path, { overwrite });
  try {
    await sink.append(new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}
