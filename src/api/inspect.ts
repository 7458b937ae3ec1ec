/** `inspect`: what is in a file or folder. */
import { openImage, parseImagePath, selectedPart, selectImage, type ImageSource } from '../io/index.ts';
import type { LongCall } from '../core/index.ts';
import type { ModelDescription } from '../model/index.ts';
import { parameterCount, reachOf, type NetworkDescription } from '../network/index.ts';
import { decodeCheckpoint, newestCheckpoint, RUN_FILES } from '../run/index.ts';
import type { Config } from '../config/index.ts';
import type { VoxelSize } from '../volume/index.ts';
import { isPackage, readPackage } from './model-file.ts';
import { pixelsSha256 } from './pixels-digest.ts';
import { readRun } from './stored-run.ts';
import type { World } from './world.ts';

export type Inspected = InspectedImages | InspectedRun | InspectedCheckpoint | InspectedModel;

export interface InspectedImages {
  readonly schema: 'unstained.inspect/1';
  readonly kind: 'image';
  readonly format: string;
  readonly images: readonly {
    readonly name: string;
    readonly axes: 'TCZYX';
    readonly shape: readonly number[];
    readonly dtype: string;
    readonly voxelSize: VoxelSize | null;
    readonly channels: readonly {
      readonly name: string | null;
      readonly color: string | null;
      /** Nanometers. */
      readonly wavelength: number | null;
    }[];
    /** Seconds from one time to the next. */
    readonly timeStep: number | null;
    readonly notes: readonly string[];
    /** Of the pixels; only where they were asked for. */
    readonly sha256?: string;
  }[];
}

export interface InspectedRun {
  readonly schema: 'unstained.inspect/1';
  readonly kind: 'run';
  readonly state: string;
  readonly step: number;
  readonly steps: number;
  readonly network: NetworkDescription & { readonly parameters: number; readonly reach: number };
  readonly targets: readonly string[];
  readonly samples: readonly {
    readonly id: string;
    readonly role: string;
    readonly signal: string;
    readonly targets: readonly string[];
  }[];
  readonly voxelSize: VoxelSize | null;
  /** Of the newest whole checkpoint; null before the first. */
  readonly checkpoint: number | null;
  readonly config: Config;
}

export interface InspectedModel {
  readonly schema: 'unstained.inspect/1';
  readonly kind: 'model';
  readonly name: string;
  /** ISO 8601. */
  readonly made: string;
  readonly network: NetworkDescription & { readonly parameters: number; readonly reach: number };
  /** `planes` where an image must have so many. */
  readonly signal: Omit<ModelDescription['signal'], 'planes'> & { readonly planes?: number };
  readonly targets: ModelDescription['targets'];
  readonly voxelSize: VoxelSize | null;
  /** Whether images are resampled to that voxel size. */
  readonly resampled: boolean;
  readonly loss: string;
  readonly step: number;
  /** On what training had not seen. */
  readonly metrics: ModelDescription['metrics'];
  /** Settings. */
  readonly training: ModelDescription['training'];
  /** Learned from. */
  readonly data: ModelDescription['data'];
  readonly versions: ModelDescription['versions'];
}

export interface InspectedCheckpoint {
  readonly schema: 'unstained.inspect/1';
  readonly kind: 'checkpoint';
  readonly step: number;
  readonly tensors: number;
  readonly values: number;
}

/**
 * Tells an image, a run's folder, a model package or a checkpoint apart by what is in it. `pixels` adds digests of images. Of a file with a
 * selection (`cells.czi#scene=1,channel=0`) it tells of that part alone, all its times where none is selected.
 */
export async function inspect(
  world: World,
  path: string,
  { pixels, axes }: { readonly pixels: boolean; readonly axes?: string | null },
  call: LongCall,
): Promise<Inspected> {
  const schema = 'unstained.inspect/1';
  const kind = await world.files.kind(path);
  if (kind === 'folder' && (await world.openRun(path).list('')).includes(RUN_FILES.run)) {
    const { run, data, description, config, store } = await readRun(world, path);
    const found = await newestCheckpoint(store);
    for (const note of found?.damaged ?? []) call.onNote?.(note);
    return {
      schema,
      kind: 'run',
      state: run.state,
      step: run.step,
      steps: run.steps,
      network: { ...description, parameters: parameterCount(description), reach: reachOf(description) },
      targets: data.targets,
      samples: data.samples.map(({ id, role, signal, targets }) => ({
        id,
        role,
        signal: signal.file,
        targets: targets.map(({ file }) => file),
      })),
      voxelSize: data.voxelSize,
      checkpoint: found?.checkpoint.step ?? null,
      config,
    };
  }
  if (kind === 'file' && path.endsWith('.safetensors')) {
    const { folder, name } = world.files.split(path);
    const { step, tensors } = await decodeCheckpoint(await world.openRun(folder).read(name), path);
    const all = Object.values(tensors);
    return {
      schema,
      kind: 'checkpoint',
      step,
      tensors: all.length,
      values: all.reduce((n, { data }) => n + data.length, 0),
    };
  }
  if (kind === 'file' && (await isPackage(world, path))) {
    const { name, timestamp, description } = await readPackage(world, path);
    const { network, signal, targets, voxelSize, resampled, loss, step, metrics, training, data, versions } =
      description;
    const counted = { ...network, parameters: parameterCount(network), reach: reachOf(network) };
    const { planes, ...seen } = signal;
    const asked = planes === null ? seen : { ...seen, planes };
    const about = { name, made: timestamp, network: counted, signal: asked, targets, voxelSize, resampled, loss, step };
    return { schema, kind: 'model', ...about, metrics, training, data, versions };
  }
  const { path: file, selection } = parseImagePath(path);
  const image = await openImage(world.files, file, {
    axes,
    converter: world.converter,
    signal: call.signal,
    onNote: call.onNote,
  });
  try {
    const selects = file !== path;
    const sources = selects ? [selectedPart(selectImage(image.images, selection), selection)] : image.images;
    const images = [];
    for (const source of sources) {
      call.signal?.throwIfAborted();
      const digest = pixels ? { sha256: await pixelsSha256(world, source) } : {}; // first: reading may have to tell something
      images.push({ ...describeImage(source), ...digest });
    }
    return { schema, kind: 'image', format: image.images[0].format, images };
  } finally {
    await image.close();
  }
}

function describeImage(source: ImageSource) {
  const { name, times, timeStep, channels, size, type, voxelSize } = source;
  const shape = [times, channels.length, size.z, size.y, size.x];
  const notes = [...source.notes, ...(source.notesOfReading?.() ?? [])];
  return { name, axes: 'TCZYX' as const, shape, dtype: type, voxelSize, channels, timeStep, notes };
}
