/** What the verbs need of the world: `unstained/node` has it as `nodeWorld()`. */
import type { Machine, Runtime } from '../engine/index.ts';
import type { Converter, Files, Output } from '../io/index.ts';
import type { VoxelCache } from '../dataset/index.ts';
import type { RunStore } from '../run/index.ts';

export interface World {
  readonly files: Files;
  /** For formats that are not read; null where there is none. */
  readonly converter: Converter | null;
  readonly output: Output;
  /** For voxels of a training that memory has no room for. */
  readonly voxelCache: VoxelCache;
  /** The folder of a run, new or old. */
  openRun(folder: string): RunStore;
  /** Starts what computes; the verb that starts it closes it. */
  startRuntime(): Promise<Runtime>;
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

export interface Sha256 {
  update(bytes: Uint8Array): void;
  digest(): string;
}
