/** What predicts, wherever it is kept: a model package, or a run's folder. And a run as a model package. */
import type { Config } from '../config/index.ts';
import { isUnstainedError, ModelError } from '../core/index.ts';
import type { Machine } from '../engine/index.ts';
import { readModel, type ModelDescription, type StoredModel } from '../model/index.ts';
import type { TrainedNetwork } from '../prediction/index.ts';
import { RUN_FILES, type DataFile } from '../run/index.ts';
import { describeNetwork, readNetwork, readRun, targetUnits } from './stored-run.ts';
import type { World } from './world.ts';

/** A trained network with all that prediction needs to know. */
export interface PredictionModel {
  /** As the user wrote it. */
  readonly name: string;
  readonly from: 'package' | 'checkpoint';
  readonly network: TrainedNetwork;
  readonly description: ModelDescription;
  /** Of a package: what it must predict. */
  readonly test: StoredModel['test'] | null;
}

/** More than the largest network that settings allow takes. */
const MOST_PACKAGE_BYTES = 2 ** 34;
const ZIP_SIGNATURE = [0x50, 0x4b]; // PK

/**
 * The model at `path`: a package, or a run's folder, of which the package is taken where it is whole, else the newest checkpoint,
 * with a note. Throws ModelError: model/missing, or what its parts refuse.
 */
export async function openModel(world: World, path: string, onNote?: (note: string) => void): Promise<PredictionModel> {
  const kind = await world.files.kind(path);
  if (kind === null)
    throw new ModelError('model/missing', {
      file: path,
      what: `${path} is not there.`,
      remedy: 'Give a model.zip, or the folder of a run (the --out of unstained train).',
    });
  if (kind === 'file') return openPackage(world, path);
  const names = await world.files.list(path);
  if (names.includes(RUN_FILES.model))
    try {
      return { ...(await openPackage(world, world.files.join(path, RUN_FILES.model))), name: path };
    } catch (error) {
      if (!isUnstainedError(error) || !names.includes(RUN_FILES.run)) throw error;
      onNote?.(`${error.what} The newest checkpoint of the run is used instead.`);
    }
  return openCheckpoint(world, path, onNote);
}

/** Whether the file begins as a ZIP archive. */
export async function isPackage(world: World, path: string): Promise<boolean> {
  const bytes = await world.files.open(path);
  try {
    if (bytes.size < ZIP_SIGNATURE.length) return false;
    const start = await bytes.read(0, ZIP_SIGNATURE.length);
    return ZIP_SIGNATURE.every((byte, i) => start[i] === byte);
  } finally {
    await bytes.close();
  }
}

/** The package in a file. Throws ModelError. */
export async function readPackage(world: World, path: string): Promise<StoredModel> {
  if (!(await isPackage(world, path)))
    throw new ModelError('model/unsupported', {
      file: path,
      what: `${path} is no model package (a ZIP archive).`,
      why: 'A package holds the network and all that prediction needs to know.',
      remedy: 'Give a model.zip, or the folder of a run (the --out of unstained train).',
    });
  const bytes = await world.files.open(path);
  try {
    if (bytes.size > MOST_PACKAGE_BYTES)
      throw new ModelError('model/unsupported', {
        file: path,
        what: `${path} has ${bytes.size} bytes; up to ${MOST_PACKAGE_BYTES} are read.`,
        why: 'No model that can be used here needs as many.',
        remedy: 'Check that this is the right file.',
      });
    return await readModel(await bytes.read(0, bytes.size), path);
  } finally {
    await bytes.close();
  }
}

async function openPackage(world: World, path: string): Promise<PredictionModel> {
  const { description, tensors, test } = await readPackage(world, path);
  return { name: path, from: 'package', network: { description: description.network, tensors }, description, test };
}

async function openCheckpoint(world: World, folder: string, onNote?: (note: string) => void): Promise<PredictionModel> {
  const run = await readRun(world, folder);
  const { network, step } = await readNetwork(run, onNote);
  onNote?.(`${folder}: the network of step ${step} is used; a measured one (${RUN_FILES.model}) is not there yet.`);
  const description = describeModel(run, { step, metrics: [] }, world.machine);
  return { name: folder, from: 'checkpoint', network, description, test: null };
}

/** What a run's network is, for its package. */
export function describeModel(
  { config, data }: { readonly config: Config; readonly data: DataFile },
  { step, metrics }: Pick<ModelDescription, 'step' | 'metrics'>,
  { version, onnxruntime, host }: Pick<Machine, 'version' | 'onnxruntime' | 'host'>,
): ModelDescription {
  const units = targetUnits(data);
  const images = data.samples.flatMap(({ role, signal, targets }) => (role === 'train' ? [signal, ...targets] : []));
  return {
    schema: 'unstained.model/1',
    network: describeNetwork(config, data),
    signal: {
      channels: data.input.channels,
      planes: config.network.zAsChannels ? data.input.planes : null,
      normalization: config.normalize.signal,
    },
    targets: data.targets.map((name, i) => ({ name, color: null, units: units[i] })),
    voxelSize: config.voxelSize === 'native' ? data.voxelSize : config.voxelSize,
    resampled: config.voxelSize !== 'native',
    loss: config.loss,
    step,
    metrics,
    training: { ...config },
    data: images.flatMap(({ file, voxels }) => (voxels ? [{ file, sha256: voxels.sha256 }] : [])),
    versions: { unstained: version, onnxruntime, host },
  };
}
