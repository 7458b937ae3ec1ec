/** The images of a training: listed, split, and read when they are needed. */
import type { Config } from '../config/index.ts';
import { DatasetError, random, UnstainedError, type LongCall } from '../core/index.ts';
import {
  listFields,
  planParts,
  refuseSamples,
  trainingSet,
  type Field,
  type FieldFacts,
  type FieldPart,
  type ImageFacts,
  type Refused,
  type Sample,
  type TrainingSet,
} from '../dataset/index.ts';
import { alignmentOf, reachOf } from '../network/index.ts';
import type { DataFile, DataImage, DataSample } from '../run/index.ts';
import type { VoxelSize } from '../volume/index.ts';
import type { World } from './world.ts';

export interface TrainingData {
  readonly set: TrainingSet;
  readonly targets: readonly string[];
  /** What data.json says of it now: images that have not been read yet have no voxels there. */
  describe(): DataFile;
}

export interface DataReading {
  readonly voxelSize: VoxelSize | null;
  readonly axes: string | null;
  /** For voxels in memory. */
  readonly memoryBytes: number;
}

/** Reads all voxels now, where they stay in memory. Throws ImageError and DatasetError, all that is wrong at once. */
export async function readAll({ set }: TrainingData, { signal, onProgress }: LongCall): Promise<void> {
  if (!set.inMemory) return;
  const total = set.fields.length;
  const refused: Refused[] = [];
  for (const [index, { sample }] of set.fields.entries()) {
    signal?.throwIfAborted();
    if (total > 1) onProgress?.({ task: 'reading images', done: index, total, unit: 'samples' });
    try {
      await set.prepared(index);
    } catch (error) {
      if (!(error instanceof UnstainedError)) throw error;
      refused.push({ sample, error });
    }
  }
  refuseSamples(refused, total);
}

/** Lists the fields of the samples, and what each is for. Throws ImageError and DatasetError, all that is wrong at once. */
export async function openTrainingData(
  world: World,
  samples: readonly Sample[],
  config: Config,
  { voxelSize, axes, memoryBytes }: DataReading,
  call: LongCall,
): Promise<TrainingData> {
  return openData(world, samples, config, { voxelSize, axes, memoryBytes }, null, call);
}

/**
 * The images of a run that goes on, with its own split. Voxels are compared with those that it was started with when they are
 * read: DatasetError dataset/changed, or a note where that is allowed.
 */
export async function reopenTrainingData(
  world: World,
  samples: readonly Sample[],
  config: Config,
  before: DataFile,
  memoryBytes: number,
  allowChanged: boolean,
  call: LongCall,
): Promise<TrainingData> {
  const { givenVoxelSize: voxelSize, axes } = before;
  return openData(world, samples, config, { voxelSize, axes, memoryBytes }, { data: before, allowChanged }, call);
}

async function openData(
  world: World,
  samples: readonly Sample[],
  config: Config,
  { voxelSize, axes, memoryBytes }: DataReading,
  before: { readonly data: DataFile; readonly allowChanged: boolean } | null,
  { signal, onNote, onProgress }: LongCall,
): Promise<TrainingData> {
  const reading = { files: world.files, converter: world.converter, axes, voxelSize, signal, onNote };
  const { network, seed } = config;
  const fields = await listFields(samples, reading, config, alignmentOf(network), (done) => {
    if (samples.length > 1) onProgress?.({ task: 'opening images', done, total: samples.length, unit: 'samples' });
  });
  const parts = before
    ? before.data.samples.map(({ role, train, heldOut, margin }) => ({ role, train, heldOut, margin }))
    : planParts(fields, config, reachOf(network), random(seed));
  const set = trainingSet(fields, parts, {
    reading: { ...reading, onNote: undefined }, // said when the files were opened
    config,
    memoryBytes,
    cache: world.voxelCache,
    createSha256: world.createSha256,
    onRead: (index, facts) => {
      const changed = before ? changedImages(before.data.samples[index], facts) : [];
      if (changed.length === 0) return;
      if (!before?.allowChanged) throw changedData(changed);
      for (const file of changed) onNote?.(`Allowed: ${file} holds other pixels than when the run was started.`);
    },
  });
  return {
    set,
    targets: samples[0].targets.map(({ name }) => name),
    describe: () => describe(fields, parts, set.facts(), { axes, givenVoxelSize: voxelSize }),
  };
}

function describe(
  fields: readonly Field[],
  parts: readonly FieldPart[],
  facts: readonly (FieldFacts | null)[],
  given: Pick<DataFile, 'axes' | 'givenVoxelSize'>,
): DataFile {
  const [{ channels, planes, voxelSize, sample }] = fields;
  return {
    schema: 'unstained.data/1',
    targets: sample.targets.map(({ name }) => name),
    input: { channels, planes },
    voxelSize,
    ...given,
    samples: fields.map(({ sample: { id, group, time, flips, signal, targets, weight, mask } }, i) => {
      const known = facts[i];
      return {
        id,
        group,
        time,
        flips,
        ...parts[i],
        signal: image(signal, known?.signal),
        targets: targets.map(({ path }, t) => image(path, known?.targets[t])),
        weight: weight === null ? null : image(weight, known?.weight),
        mask,
      };
    }),
  };
}

function image(file: string, facts: ImageFacts | null | undefined): DataImage {
  if (!facts) return { file, voxels: null };
  const { sha256, channels, size, voxelSize, statistics, normalization } = facts;
  return { file, voxels: { sha256, channels, size, voxelSize, statistics, normalization } };
}

/** Files of a sample whose voxels are not those that they were. */
function changedImages(before: DataSample, now: FieldFacts): string[] {
  const pairs = [
    [before.signal, now.signal] as const,
    ...before.targets.map((target, i) => [target, now.targets[i]] as const),
    [before.weight, now.weight] as const,
  ];
  return pairs.flatMap(([old, found]) =>
    old?.voxels && found && old.voxels.sha256 !== found.sha256 ? [old.file] : [],
  );
}

function changedData(files: readonly string[]): DatasetError {
  return new DatasetError('dataset/changed', {
    file: files[0],
    what: `${files.join(', ')} ${files.length === 1 ? 'holds' : 'hold'} other pixels than when the run was started.`,
    why: 'A training that goes on with other images is another training.',
    remedy: 'Restore what changed, train anew into another folder, or go on all the same: --allow-change data.',
  });
}
