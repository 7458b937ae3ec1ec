/** What was kept aside, measured while training goes on, with a picture of some of it. */
import type { LongCall } from '../core/index.ts';
import type { TrainingSet } from '../dataset/index.ts';
import { previewPng, type PreviewSample } from '../figures/index.ts';
import { cropVolume, type Size } from '../volume/index.ts';
import { measureHeldOut, type PredictedPart, type Predictor } from './field-study.ts';
import type { Measured } from './requests.ts';

export interface Validation {
  /** Means over the fields, one a target. */
  readonly measured: readonly Measured[];
  /** The mean of r over the targets, by which networks are chosen; NaN where one is undefined. */
  readonly score: number;
  readonly preview: Uint8Array;
}

const PATCHES = 4;
/** Voxels of a patch in a preview, along y and x at most. */
const PATCH_WIDTH = 128;

/** Measures the fields of these indices. `step` is written on the picture. */
export async function validate(
  predictor: Predictor,
  set: TrainingSet,
  indices: readonly number[],
  step: number,
  call: LongCall,
): Promise<Validation> {
  const samples: PreviewSample[] = [];
  const each = Math.max(1, Math.floor(PATCHES / indices.length));
  const measured = await measureHeldOut(predictor, set, indices, call, (part) => {
    if (samples.length < PATCHES) samples.push(...patchesOf(part, each, set));
  });
  const structures = measured.map(({ name, r }, i) => ({ name, r, color: COLORS[i % COLORS.length] }));
  return {
    measured,
    score: measured.reduce((sum, { r }) => sum + (r ?? NaN), 0) / measured.length,
    preview: previewPng({ step, structures, samples }),
  };
}

/** Shown where nobody chose colors: DNA stains are blue, the rest as far apart as eyes can tell. */
export const COLORS: readonly string[] = ['#4aa8ff', '#5fe08a', '#ff5fb0', '#ffc14a', '#b48cff', '#ff7a5c'];

/** Patches in equal distance along y, in the middle along x; all of one size, whatever the field. */
function patchesOf(
  { signal, target, prediction }: PredictedPart,
  count: number,
  { parts }: TrainingSet,
): PreviewSample[] {
  const heldOut = parts.flatMap((part) => part.heldOut ?? []);
  const extent = (axis: 'y' | 'x') => Math.min(PATCH_WIDTH, ...heldOut.map(({ size }) => size[axis]));
  const size: Size = { z: signal.size.z, y: extent('y'), x: extent('x') };
  const room = signal.size.y - size.y;
  const length = Math.min(count, Math.ceil(signal.size.y / size.y));
  return Array.from({ length }, (_, i) => {
    const y = Math.round((room * (i + 0.5)) / length);
    const region = { start: { z: 0, y, x: (signal.size.x - size.x) >> 1 }, size };
    const [s, t, p] = [signal, target, prediction].map((volume) => cropVolume(volume, region));
    return { signal: s, target: t, prediction: p };
  });
}
