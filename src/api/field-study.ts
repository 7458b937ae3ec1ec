/** How well a network predicts what it never saw: while it is trained, and at the end, with pictures. */
import type { Config } from '../config/index.ts';
import type { LongCall } from '../core/index.ts';
import { volumeOf, type Field, type PreparedField, type TrainingSet } from '../dataset/index.ts';
import { baselines, normalizedL2, pearson, type Baseline } from '../evaluation/index.ts';
import type { Runtime } from '../engine/index.ts';
import { alignmentOf, reachOf } from '../network/index.ts';
import type { TrainedNetwork } from '../prediction/index.ts';
import {
  channelOf,
  cropVolume,
  wholeRegion,
  type Region,
  type Size,
  type Volume,
  type VoxelSize,
} from '../volume/index.ts';
import { predictVolume } from './predict-volume.ts';
import type { Measured } from './requests.ts';

/** What predicts, and within which memory. */
export interface Predictor {
  readonly runtime: Runtime;
  readonly network: TrainedNetwork;
  readonly memoryBytes: number;
}

/** A field with its images in memory, all normalized and of one size. */
export interface StudiedField {
  readonly id: string;
  readonly signal: Volume;
  /** One channel a target. */
  readonly target: Volume;
  readonly weight: Volume | null;
  readonly prediction: Volume;
  readonly voxelSize: VoxelSize | null;
  readonly split: { readonly train: Region | null; readonly heldOut: Region | null; readonly margin: number };
  readonly targets: readonly TargetStudy[];
}

export interface TargetStudy {
  readonly name: string;
  /** Null where nothing of the field was trained on. */
  readonly train: Measured | null;
  readonly heldOut: Measured | null;
  /** On the held-out part, fitted on the training part of the same field; none without both. */
  readonly baselines: readonly Baseline[];
}

/** Predicts a whole field and measures each target on each part, under the weight map where there is one. */
export async function studyField(
  predictor: Predictor,
  set: TrainingSet,
  index: number,
  call: LongCall,
): Promise<StudiedField> {
  const field = set.fields[index];
  const { train, heldOut, margin } = set.parts[index];
  const whole = wholeRegion(field.size);
  const { signal, target, weight, prediction } = await predictPart(
    predictor,
    await set.prepared(index),
    field,
    whole,
    call,
  );
  const targets = field.sample.targets.map(({ name }, c): TargetStudy => {
    const [truth, predicted] = [channelOf(target, c), channelOf(prediction, c)];
    const measuredOn = (region: Region | null) => region && measure(name, predicted, truth, weight, region);
    return {
      name,
      train: measuredOn(train),
      heldOut: measuredOn(heldOut),
      baselines: train && heldOut ? baselines({ signal, target: truth, weight, train, heldOut }) : [],
    };
  });
  const { id } = field.sample;
  return {
    id,
    signal,
    target,
    weight,
    prediction,
    voxelSize: field.voxelSize,
    split: { train, heldOut, margin },
    targets,
  };
}

/** Means over what is held out of these fields, one a target; `onPart` sees each part with its prediction. */
export async function measureHeldOut(
  predictor: Predictor,
  set: TrainingSet,
  indices: readonly number[],
  call: LongCall,
  onPart: (part: PredictedPart) => void = () => undefined,
): Promise<Measured[]> {
  const all: Measured[][] = [];
  for (const index of indices) {
    const field = set.fields[index];
    const region = set.parts[index].heldOut as Region;
    const part = await predictPart(predictor, await set.prepared(index), field, region, call);
    onPart(part);
    const { target, weight, prediction } = part;
    const inside = wholeRegion(region.size);
    all.push(
      field.sample.targets.map(({ name }, c) =>
        measure(name, channelOf(prediction, c), channelOf(target, c), weight, inside),
      ),
    );
  }
  return meanOf(all);
}

