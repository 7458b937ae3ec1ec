/**
 * run.json, data.json and environment.json: how far a run is, what it learns from, where it computes.
 * Sizes are voxels, voxel sizes micrometers (null: unknown), by axis name; hashes are SHA-256 in hexadecimal.
 */
import { z } from 'zod';
import { jsonFile, type JsonFile } from './json-file.ts';

interface Extents {
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

interface Box {
  readonly start: Extents;
  readonly size: Extents;
}

/** run.json. The one file of the three that changes while the run goes on. */
export interface RunFile {
  readonly schema: 'unstained.run/1';
  /** Of unstained. */
  readonly version: string;
  readonly state: 'running' | 'interrupted' | 'finished' | 'failed';
  /** Of the newest checkpoint; 0 before the first. */
  readonly step: number;
  readonly steps: number;
  /** Of computing up to that checkpoint, pauses left out. */
  readonly seconds: number;
  /** Of the resolved settings, as checkpoints carry it. */
  readonly configSha256: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly updatedAt: string;
}

type MaybeExtents = { readonly z: number | null; readonly y: number | null; readonly x: number | null } | null;

/** One image of a sample. */
export interface DataImage {
  /** As the user wrote it, selection included. */
  readonly file: string;
  /** Null until its voxels were needed for the first time. */
  readonly voxels: {
    /** Of the voxels that the training uses: C, Z, Y, X order, little-endian, in their type on the training grid. */
    readonly sha256: string;
    readonly channels: number;
    readonly size: Extents;
    readonly voxelSize: MaybeExtents;
    /** One a channel, over the whole volume, before normalization; `std` is the population's. */
    readonly statistics: readonly {
      readonly mean: number;
      readonly std: number;
      readonly min: number;
      readonly max: number;
    }[];
    /** One a channel: the network sees (x - offset) / scale. */
    readonly normalization: readonly { readonly offset: number; readonly scale: number }[];
  } | null;
}

export interface DataSample {
  readonly id: string;
  readonly group: string | null;
  /** Of a time series, from 0. */
  readonly time: number | null;
  readonly flips: { readonly y: boolean; readonly x: boolean };
  readonly role: 'train' | 'val' | 'test';
  /** Boxes of the image as the network sees it; null: nothing of it. */
  readonly train: Box | null;
  readonly heldOut: Box | null;
  /** Columns between the two. */
  readonly margin: number;
  readonly signal: DataImage;
  readonly targets: readonly DataImage[];
  readonly weight: DataImage | null;
  /** File of the mask. */
  readonly mask: string | null;
}

/** data.json. */
export interface DataFile {
  readonly schema: 'unstained.data/1';
  /** Structures, in the order of each sample's targets. */
  readonly targets: readonly string[];
  /** Of each signal: channels of its file, and planes on the training grid. */
  readonly input: { readonly channels: number; readonly planes: number };
  /** Micrometers of a voxel of the first sample on the training grid. */
  readonly voxelSize: MaybeExtents;
  /** What the planes of the files were said to be (`--axes`), and how large their voxels (`--voxel-size`); null: as they say. */
  readonly axes: string | null;
  readonly givenVoxelSize: MaybeExtents;
  readonly samples: readonly DataSample[];
}

/** environment.json. */
export interface EnvironmentFile {
  readonly schema: 'unstained.environment/1';
  readonly version: string;
  /** `node 20.20.2`. */
  readonly host: string;
  /** Of ONNX Runtime. */
  readonly onnxruntime: string;
  /** `linux x64`. */
  readonly platform: string;
  /** Of the processor: `AMD EPYC 9354`. */
  readonly processor: string;
  /** As `--device` calls it. */
  readonly device: string;
  readonly threads: number;
  readonly memoryBytes: number;
  /** Channels of a block in ONNX Runtime's fast layout; null where there is none. */
  readonly convBlock: 8 | 16 | null;
  /** How each layer is computed in training; null where a gradient is not needed. */
  readonly layers: readonly {
    readonly layer: string;
    readonly forward: string;
    readonly inputGradient: string | null;
    readonly weightGradient: string | null;
  }[];
  /** How each operator of the training program is computed, and when that way is taken. */
  readonly forms: readonly {
    readonly operator: string;
    readonly form: string;
    readonly when: string;
    readonly count: number;
  }[];
}

const count = z.int().nonnegative();
const extents = z.object({ z: count, y: count, x: count });
const box = z.object({ start: extents, size: extents });
const micrometers = z.number().positive().nullable();
const maybeExtents = z.object({ z: micrometers, y: micrometers, x: micrometers }).nullable();
const image = z.object({
  file: z.string(),
  voxels: z
    .object({
      sha256: z.string(),
      channels: z.int().positive(),
      size: extents,
      voxelSize: maybeExtents,
      statistics: z.array(z.object({ mean: z.number(), std: z.number(), min: z.number(), max: z.number() })),
      normalization: z.array(z.object({ offset: z.number(), scale: z.number() })),
    })
    .nullable(),
});

export const runFile: JsonFile<RunFile> = jsonFile(
  z.object({
    schema: z.literal('unstained.run/1'),
    version: z.string(),
    state: z.enum(['running', 'interrupted', 'finished', 'failed']),
    step: count,
    steps: count,
    seconds: z.number().nonnegative(),
    configSha256: z.string(),
    startedAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  }),
);

export const dataFile: JsonFile<DataFile> = jsonFile(
  z.object({
    schema: z.literal('unstained.data/1'),
    targets: z.array(z.string()).min(1),
    input: z.object({ channels: z.int().positive(), planes: z.int().positive() }),
    voxelSize: maybeExtents,
    axes: z.string().nullable(),
    givenVoxelSize: maybeExtents,
    samples: z
      .array(
        z.object({
          id: z.string(),
          group: z.string().nullable(),
          time: count.nullable(),
          flips: z.object({ y: z.boolean(), x: z.boolean() }),
          role: z.enum(['train', 'val', 'test']),
          train: box.nullable(),
          heldOut: box.nullable(),
          margin: count,
          signal: image,
          targets: z.array(image).min(1),
          weight: image.nullable(),
          mask: z.string().nullable(),
        }),
      )
      .min(1),
  }),
);

export const environmentFile: JsonFile<EnvironmentFile> = jsonFile(
  z.object({
    schema: z.literal('unstained.environment/1'),
    version: z.string(),
    host: z.string(),
    onnxruntime: z.string(),
    platform: z.string(),
    processor: z.string(),
    device: z.string(),
    threads: count,
    memoryBytes: count,
    convBlock: z.union([z.literal(8), z.literal(16)]).nullable(),
    layers: z.array(
      z.object({
        layer: z.string(),
        forward: z.string(),
        inputGradient: z.string().nullable(),
        weightGradient: z.string().nullable(),
      }),
    ),
    forms: z.array(z.object({ operator: z.string(), form: z.string(), when: z.string(), count })),
  }),
);
