/** A run's folder as the verbs see it: what it trains, on what, and the network that it has come to. */
import { resolveConfig, type Config } from '../config/index.ts';
import { ModelError } from '../core/index.ts';
import {
  averagedNetwork,
  averageName,
  outputsFor,
  parametersOf,
  statisticsOf,
  type NetworkDescription,
} from '../network/index.ts';
import type { TrainedNetwork } from '../prediction/index.ts';
import {
  dataFile,
  newestCheckpoint,
  RUN_FILES,
  runFile,
  type DataFile,
  type RunFile,
  type RunStore,
} from '../run/index.ts';
import type { Affine } from '../volume/index.ts';
import type { World } from './world.ts';

export interface StoredRun {
  readonly store: RunStore;
  readonly config: Config;
  readonly data: DataFile;
  readonly run: RunFile;
  readonly description: NetworkDescription;
}

/** Throws ModelError model/missing where `folder` is no run. */
export async function requireRun(world: World, folder: string): Promise<void> {
  if ((await world.openRun(folder).list('')).includes(RUN_FILES.run)) return;
  const kind = await world.files.kind(folder);
  throw new ModelError('model/missing', {
    file: folder,
    what: `${folder} is ${kind === null ? 'not there' : `a ${kind}, but no run: it holds no ${RUN_FILES.run}`}.`,
    why: 'A run is the folder that training writes to (its --out); the network is in it.',
    remedy: 'Give that folder, or train one: unstained train --signal FILE --target FILE --out FOLDER.',
  });
}

/** Throws ModelError: model/missing where `folder` is no run, model/damaged where its files cannot be used. */
export async function readRun(world: World, folder: string): Promise<StoredRun> {
  await requireRun(world, folder);
  const store = world.openRun(folder);
  const file = (name: string) => `${store.name}/${name}`;
  const run = runFile.decode(await store.read(RUN_FILES.run), file(RUN_FILES.run));
  const data = dataFile.decode(await store.read(RUN_FILES.data), file(RUN_FILES.data));
  const text = new TextDecoder().decode(await store.read(RUN_FILES.config));
  const { config } = resolveConfig({ yaml: { text, file: file(RUN_FILES.config) } });
  return { store, config, data, run, description: describeNetwork(config, data) };
}

/** The run's network after the newest checkpoint. Throws ModelError model/missing where none was saved yet. */
export async function readNetwork(
  { store, description }: StoredRun,
  onNote?: (note: string) => void,
): Promise<{ network: TrainedNetwork; step: number }> {
  const found = await newestCheckpoint(store);
  if (!found)
    throw new ModelError('model/missing', {
      file: store.name,
      what: `${store.name} holds no checkpoint: nothing has been learned there yet.`,
      why: 'A network without training predicts noise.',
      remedy: `Train it: unstained train --resume ${store.name}.`,
    });
  for (const note of found.damaged) onNote?.(note);
  const { tensors, step } = found.checkpoint;
  const needed = [...parametersOf(description), ...statisticsOf(description)];
  for (const { name, shape } of needed)
    if (tensors[name]?.shape.join() !== shape.join())
      throw new ModelError('model/damaged', {
        file: store.name,
        what: `${store.name}: the checkpoint of step ${step} has ${name} of shape (${tensors[name]?.shape.join(', ') ?? 'none'}); the settings say (${shape.join(', ')}).`,
        why: 'Checkpoint and config.yaml are not of the same training.',
        remedy: 'Restore config.yaml from a copy, or train again.',
      });
  const carried = Object.fromEntries(
    needed.flatMap(({ name }) =>
      [name, averageName(name)].flatMap((stored) => (tensors[stored] ? [[stored, tensors[stored].data]] : [])),
    ),
  );
  return { network: { description, tensors: averagedNetwork(description, carried) }, step };
}

/** The network that these settings make for images of these channels. */
export function describeNetwork(
  { network, loss }: Pick<Config, 'network' | 'loss'>,
  { input, targets }: Pick<DataFile, 'input' | 'targets'>,
): NetworkDescription {
  return {
    dims: network.dims,
    depth: network.depth,
    channels: network.channels,
    inputChannels: input.channels * (network.zAsChannels ? input.planes : 1),
    outputChannels: outputsFor(loss, targets.length),
  };
}

/** What brings predictions to the units of the targets' files: the mean of what normalized those that trained. */
export function targetUnits({ samples, targets }: DataFile): Affine[] {
  return targets.map((_, i) => {
    const known = samples.flatMap(({ role, targets: images }) => {
      const normalization = images[i].voxels?.normalization[0];
      return role === 'train' && normalization ? [normalization] : [];
    });
    const mean = (of: 'offset' | 'scale') => known.reduce((sum, one) => sum + one[of], 0) / known.length;
    return known.length === 0 ? { offset: 0, scale: 1 } : { offset: mean('offset'), scale: mean('scale') };
  });
}