/** The mean of each target over fields; an r that is undefined somewhere does not count there. */
export function meanOf(fields: readonly (readonly Measured[])[]): Measured[] {
  if (fields.length === 0) return [];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return fields[0].map(({ name }, c) => {
    const rs = fields.flatMap((targets) => targets[c].r ?? []);
    return {
      name,
      r: rs.length === 0 ? null : mean(rs),
      normalizedL2: mean(fields.map((targets) => targets[c].normalizedL2)),
    };
  });
}

/** Fields that are measured while training goes on. */
export function validatedFields(
  { validating }: TrainingSet,
  { validate }: Pick<Config, 'validate'>,
): readonly number[] {
  return validate.images === 0 ? validating : validating.slice(0, validate.images);
}

/** One channel against one channel inside a box of both. */
export function measure(
  name: string,
  prediction: Volume,
  target: Volume,
  weight: Volume | null,
  region: Region,
): Measured {
  const [p, t] = [prediction, target].map((volume) => cropVolume(volume, region).data);
  const w = weight && cropVolume(weight, region).data;
  const r = pearson(p, t, w);
  return { name, r: Number.isNaN(r) ? null : r, normalizedL2: normalizedL2(p, t, w) };
}

/** The images inside a box, normalized and of one size. */
export interface PredictedPart {
  readonly signal: Volume;
  readonly target: Volume;
  readonly weight: Volume | null;
  readonly prediction: Volume;
}

/** The images of a field inside `region`, and its prediction: the same as the whole image's there, of which only as much is computed. */
async function predictPart(
  { runtime, network, memoryBytes }: Predictor,
  { signal, targets, weight }: PreparedField,
  { size, voxelSize }: Field,
  region: Region,
  call: LongCall,
): Promise<PredictedPart> {
  const seen = seenFrom(region, size, network.description);
  const { volume } = await predictVolume(
    runtime,
    network,
    await volumeOf(signal, seen, voxelSize),
    { zAsChannels: false, memoryBytes }, // where planes are channels, they are in the prepared image already
    call,
  );
  const within = { start: minus(region.start, seen.start), size: region.size };
  const targetVolumes = [];
  for (const target of targets) targetVolumes.push(await volumeOf(target, region, voxelSize));
  return {
    signal: await volumeOf(signal, region, voxelSize),
    target: sideBySide(targetVolumes),
    weight: weight && (await volumeOf(weight, region, voxelSize)),
    prediction: cropVolume(volume, within),
  };
}

/** `region` with all that a prediction inside it depends on; it starts where the network's cells do. */
function seenFrom(region: Region, size: Size, description: TrainedNetwork['description']): Region {
  const [alignment, reach] = [alignmentOf(description), reachOf(description)];
  const along = (axis: keyof Size) => {
    if (axis === 'z' && description.dims === 2) return { start: region.start.z, end: region.start.z + region.size.z };
    const start = Math.max(0, Math.floor((region.start[axis] - reach) / alignment) * alignment);
    // The far end is continued to a multiple of the alignment as the whole image's is only where it is the image's own.
    const end = Math.ceil((region.start[axis] + region.size[axis] + reach) / alignment) * alignment;
    return { start, end: Math.min(size[axis], end) };
  };
  const [z, y, x] = [along('z'), along('y'), along('x')];
  return {
    start: { z: z.start, y: y.start, x: x.start },
    size: { z: z.end - z.start, y: y.end - y.start, x: x.end - x.start },
  };
}

function minus(a: Size, b: Size): Size {
  return { z: a.z - b.z, y: a.y - b.y, x: a.x - b.x };
}

/** Volumes of one size as the channels of one volume. */
function sideBySide(volumes: readonly Volume[]): Volume {
  if (volumes.length === 1) return volumes[0];
  const { length } = volumes[0].data;
  const data = new Float32Array(volumes.length * length);
  volumes.forEach((volume, i) => data.set(volume.data, i * length));
  return { ...volumes[0], channels: volumes.length, data };
}
