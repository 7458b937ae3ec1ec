/** What the verbs are asked for and what they answer. The results are the command line's JSON. */
import type { Config } from '../config/index.ts';
import type { AllowableChange } from '../run/index.ts';
import type { LayerForms } from '../training/index.ts';

/** Micrometers. */
export interface GivenVoxelSize {
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

/** A file and the structure that it shows, where a name was given. */
export interface NamedFile {
  readonly name: string | null;
  /** May select within the file: `cells.ome.tif#channel=DNA`. */
  readonly path: string;
}

export interface TrainRequest {
  /** Null where there is a manifest, or a run is resumed: it knows its files. */
  readonly signal: string | null;
  readonly targets: readonly NamedFile[];
  readonly weight: string | null;
  /** Manifests of many samples; none: a pair. */
  readonly data: readonly string[];
  /** Null where a run is resumed: it goes on in its folder. */
  readonly out: string | null;
  readonly config: Config;
  /** Paths of the keys that were given, not taken from the preset. */
  readonly explicit: ReadonlySet<string>;
  /** For images whose files do not say. */
  readonly voxelSize: GivenVoxelSize | null;
  /** What the planes are, where a file does not say or is wrong: `TYX`, `C2ZYX`; null: as it says. */
  readonly axes?: string | null;
  readonly memoryBytes: number | null;
  readonly overwrite: boolean;
  /** Folder of a run to go on with. */
  readonly resume: string | null;
  /** A model to begin with: a package or a run's folder. */
  readonly init: string | null;
  /** What may have changed since that run was stopped. */
  readonly allowChange: ReadonlySet<AllowableChange>;
  /** Nothing is trained: what would be is told. */
  readonly dryRun: boolean;
  /** Told before the first step. */
  readonly onPlan?: (plan: TrainingPlan) => void;
}

/** What a training is going to do. */
export interface TrainingPlan {
  readonly images: {
    readonly train: number;
    /** Whether a part of each is kept aside, not whole images. */
    readonly byParts: boolean;
    /** That are measured now and then, wholes or parts. */
    readonly validation: number;
    /** Those that are measured at the end. */
    readonly test: number;
    /** Of those that train, on the training grid; with ranges where they differ. */
    readonly size: string;
  };
  /** That may be trained on. */
  readonly voxels: number;
  /** Where voxels are kept meanwhile. */
  readonly where: 'memory' | 'disk';
  readonly patches: number;
  /** How often patches cover a voxel, on average. */
  readonly timesSeen: number;
  readonly parameters: number;
  /** Of the process at its peak, foretold. */
  readonly memoryBytes: number;
  readonly steps: number;
  /** Measured. */
  readonly secondsPerStep: number;
  readonly seconds: number;
}

export type TrainResult = PlannedTraining | FinishedTraining;

export interface PlannedTraining {
  readonly schema: 'unstained.train/1';
  readonly state: 'planned';
  readonly plan: TrainingPlan;
}

export interface FinishedTraining {
  readonly schema: 'unstained.train/1';
  readonly state: 'finished';
  /** The run's folder. */
  readonly run: string;
  readonly steps: number;
  /** After which the network was best on what was kept aside: the one that predicts. */
  readonly bestStep: number;
  /** Mean of the last steps. */
  readonly loss: number;
  /** Of training, this call's steps only. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly parameters: number;
  /** Means over what was kept aside and chose the best network; empty where nothing was. */
  readonly heldOut: readonly Measured[];
  /** Means over the images that were kept for the end; empty where there are none. */
  readonly test: readonly Measured[];
  readonly report: string;
}

/** One prediction against one target. */
export interface Measured {
  readonly name: string;
  /** Pearson's r; null where it is undefined (a constant image). */
  readonly r: number | null;
  /** Sum of squared errors over sum of squares, of z-scored images: a blank prediction scores 1. */
  readonly normalizedL2: number;
}

export interface PredictRequest {
  /** A run's folder. */
  readonly model: string;
  readonly images: readonly string[];
  /** A file for one image, a folder for several. */
  readonly out: string;
  readonly voxelSize: GivenVoxelSize | null;
  /** What the planes are, where a file does not say or is wrong: `TYX`, `C2ZYX`; null: as it says. */
  readonly axes?: string | null;
  readonly memoryBytes: number | null;
  readonly overwrite: boolean;
}

export interface PredictResult {
  readonly schema: 'unstained.predict/1';
  readonly outputs: readonly {
    readonly image: string;
    readonly file: string;
    /** Axes and extents of what was written. */
    readonly axes: 'CZYX';
    readonly shape: readonly number[];
    readonly seconds: number;
    readonly tiles: number;
  }[];
}

/** From `from` up to and without `to`; null: from the first, to the last. */
export interface GivenRange {
  readonly from: number | null;
  readonly to: number | null;
}

export interface ConvertRequest {
  /** May select within the file, as all images. */
  readonly image: string;
  /** Its ending says the format. */
  readonly out: string;
  /** In voxels of the image, before it is resampled; null or left out: all of it. */
  readonly crop: { readonly z?: GivenRange; readonly y?: GivenRange; readonly x?: GivenRange } | null;
  /** Names or indices, written in this order; none: all. */
  readonly channels: readonly string[];
  /** Null: all. */
  readonly times: GivenRange | null;
  /** Of what is written: the image is resampled to it. Null: the image's own. */
  readonly voxelSize: GivenVoxelSize | null;
  /** Of the image, where its file does not say. */
  readonly inputVoxelSize: GivenVoxelSize | null;
  /** What its planes are, where the file does not say or is wrong; null: as it says. */
  readonly axes?: string | null;
  /** Null: the image's own, or the smallest that holds it. */
  readonly type: 'uint8' | 'uint16' | 'float32' | null;
  /** `ome-tiff`, ...; null: by the name. */
  readonly format: string | null;
  /** Null: the format's own choice. */
  readonly compression: string | null;
  readonly overwrite: boolean;
}

export interface ConvertResult {
  readonly schema: 'unstained.convert/1';
  readonly image: string;
  readonly file: string;
  readonly format: string;
  readonly axes: 'TCZYX';
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly voxelSize: { readonly z: number | null; readonly y: number | null; readonly x: number | null } | null;
  readonly channels: readonly (string | null)[];
  /** What was assumed, rounded, clipped, filled in or lost. */
  readonly notes: readonly string[];
  readonly seconds: number;
}

export interface EvaluateRequest {
  /** A run's folder, to predict `signal` with; or null, and `predictions` are compared. */
  readonly model: string | null;
  readonly signal: string | null;
  readonly predictions: readonly NamedFile[];
  readonly targets: readonly NamedFile[];
  readonly weight: string | null;
  readonly voxelSize: GivenVoxelSize | null;
  /** What the planes are, where a file does not say or is wrong: `TYX`, `C2ZYX`; null: as it says. */
  readonly axes?: string | null;
  readonly memoryBytes: number | null;
  /** Where the result is written as JSON too. */
  readonly out: string | null;
  readonly overwrite: boolean;
}

export interface EvaluateResult {
  readonly schema: 'unstained.evaluate/1';
  readonly results: readonly (Measured & {
    readonly prediction: string;
    readonly target: string;
    readonly voxels: number;
    /** Null where the target does not vary. */
    readonly r2: number | null;
    readonly nrmse: number | null;
  })[];
}

export interface DemoRequest {
  readonly out: string;
  readonly overwrite: boolean;
}

export interface DemoResult {
  readonly schema: 'unstained.demo/1';
  readonly report: string;
  readonly seconds: number;
  readonly examples: readonly {
    readonly name: string;
    readonly run: string;
    readonly steps: number;
    readonly seconds: number;
    readonly heldOut: readonly Measured[];
  }[];
}

export interface DevicesResult {
  readonly schema: 'unstained.devices/1';
  readonly devices: readonly {
    readonly device: 'cpu';
    readonly processor: string;
    readonly threads: number;
    readonly memoryBytes: number;
    readonly onnxruntime: string;
    /** Channels of a block in ONNX Runtime's fast layout; null where there is none. */
    readonly convBlock: 8 | 16 | null;
    /** Voxels a second through a small network, measured now. */
    readonly voxelsPerSecond: number;
  }[];
  /** Null unless asked for. */
  readonly explained: ExplainedNetwork | null;
}

/** How a training step would be computed. */
export interface ExplainedNetwork {
  readonly batch: number;
  /** (z, y, x), or (y, x). */
  readonly patch: readonly number[];
  /** Of the process at its peak, foretold. */
  readonly memoryBytes: number;
  /** Whether activations are computed again rather than kept, for memory's sake. */
  readonly recompute: boolean;
  readonly layers: readonly LayerForms[];
}
