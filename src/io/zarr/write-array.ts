/** One array of an OME-Zarr, (t, c, z, y, x), as it is written: planes in, encoded chunks out. */
import { deflateGzip, deflateZlib, encodeZstd } from '../../codec/index.ts';
import type { Size } from '../../volume/index.ts';
import { allocateSamples, copySamples, storedBytes } from '../samples.ts';
import type { Samples, TreeSink, WrittenPlane, WrittenType } from '../source.ts';
import { chunkFiles, shardFiles } from './chunk-files.ts';

export type OmeZarrVersion = '0.4' | '0.5';
export type Compression = 'zstd' | 'gzip' | 'none';

/** How an array lies in its folder. */
export interface ArrayLayout {
  /** The folder's name. */
  readonly path: string;
  readonly version: OmeZarrVersion;
  readonly type: WrittenType;
  readonly times: number;
  readonly channels: number;
  readonly size: Size;
  /** Of a chunk, one time and channel each; those at the edges are padded with zeros. */
  readonly chunk: Size;
  /** Chunks of a shard; null where each chunk is a file. */
  readonly perShard: Size | null;
  readonly compression: Compression;
}

/** How many chunks an array has along each axis. */
export function chunksOf({ size, chunk }: Pick<ArrayLayout, 'size' | 'chunk'>): Size {
  return { z: Math.ceil(size.z / chunk.z), y: Math.ceil(size.y / chunk.y), x: Math.ceil(size.x / chunk.x) };
}

/**
 * Takes the planes of the array in T, C, Z order, and writes a layer of chunks when it is whole: what is held in memory are
 * `chunk.z` planes.
 */
export function writeArray(tree: TreeSink, layout: ArrayLayout): (plane: WrittenPlane) => Promise<void> {
  const { version, type, channels, size, chunk, perShard, compression } = layout;
  const chunks = chunksOf(layout);
  const folder = version === '0.4' ? layout.path : `${layout.path}/c`;
  const write = perShard ? shardFiles(tree, folder, { chunks, perShard }) : chunkFiles(tree, folder);
  const encode = ENCODERS[version][compression];
  const layer = allocateSamples(type, chunk.z * size.y * size.x); // (z, y, x)
  let planes = 0;

  return async (plane) => {
    const z = planes % size.z;
    const volume = Math.floor(planes / size.z);
    planes++;
    copySamples(layer, (z % chunk.z) * plane.length, plane as Samples, 0, plane.length); // whatever its buffer is
    const depth = (z % chunk.z) + 1;
    if (depth < chunk.z && z + 1 < size.z) return;
    const place = { time: Math.floor(volume / channels), channel: volume % channels, z: Math.floor(z / chunk.z) };
    for (let y = 0; y < chunks.y; y++)
      for (let x = 0; x < chunks.x; x++) {
        const samples = cutChunk(layer, layout, { depth, y: y * chunk.y, x: x * chunk.x });
        await write({ ...place, y, x }, await encode(storedBytes(type, samples)));
      }
  };
}

/** A chunk of a layer with `depth` planes, from row `y` and column `x`. */
function cutChunk(
  layer: Samples,
  { type, size, chunk }: ArrayLayout,
  { depth, y, x }: { depth: number; y: number; x: number },
): Samples {
  const samples = allocateSamples(type, chunk.z * chunk.y * chunk.x);
  const rows = Math.min(chunk.y, size.y - y);
  const columns = Math.min(chunk.x, size.x - x);
  for (let plane = 0; plane < depth; plane++)
    for (let row = 0; row < rows; row++) {
      const from = (plane * size.y + y + row) * size.x + x;
      copySamples(samples, (plane * chunk.y + row) * chunk.x, layer, from, from + columns);
    }
  return samples;
}

type Encode = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Deflate is in zlib's wrapping in 0.4, since old readers in Java know no other, and in gzip's in 0.5. */
const ENCODERS: Readonly<Record<OmeZarrVersion, Readonly<Record<Compression, Encode>>>> = {
  '0.4': { zstd: encodeZstd, gzip: deflateZlib, none: (bytes) => bytes },
  '0.5': { zstd: encodeZstd, gzip: deflateGzip, none: (bytes) => bytes },
};
