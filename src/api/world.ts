/** What the verbs need of the world: `unstained/node` has it as `nodeWorld()`. */
import type { ByteSink, Files } from '../io/index.ts';
import type { Runtime } from '../engine/index.ts';
import type { RunStore } from '../run/index.ts';

export interface World {
  readonly files: Files;
  readonly output: Output;
  /** The folder of a run, new or old. */
  openRun(folder: string): RunStore;
  /** Starts what computes; the verb that starts it closes it. */
  startRuntime(): Runtime;
  readonly machine: Machine;
  /** Milliseconds of a clock that only runs forward. */
  now(): number;
  /** ISO 8601, in UTC. */
  date(): string;
  /** SHA-256 of bytes that come in parts, in hexadecimal. */
  createSha256(): Sha256;
  /** Folder of the bundled examples. */
  readonly examples: string;
}

export interface Output {
  /** A file that appears when it is complete. Throws UsageError usage/output-exists unless `overwrite`. */
  createFile(path: string, options: { readonly overwrite: boolean }): Promise<ByteSink>;
  /** Folders on the way included. */
  createFolder(path: string): Promise<void>;
  /** Removes a folder with all that is in it. */
  removeFolder(path: string): Promise<void>;
}

export interface Sha256 {
  update(bytes: Uint8Array): void;
  digest(): string;
}

/** What computes here, for `environment.json` and reports. */
export interface Machine {
  /** `AMD EPYC 9354`. */
  readonly processor: string;
  readonly processors: number;
  readonly memoryBytes: number;
  /** `linux x64`. */
  readonly platform: string;
  /** `node 20.20.2`. */
  readonly host: string;
  /** Versions of unstained and of ONNX Runtime. */
  readonly version: string;
  readonly onnxruntime: string;
}
