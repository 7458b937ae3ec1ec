/** The verbs' world in Node: files, onnxruntime-node, clock, machine. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideInflate } from '../codec/index.ts';
import type { Machine, Runtime } from '../engine/index.ts';
import type { Converter, Files, Output } from '../io/index.ts';
import type { VoxelCache } from '../dataset/index.ts';
import type { RunStore } from '../run/index.ts';
import { createFile, createFolder, isSame } from './byte-sink.ts';
import { defaultCache, userConverter } from './converter.ts';
import { nodeFiles } from './files.ts';
import { inflateInThreads } from './inflate.ts';
import { startOnnxRuntime } from './onnx-runtime.ts';
import { runFolder } from './run-store.ts';
import { createTree } from './tree-sink.ts';
import { voxelCache } from './voxel-cache.ts';

export interface NodeWorldSettings {
  /** Null: as many as the machine has. */
  readonly threads?: number | null;
  readonly device?: 'cpu';
  /** Path of bfconvert or bioformats2raw; null: the environment or the PATH says. */
  readonly converter?: string | null;
}

const VOXEL_CACHE_BYTES = 100e9;

/** What `train`, `predict` and the other verbs take as their world. */
export function nodeWorld({ threads = null, converter = null }: NodeWorldSettings = {}): NodeWorld {
  provideInflate(inflateInThreads);
  return {
    files: nodeFiles,
    converter: userConverter({ program: converter }),
    output: {
      createFile,
      createTree,
      isSame,
      createFolder,
      removeFolder: (path) => rm(path, { recursive: true, force: true }),
    },
    voxelCache: voxelCache(join(defaultCache(process.env), 'voxels'), VOXEL_CACHE_BYTES),
    openRun: runFolder,
    startRuntime: () => startOnnxRuntime(threads === null ? {} : { threads }),
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      processors: availableParallelism(),
      memoryBytes: totalmem(),
      platform: `${platform()} ${arch()}`,
      host: `node ${process.versions.node}`,
      version: packageVersion('../../package.json'),
      onnxruntime: onnxRuntimeVersion(),
    },
    now: () => performance.now(),
    date: () => new Date().toISOString(),
    createSha256() {
      const hash = createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
    },
    examples: fileURLToPath(new URL('../../examples', import.meta.url)),
  };
}

export interface NodeWorld {
  readonly files: Files;
  readonly converter: Converter;
  readonly output: Output;
  readonly voxelCache: VoxelCache;
  openRun(folder: string): RunStore;
  startRuntime(): Promise<Runtime>;
  readonly machine: Machine;
  now(): number;
  date(): string;
  createSha256(): { update(bytes: Uint8Array): void; digest(): string };
  readonly examples: string;
}

function packageVersion(path: string): string {
  const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string };
  return version;
}

function onnxRuntimeVersion(): string {
  try {
    const path = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  } catch {
    return 'not installed';
  }
}
