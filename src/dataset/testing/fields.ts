/** Small fields as files in memory, and a training set of them. */
import { createHash } from 'node:crypto';
import { resolveConfig, type Config } from '../../config/index.ts';
import { random } from '../../core/index.ts';
import type { Samples } from '../../io/index.ts';
import { memoryFiles } from '../../io/testing/memory.ts';
import { writeTiff } from '../../io/testing/write-tiff.ts';
import type { Size } from '../../volume/index.ts';
import { listFields } from '../field.ts';
import type { Sample } from '../sample.ts';
import { planParts, trainingSet, type TrainingSet } from '../training-set.ts';
import type { CachedVoxels, VoxelCache } from '../voxel-cache.ts';

export const SIZE: Size = { z: 5, y: 10, x: 24 };

const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, int16: Int16Array, float32: Float32Array } as const;

/** An ImageJ stack, voxels of 0.3, 0.1, 0.1 um, whose voxels (c, z, y, x) are what `value` says of their number. */
export function stack(
  value: (i: number) => number,
  {
    size = SIZE,
    channels = 1,
    times = 1,
    type = 'float32',
  }: {
    size?: Size;
    channels?: number;
    times?: number;
    type?: 'uint8' | 'uint16' | 'int16' | 'float32';
  } = {},
): Uint8Array<ArrayBuffer> {
  const { z, y, x } = size;
  const pages: Samples[] = [];
  // ImageJ's pages go through channels first, then planes, then times.
  for (let t = 0; t < times; t++)
    for (let plane = 0; plane < z; plane++)
      for (let c = 0; c < channels; c++)
        pages.push(new ARRAYS[type](y * x).map((_, i) => value(((t * channels + c) * z + plane) * y * x + i)));
  const count = `images=${pages.length}\nchannels=${channels}\nslices=${z}\nframes=${times}\nhyperstack=true`;
  const description = `ImageJ=1.53t\n${count}\nunit=um\nspacing=0.3\n`;
  const resolution = { type: 5, values: [10] } as const;
  return writeTiff(pages, { width: x, height: y, type, description, tags: { 282: resolution, 283: resolution } });
}

/** Repeats nothing for a while. */
export const ramp = (i: number): number => (i * 37) % 101;

export function sample(changed: Partial<Sample> = {}): Sample {
  return {
    id: 'a',
    place: null,
    signal: 'bf.tif',
    targets: [{ name: 'dna', path: 'dna.tif' }],
    weight: null,
    mask: null,
    split: null,
    group: null,
    time: null,
    flips: { y: false, x: false },
    ...changed,
  };
}

export const FILES: Readonly<Record<'bf.tif' | 'dna.tif', Uint8Array<ArrayBuffer>>> = {
  'bf.tif': stack(ramp),
  'dna.tif': stack((i) => 3 * ramp(i)),
};

/** Settings of a small network: depth 2, patches of 4 x 8 x 8, all of the field trains. */
export function config(...set: readonly [key: string, value: string][]): Config {
  const small: [string, string][] = [
    ['network.depth', '2'],
    ['patch', '4,8,8'],
    ['batch', '2'],
    ['split.heldOut', '0'],
    ['augment.flips', 'false'],
  ];
  const given = new Map([...small, ...set]);
  return resolveConfig({ set: [...given].map(([key, value]) => ({ key, value })) }).config;
}

export interface SetSettings {
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly samples?: readonly Sample[];
  readonly config?: Config;
  readonly cache?: VoxelCache;
  readonly memoryBytes?: number;
  readonly reach?: number;
}

export async function openSet(settings: SetSettings = {}): Promise<TrainingSet> {
  const { files = FILES, samples = [sample()], config: chosen = config(), reach = 4 } = settings;
  const reading = { files: memoryFiles(files), converter: null, axes: null, voxelSize: null };
  const fields = await listFields(samples, reading, chosen, 2 ** chosen.network.depth);
  return trainingSet(fields, planParts(fields, chosen, reach, random(1)), {
    reading,
    config: chosen,
    memoryBytes: settings.memoryBytes ?? Infinity,
    cache: settings.cache ?? memoryCache(),
    createSha256: () => {
      const hash = createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
    },
  });
}

export interface MemoryCache extends VoxelCache {
  readonly keys: () => readonly string[];
  /** As if the files had been changed. */
  stamps: string;
}

export function memoryCache(): MemoryCache {
  const entries = new Map<string, { bytes: Uint8Array; text: string }>();
  const opened = ({ bytes, text }: { bytes: Uint8Array; text: string }): CachedVoxels => ({
    text,
    bytes: {
      read: async (offset, target) => target.set(bytes.subarray(offset, offset + target.length)),
      close: async () => undefined,
    },
  });
  return {
    stamps: 'first',
    keys: () => [...entries.keys()],
    async find(key) {
      const entry = entries.get(key);
      return entry ? opened(entry) : null;
    },
    async put(key, write) {
      const parts: Uint8Array[] = [];
      const text = await write(async (bytes) => void parts.push(bytes.slice()));
      const entry = { bytes: Uint8Array.from(parts.flatMap((part) => [...part])), text };
      entries.set(key, entry);
      return opened(entry);
    },
    async stamp() {
      return this.stamps;
    },
  };
}
