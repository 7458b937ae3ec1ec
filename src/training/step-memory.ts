/** What a training step will take at most, told before it starts; and how it is to be computed within the memory given. */
import { ResourceError } from '../core/index.ts';
import { FASTEST, lanesPerSample, type DeviceTraits, type LoweringPlan } from '../engine/index.ts';
import { convolutionsOf, parameterCount, type CarriedSettings, type NetworkDescription } from '../network/index.ts';
import { voxelCount, type Size } from '../volume/index.ts';

export interface StepPlan {
  readonly plan: LoweringPlan;
  /** Of the process at its peak, foretold. */
  readonly bytes: number;
}

/** Keeping less, and computing it again in the backward pass: slower by about a fiftieth. */
const FRUGAL: LoweringPlan = { ...FASTEST, recompute: true };
/** The fastest way is taken where it needs no more than this share of the memory given: others want some too. */
const SHARE_OF_FASTEST = 1 / 3;

/**
 * The way of a step for `batch` patches; `settings` say what is frozen and whether averages are kept. Throws ResourceError
 * resource/memory, naming what would fit, where every way needs more than `memoryBytes`.
 */
export function planStep(
  description: NetworkDescription,
  batch: number,
  patch: Size,
  memoryBytes: number,
  traits: DeviceTraits,
  settings: CarriedSettings = {},
): StepPlan {
  const bytesOf = (patches: number, plan: LoweringPlan) =>
    stepMemoryBytes(description, settings, patches, patch, traits, plan);
  const [fastest, frugal] = [FASTEST, FRUGAL].map((plan): StepPlan => ({ plan, bytes: bytesOf(batch, plan) }));
  if (traits.convBlock === null || fastest.bytes <= memoryBytes * SHARE_OF_FASTEST) {
    if (fastest.bytes <= memoryBytes) return fastest;
  } else if (frugal.bytes <= memoryBytes) return frugal;

  const needed = Math.min(fastest.bytes, frugal.bytes);
  let fitting = batch - 1;
  while (fitting > 0 && bytesOf(fitting, FRUGAL) > memoryBytes) fitting--;
  throw new ResourceError('resource/memory', {
    what: `A training step needs about ${gigabytes(needed)}; there are ${gigabytes(memoryBytes)}.`,
    why: 'The system would end the program in the middle of a step.',
    remedy:
      fitting > 0
        ? `This fits: --batch ${fitting}. So may a smaller --patch, or fewer --channels.`
        : 'Not even one patch fits: take a smaller --patch, fewer --channels, or more memory (--memory).',
  });
}

/**
 * Bytes of the process at its peak: a sum of what grows with the network and its patches, its weights fitted to what bench/step.ts
 * measured (docs/performance.md), within 15 % of all of it.
 */
function stepMemoryBytes(
  description: NetworkDescription,
  { frozen = new Set(), average = false }: CarriedSettings,
  batch: number,
  patch: Size,
  { convBlock }: DeviceTraits,
  { recompute, groupVoxels }: LoweringPlan,
): number {
  const { dims, channels, inputChannels, outputChannels } = description;
  const voxels = voxelCount(patch);
  const convolutions = convolutionsOf(description);
  const still = 4 * parameterCount(description, ({ name }) => frozen.has(name));
  const moving = 4 * parameterCount(description) - still;
  const averages = average ? 3.9 * moving : 0;
  if (convBlock === null) {
    const perVoxel = 27 * channels + 4 * (inputChannels + 3 * outputChannels);
    return 250e6 + 10 * moving + 3 * still + averages + 4 * batch * voxels * perVoxel;
  }
  const lanes = (count: number) => lanesPerSample(batch, count, convBlock);
  /** What every convolution before a norm makes, level by level on a coarser grid: kept for the backward pass, as far as it goes. */
  const results = convolutions
    .slice(convolutions.findIndex(({ name }) => !frozen.has(`${name}.weight`)))
    .filter(({ norm }) => norm !== null)
    .map(({ name, kind, outputs }) => {
      const level = name.split('sub_u.').length - 1 + (kind === 'halving' ? 1 : 0);
      return (4 * lanes(outputs) * batch * voxels) / 2 ** (level * dims);
    })
    .reduce((a, b) => a + b, 0);
  const carried = (each: number) => each * moving + 2.8 * still + averages;
  if (recompute) return 0.27e9 + carried(8.9) + 2.27 * results;
  /** One tensor of the first level, of all samples and of those that are computed together. */
  const perSample = 4 * lanes(channels) * voxels;
  const together = Math.min(batch, Math.max(1, Math.floor(groupVoxels / voxels)));
  return 0.21e9 + carried(7.3) + 2.66 * results + (6.4 * batch + 10.3 * together) * perSample;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(2)} GB`;
}
