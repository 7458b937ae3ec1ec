/**
 * What the command line asks of the library: the verbs and the world that they work in. `main` takes it as an argument,
 * so that parsing, messages and exit codes can be tested without training anything.
 */
import type { LongCall } from '../core/index.ts';
import type { Config } from '../config/index.ts';

/** Micrometers. */
export interface GivenVoxelSize {
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

/** A file and the structure that it shows, where a name was given. */
export interface NamedFile {
  readonly name: string | null;
  readonly path: string;
}

export interface TrainRequest {
  /** Null where a run is resumed: it knows its files. */
  readonly signal: string | null;
  readonly targets: readonly NamedFile[];
  readonly weight: string | null;
  /** Null where a run is resumed: it goes on in its folder. */
  readonly out: string | null;
  readonly config: Config;
  readonly explicit: ReadonlySet<string>;
  readonly voxelSize: GivenVoxelSize | null;
  readonly memoryBytes: number | null;
  readonly overwrite: boolean;
  readonly resume: string | null;
}

export interface TrainResult {
  readonly schema: 'unstained.train/1';
  readonly run: string;
  readonly steps: number;
  readonly loss: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly parameters: number;
  readonly heldOut: readonly { readonly name: string | null; readonly r: number; readonly normalizedL2: number }[];
  readonly report: string | null;
}

export interface PredictRequest {
  readonly model: string;
  readonly images: readonly string[];
  readonly out: string;
  readonly voxelSize: GivenVoxelSize | null;
  readonly memoryBytes: number | null;
  readonly overwrite: boolean;
}

export interface PredictResult {
  readonly schema: 'unstained.predict/1';
  readonly outputs: readonly {
    readonly image: string;
    readonly file: string;
    readonly seconds: number;
    readonly tiles: number;
  }[];
}

export interface EvaluateRequest {
  readonly model: string | null;
  readonly signal: string | null;
  readonly predictions: readonly NamedFile[];
  readonly targets: readonly NamedFile[];
  readonly weight: string | null;
  readonly out: string | null;
  readonly overwrite: boolean;
}

export interface EvaluateResult {
  readonly schema: 'unstained.evaluate/1';
  readonly results: readonly {
    readonly name: string | null;
    readonly voxels: number;
    readonly r: number;
    readonly normalizedL2: number;
  }[];
}

export interface DemoResult {
  readonly schema: 'unstained.demo/1';
  readonly report: string;
  readonly seconds: number;
  readonly examples: readonly object[];
}

/** W is the world: files, runtime, clock. */
export interface Verbs<W> {
  train(world: W, request: TrainRequest, call: LongCall): Promise<TrainResult>;
  predict(world: W, request: PredictRequest, call: LongCall): Promise<PredictResult>;
  evaluate(world: W, request: EvaluateRequest, call: LongCall): Promise<EvaluateResult>;
  inspect(world: W, path: string, request: { readonly pixels: boolean }, call: LongCall): Promise<object>;
  devices(world: W): Promise<object>;
  demo(
    world: W,
    request: { readonly out: string; readonly minutes: number | null; readonly overwrite: boolean },
    call: LongCall,
  ): Promise<DemoResult>;
}

export interface WorldSettings {
  /** Null: as many as the machine has. */
  readonly threads: number | null;
  readonly device: 'cpu';
}
