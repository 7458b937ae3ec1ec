/**
 * What a model says of itself, as `config.unstained` of its package: all that prediction needs beside the weights, and how it
 * came about. Sizes are voxels, voxel sizes micrometers (null: unknown), hashes SHA-256 in hexadecimal.
 */
import { z } from 'zod';
import type { Loss, Normalization } from '../config/index.ts';
import type { NetworkDescription } from '../network/index.ts';

export interface ModelVoxelSize {
  readonly z: number | null;
  readonly y: number | null;
  readonly x: number | null;
}

/** A structure that is predicted. */
export interface ModelTarget {
  readonly name: string;
  /** To show it in: `#RRGGBB`. */
  readonly color: string | null;
  /** prediction * scale + offset is in the units of the images that were learned; null: there are no such units. */
  readonly units: { readonly scale: number; readonly offset: number } | null;
}

/** How well one structure was predicted that training had not seen; null: not measured, or undefined. */
export interface ModelMetrics {
  readonly target: string;
  /** Metrics by name: `r`, `normalizedL2`. */
  readonly values: Readonly<Record<string, number | null>>;
}

export interface ModelDescription {
  readonly schema: 'unstained.model/1';
  /** Outputs: a channel a target, normalized; with loss gaussian all means, then as many t with ln variance 10 t / sqrt(100 + t^2). */
  readonly network: NetworkDescription;
  readonly signal: {
    /** Channels of an image. */
    readonly channels: number;
    /** The planes that an image must have, each an input channel of the network; null: any number. */
    readonly planes: number | null;
    readonly normalization: Normalization;
  };
  readonly targets: readonly ModelTarget[];
  /** Of the grid that was learned on; null where it is not known. */
  readonly voxelSize: ModelVoxelSize | null;
  /** Whether images are resampled to `voxelSize`, and predictions back; else they are taken as they are. */
  readonly resampled: boolean;
  readonly loss: Loss;
  /** Of the training; 0 where the network did not come from one. */
  readonly step: number;
  /** One a target; none where nothing was held out. */
  readonly metrics: readonly ModelMetrics[];
  /** All settings of the training, by key. */
  readonly training: Readonly<Record<string, unknown>>;
  /** Images that were learned from, with the hashes of their pixels. */
  readonly data: readonly { readonly file: string; readonly sha256: string }[];
  /** Of what made it: `unstained`, `onnxruntime`, `node`. */
  readonly versions: Readonly<Record<string, string>>;
}

const count = z.int().nonnegative();
const micrometers = z.number().positive().nullable();
// The same bounds as settings have, and what an image may have of channels or planes: the network is built from these numbers.
const network = z.strictObject({
  dims: z.union([z.literal(2), z.literal(3)]),
  depth: z.int().min(0).max(6),
  channels: z.int().min(1).max(512),
  inputChannels: z.int().min(1).max(4096),
  outputChannels: z.int().min(1).max(256),
});
const text = z.string().max(1000);

/** Throws ZodError where a description does not hold together. Unknown fields are left out. */
export const modelDescription: z.ZodType<ModelDescription> = z
  .object({
    schema: z.literal('unstained.model/1'),
    network,
    signal: z.object({
      channels: z.int().positive(),
      planes: z.int().positive().nullable(),
      normalization: z.enum(['zscore', 'zscore-center', 'percentile', 'none']),
    }),
    targets: z
      .array(
        z.object({
          name: text.min(1),
          color: z
            .string()
            .regex(/^#[0-9a-fA-F]{6}$/)
            .nullable(),
          units: z.object({ scale: z.number().positive(), offset: z.number() }).nullable(),
        }),
      )
      .min(1),
    voxelSize: z.object({ z: micrometers, y: micrometers, x: micrometers }).nullable(),
    resampled: z.boolean(),
    loss: z.enum(['mse', 'weighted-mse', 'l1', 'gaussian']),
    step: count,
    metrics: z.array(z.object({ target: text, values: z.record(text, z.number().nullable()) })),
    training: z.record(text, z.unknown()),
    data: z.array(z.object({ file: text, sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
    versions: z.record(text, text),
  })
  .superRefine(({ network, signal, targets, loss, voxelSize, resampled }, context) => {
    const inputs = signal.channels * (signal.planes ?? 1);
    const outputs = targets.length * (loss === 'gaussian' ? 2 : 1);
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: path.split('.'), message });
    if (network.inputChannels !== inputs)
      wrong('network.inputChannels', `is ${network.inputChannels}; the signal gives ${inputs}`);
    if (network.outputChannels !== outputs)
      wrong('network.outputChannels', `is ${network.outputChannels}; the targets need ${outputs}`);
    if (signal.planes !== null && network.dims === 3) wrong('signal.planes', 'planes are channels in 2D only');
    if (new Set(targets.map(({ name }) => name)).size < targets.length) wrong('targets', 'two have the same name');
    if (resampled && (!voxelSize || Object.values(voxelSize).includes(null)))
      wrong('voxelSize', 'a grid to resample to has a size along z, y and x');
  });
