/**
 * not-finite.json: the patches of the step whose loss was no number, so that the image to blame can be found.
 * Positions are voxels of the image as the network sees it; values are those that the network got, normalized.
 */
import { z } from 'zod';
import { ModelError } from '../core/index.ts';
import { jsonFile, type JsonFile } from './json-file.ts';
import { RUN_FILES } from './layout.ts';

/** What a step learned from, and came to. */
export interface StepBatch {
  readonly step: number;
  readonly loss: number;
  readonly lr: number;
  /** Of which sample each patch is, and its first voxel. */
  readonly patches: readonly PatchPlace[];
  /** All patches (n, c, z, y, x), x fastest. */
  readonly signal: Float32Array;
  readonly target: Float32Array;
  readonly weight: Float32Array | null;
}

export interface PatchPlace {
  readonly sample: string;
  readonly start: { readonly z: number; readonly y: number; readonly x: number };
}

/** Over the values that are numbers; null where none is. */
export interface PatchStatistics {
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** How many values are NaN or infinite. */
  readonly nonFinite: number;
}

export interface NotFiniteFile {
  readonly schema: 'unstained.not-finite/1';
  readonly step: number;
  readonly loss: 'NaN' | 'Infinity' | '-Infinity';
  readonly lr: number;
  readonly patches: readonly (PatchPlace & {
    readonly signal: PatchStatistics;
    readonly target: PatchStatistics;
    readonly weight: PatchStatistics | null;
  })[];
}

/** The file's content for a step whose loss is not finite. */
export function describeBatch({ step, loss, lr, patches, signal, target, weight }: StepBatch): NotFiniteFile {
  const statisticsOf = (data: Float32Array, n: number) => {
    const length = data.length / patches.length;
    return patchStatistics(data.subarray(n * length, (n + 1) * length));
  };
  return {
    schema: 'unstained.not-finite/1',
    step,
    loss: Number.isNaN(loss) ? 'NaN' : loss > 0 ? 'Infinity' : '-Infinity',
    lr,
    patches: patches.map(({ sample, start }, n) => ({
      sample,
      start,
      signal: statisticsOf(signal, n),
      target: statisticsOf(target, n),
      weight: weight && statisticsOf(weight, n),
    })),
  };
}

/**
 * The error that ends the run `run`: which sample and place it began in, or where its values are largest.
 * `savedStep` is the last that was saved; 0 where none was.
 */
export function lossNotFinite(run: string, { step, loss, lr, patches }: NotFiniteFile, savedStep: number): ModelError {
  const images = (['signal', 'target', 'weight'] as const).flatMap((image) =>
    patches.flatMap(({ [image]: values, sample, start: { z, y, x } }) =>
      values === null ? [] : [{ image, values, sample, place: `${sample} at (z ${z}, y ${y}, x ${x})` }],
    ),
  );
  const broken = images.filter(({ values }) => values.nonFinite > 0);
  const [largest] = images.toSorted((a, b) => magnitude(b.values) - magnitude(a.values));
  const where =
    broken.length > 0
      ? `It began in ${broken
          .slice(0, 3)
          .map(({ place, image, values }) => `${place}, whose ${image} holds ${values.nonFinite} NaN or infinite`)
          .join('; in ')}${broken.length > 3 ? `; and in ${broken.length - 3} more` : ''}.`
      : `All values of its patches are numbers; the largest is ${magnitude(largest.values).toPrecision(3)}, in the ${largest.image} of ${largest.place}.`;
  const safe = savedStep > 0 ? `Step ${savedStep} is safe. ` : '';
  const samples = [...new Set(broken.map(({ sample }) => sample))].join(', ');
  return new ModelError('model/loss-not-finite', {
    file: `${run}/${RUN_FILES.notFinite}`,
    step,
    what: `Step ${step}: the loss is ${loss}. ${where}`,
    why: 'The network has lost its numbers; more steps cannot bring them back.',
    remedy:
      broken.length > 0
        ? `${safe}Leave ${samples} out, then: unstained train --resume ${run} --allow-change data. All patches of the step: ${run}/${RUN_FILES.notFinite}.`
        : `${safe}If those values are extreme (a hot pixel, a wrong weight), mend or leave out that image; else train with a smaller --lr than ${lr}. All patches of the step: ${run}/${RUN_FILES.notFinite}.`,
  });
}

function patchStatistics(data: Float32Array): PatchStatistics {
  let [min, max, sum, finite] = [Infinity, -Infinity, 0, 0];
  for (const value of data) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    finite++;
  }
  return finite === 0
    ? { min: null, max: null, mean: null, nonFinite: data.length }
    : { min, max, mean: sum / finite, nonFinite: data.length - finite };
}

function magnitude({ min, max }: PatchStatistics): number {
  return Math.max(Math.abs(min ?? 0), Math.abs(max ?? 0));
}

const statistics = z.object({
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  nonFinite: z.int().nonnegative(),
});

export const notFiniteFile: JsonFile<NotFiniteFile> = jsonFile(
  z.object({
    schema: z.literal('unstained.not-finite/1'),
    step: z.int().nonnegative(),
    loss: z.enum(['NaN', 'Infinity', '-Infinity']),
    lr: z.number(),
    patches: z
      .array(
        z.object({
          sample: z.string(),
          start: z.object({ z: z.int(), y: z.int(), x: z.int() }),
          signal: statistics,
          target: statistics,
          weight: statistics.nullable(),
        }),
      )
      .min(1),
  }),
);
