/** A run that goes on: its images listed again, its state from the newest whole checkpoint. */
import type { Config } from '../config/index.ts';
import { random, type LongCall } from '../core/index.ts';
import type { ImageBuffer } from '../dataset/index.ts';
import type { DeviceTraits } from '../engine/index.ts';
import {
  changesSince,
  environmentFile,
  newestCheckpoint,
  parseLosses,
  requireAllowed,
  RUN_FILES,
  settingsSha256,
  type AllowableChange,
  type Change,
  type EnvironmentFile,
  type RunStore,
} from '../run/index.ts';
import { untrained, type TrainingState } from '../training/index.ts';
import { readRun, type StoredRun } from './stored-run.ts';
import { reopenTrainingData } from './training-data.ts';
import type { TrainingRun } from './training-run.ts';
import { samplesOfRun } from './training-samples.ts';
import type { World } from './world.ts';

export interface Continuing {
  /** The run's settings with what was given now, by the keys that were given. */
  readonly change: (old: Config) => Config;
  /** What may have changed since the run was started. */
  readonly allowed: ReadonlySet<AllowableChange>;
  /** Where it computes now. */
  readonly traits: DeviceTraits;
  /** For voxels in memory. */
  readonly memoryBytes: number;
}

/** Settings that a run may change on its way: how long it goes on, what it measures, how often it saves. */
export const MAY_CHANGE: ReadonlySet<string> = new Set(['steps', 'checkpoint.every', 'validate.patience']);

/**
 * The run in `folder`. Throws ModelError where it cannot be read, UsageError usage/run-changed where it is not as it was and this
 * was not allowed. Images that hold other pixels are refused when they are read: DatasetError dataset/changed.
 */
export async function continueRun(
  world: World,
  folder: string,
  { change, allowed, traits, memoryBytes }: Continuing,
  call: LongCall,
): Promise<TrainingRun> {
  const stored = await readRun(world, folder);
  const { store, description, run } = stored;
  const config = change(stored.config);
  const changes = await changesOf(world, stored, config, traits);
  for (const note of requireAllowed(folder, changes, allowed)) call.onNote?.(note);
  const samples = samplesOfRun(stored.data);
  const allowData = allowed.has('data');
  const data = await reopenTrainingData(world, samples, config, stored.data, memoryBytes, allowData, call);
  const start = await stateOf(stored, config, call);
  const losses = (await readLosses(stored)).filter(({ step }) => step <= start.step);
  const { seconds, startedAt } = run;
  return { store, config, description, data, start, fineTunes: false, losses, seconds, startedAt };
}

/** All but pixels, which are compared when they are read. */
async function changesOf(
  { machine }: World,
  { store, config: before, run }: StoredRun,
  config: Config,
  traits: DeviceTraits,
): Promise<Change[]> {
  const now = {
    onnxruntime: machine.onnxruntime,
    device: traits.kind,
    threads: traits.threads,
    convBlock: traits.convBlock,
  };
  const file = await environmentOf(store);
  const then = file
    ? { onnxruntime: file.onnxruntime, device: file.device, threads: file.threads, convBlock: file.convBlock }
    : now;
  const edited = (await settingsSha256(before, MAY_CHANGE)) !== run.configSha256;
  return [
    ...(edited
      ? [{ kind: 'config' as const, what: `${RUN_FILES.config} is not the one that the run was started with.` }]
      : []),
    ...changesSince(
      { data: [], config: before, version: run.version, machine: then },
      { data: [], config, version: machine.version, machine: now },
      MAY_CHANGE,
    ),
  ];
}

/** Null where the run was stopped before it was written, or it is damaged: it only tells why bits differ. */
async function environmentOf(store: RunStore): Promise<EnvironmentFile | null> {
  try {
    return environmentFile.decode(await store.read(RUN_FILES.environment), RUN_FILES.environment);
  } catch {
    return null;
  }
}

/** Where no checkpoint was written yet, the run begins again. */
async function stateOf(
  { store, description }: StoredRun,
  config: Config,
  { onNote }: LongCall,
): Promise<TrainingState> {
  const found = await newestCheckpoint(store);
  if (!found) return untrained(description, config, random(config.seed));
  for (const note of found.damaged) onNote?.(`${note} Going on from the one before.`);
  const { tensors, step, random: state, buffer, selection } = found.checkpoint;
  return {
    step,
    random: state,
    buffer: buffer as ImageBuffer | null,
    selection,
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data])),
  };
}

async function readLosses({ store }: StoredRun) {
  if (!(await store.list('')).includes(RUN_FILES.losses)) return [];
  return parseLosses(new TextDecoder().decode(await store.read(RUN_FILES.losses)), `${store.name}/${RUN_FILES.losses}`);
}
