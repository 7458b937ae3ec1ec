/**
 * The fields of a training and what each is for. Voxels are read when they are first needed, and stay: in memory where all of
 * them fit into the budget, in the cache on disk otherwise.
 */
import type { Config } from '../config/index.ts';
import type { Random } from '../core/index.ts';
import { wholeRegion, type Region } from '../volume/index.ts';
import { assignSplit } from './assign-split.ts';
import type { Field } from './field.ts';
import { prepareField } from './prepare-field.ts';
import type { FieldFacts, Preparation, PreparedField } from './prepared-field.ts';
import { planSplit } from './split.ts';
import type { VoxelCache } from './voxel-cache.ts';

/** What of a field trains, what is measured while training goes on (val) and at its end (val and test). */
export interface FieldPart {
  readonly role: 'train' | 'val' | 'test';
  /** Null where nothing of it may be trained on. */
  readonly train: Region | null;
  readonly heldOut: Region | null;
  /** Columns between the two. */
  readonly margin: number;
}

/**
 * Whole images are held out where the manifest or the settings say so, else a part of each.
 *
 * @param reach how many voxels far the network looks along x: so wide is the margin beside a held-out part
 *
 * Throws DatasetError dataset/split.
 */
export function planParts(
  fields: readonly Field[],
  { split, patch }: Pick<Config, 'split' | 'patch'>,
  reach: number,
  random: Random,
): FieldPart[] {
  const samples = fields.map(({ sample }) => sample);
  const { by, sides } = assignSplit(samples, split, random);
  return fields.map(({ sample, size }, i): FieldPart => {
    const role = sides[i];
    const whole = wholeRegion(size);
    if (role !== 'train') return { role, train: null, heldOut: whole, margin: 0 };
    if (by === 'image') return { role, train: whole, heldOut: null, margin: 0 };
    return { role, ...planSplit({ file: sample.signal, size, patch, heldOut: split.heldOut, margin: reach }) };
  });
}

export interface TrainingSet {
  readonly fields: readonly Field[];
  readonly parts: readonly FieldPart[];
  /** Indices of the fields that patches are drawn from. */
  readonly training: readonly number[];
  /** Indices of those that are measured while training goes on. */
  readonly validating: readonly number[];
  /** Whether voxels stay in memory. */
  readonly inMemory: boolean;
  /** Reads the field where it has not been read yet. Throws as `prepareField` does. */
  prepared(index: number): Promise<PreparedField>;
  /**
   * Reads what has not been read, one field after the other, until `close`: a step then waits for few of them. What cannot be read
   * is told when a patch of it is drawn.
   */
  readAhead(): Promise<void>;
  /** Of each field, null where it has not been read yet. */
  facts(): readonly (FieldFacts | null)[];
  close(): Promise<void>;
}

export interface TrainingSetSettings extends Omit<Preparation, 'cache'> {
  /** For voxels, where all of them together take less. */
  readonly memoryBytes: number;
  readonly cache: VoxelCache;
  /** Called with each field that has been read: its pixels may be compared with what they were. Throws to refuse it. */
  readonly onRead?: (index: number, facts: FieldFacts) => void;
}

export function trainingSet(
  fields: readonly Field[],
  parts: readonly FieldPart[],
  { memoryBytes, cache, onRead, ...preparation }: TrainingSetSettings,
): TrainingSet {
  const inMemory = fields.reduce((sum, { bytes }) => sum + bytes, 0) <= memoryBytes;
  const reading = new Map<number, Promise<PreparedField>>();
  const facts = new Array<FieldFacts | null>(fields.length).fill(null);
  const indices = (of: (part: FieldPart) => boolean) => parts.flatMap((part, i) => (of(part) ? [i] : []));
  const read = async (index: number) => {
    const { train, heldOut } = parts[index];
    const part = train ?? heldOut ?? wholeRegion(fields[index].size);
    const prepared = await prepareField(fields[index], part, { ...preparation, cache: inMemory ? null : cache });
    facts[index] = prepared.facts;
    onRead?.(index, prepared.facts);
    return prepared;
  };
  const prepared = (index: number) => {
    const known = reading.get(index) ?? read(index);
    reading.set(index, known);
    return known;
  };
  let isClosed = false;
  return {
    fields,
    parts,
    training: indices(({ train }) => train !== null),
    validating: indices(({ role, heldOut }) => role !== 'test' && heldOut !== null),
    inMemory,
    prepared,
    async readAhead() {
      for (const index of fields.keys()) {
        if (isClosed) return;
        await prepared(index).catch(() => null);
      }
    },
    facts: () => facts,
    async close() {
      isClosed = true;
      for (const field of reading.values()) await (await field.catch(() => null))?.close();
    },
  };
}
