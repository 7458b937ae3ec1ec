/**
 * Writes an OME-Zarr, 0.5 (Zarr 3) or 0.4 (Zarr 2), of planes as they come, with a pyramid that is made on the way.
 *
 * Axes are always t, c, z, y, x. The levels halve y and x, not z: z is sampled more coarsely already. A chunk is one plane
 * deep unless another is asked for: then a plane is read without its neighbors, as viewers and this program do, and written
 * as soon as it has come, so that memory holds one plane and its levels. 512 x 512 makes 0.25 to 1 MB, what a server and a
 * codec like best. Typed arrays are taken to be little-endian, as they are on all machines that ONNX Runtime runs on.
 */
import { UsageError } from '../../core/index.ts';
import type { Size } from '../../volume/index.ts';
import { bytesPerSample } from '../samples.ts';
import type { ImageDescription, ImageSink, TreeSink } from '../source.ts';
import { zarrArrayV2, zarrArrayV3 } from './array-metadata.ts';
import { halfOf, halvePlane } from './halve-plane.ts';
import { imageAttributes } from './image-metadata.ts';
import { NO_VALUES, widenRange } from './value-range.ts';
import { type ArrayLayout, chunksOf, type Compression, type OmeZarrVersion, writeArray } from './write-array.ts';

export interface OmeZarrOptions {
  /** `0.5` by default; `0.4` for programs that read Zarr 2 only. */
  readonly version?: OmeZarrVersion;
  /** Voxels of a chunk: z 1, y 512, x 512 by default. `z` planes are held in memory. What passes the image is cut. */
  readonly chunk?: Size;
  /** Voxels of a shard, a multiple of `chunk` along each axis: fewer files. 0.5 only. By default each chunk is a file. */
  readonly shards?: Size;
  /** By default `zstd` in 0.5, and in 0.4 `gzip`, there in the wrapping that old readers in Java know (`zlib`). */
  readonly compression?: Compression;
  /** Whether levels of half the size follow, down to 256 or less; they do by default. */
  readonly pyramid?: boolean;
}

const CHUNK: Size = { z: 1, y: 512, x: 512 };
/** A level that fits in this square is the last. */
const SMALLEST_LEVEL = 256;
/** Of the planes of one layer of chunks. */
const MOST_HELD_BYTES = 2 ** 26;

const PLANES = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };

/**
 * The planes come in T, C, Z order: `times * channels * z` of them. The image's description is written at the end.
 * Throws UsageError usage/chunk. Its methods throw what the tree throws, and RangeError for planes of a wrong length, type
 * or number.
 */
export function createOmeZarr(tree: TreeSink, description: ImageDescription, options: OmeZarrOptions = {}): ImageSink {
  const { size, channels, times, type } = description;
  const { version = '0.5' } = options;
  const planes = size.z * channels.length * times;
  const layouts = layoutsOf(tree.name, description, options);
  const arrays = layouts.map((layout) => writeArray(tree, layout));
  const ranges = channels.map(() => NO_VALUES);
  let written = 0;

  const writeJson = (path: string, value: object) =>
    tree.append(path, new TextEncoder().encode(JSON.stringify(value, null, 2)));

  return {
    async writePlane(plane) {
      if (!(plane instanceof PLANES[type]) || plane.length !== size.y * size.x || written === planes)
        throw new RangeError(
          `${tree.name}: plane ${written} of ${planes} has ${plane.length} samples in a ${plane.constructor.name}, ` +
            `(y ${size.y}, x ${size.x}) ${type} are wanted`,
        );
      const channel = Math.floor(written / size.z) % channels.length;
      ranges[channel] = widenRange(ranges[channel], plane);
      let level = plane;
      for (const [index, { size: levelSize }] of layouts.entries()) {
        await arrays[index](level);
        if (index + 1 < layouts.length) level = halvePlane(type, level, levelSize);
      }
      written++;
    },

    async finish() {
      if (written !== planes) throw new RangeError(`${tree.name}: ${written} of ${planes} planes were written`);
      const attributes = imageAttributes(description, { version, ranges, paths: layouts.map(({ path }) => path) });
      if (version === '0.4') {
        for (const layout of layouts) await writeJson(`${layout.path}/.zarray`, zarrArrayV2(layout));
        await writeJson('.zattrs', attributes);
        await writeJson('.zgroup', { zarr_format: 2 });
      } else {
        for (const layout of layouts) await writeJson(`${layout.path}/zarr.json`, zarrArrayV3(layout));
        const ome = { version, ...attributes };
        await writeJson('zarr.json', { zarr_format: 3, node_type: 'group', attributes: { ome } });
      }
      await tree.finish();
    },

    abandon: () => tree.abandon(),
  };
}

/** The levels of the pyramid, the image itself first. */
function layoutsOf(
  file: string,
  description: ImageDescription,
  {
    version = '0.5',
    chunk = CHUNK,
    shards,
    compression = version === '0.4' ? 'gzip' : 'zstd',
    pyramid = true,
  }: OmeZarrOptions,
): ArrayLayout[] {
  requireChunks(file, description, { version, chunk, shards });
  const levels: Size[] = [description.size];
  for (let last = description.size; pyramid && Math.max(last.y, last.x) > SMALLEST_LEVEL; levels.push(last))
    last = { z: last.z, ...halfOf(last) };
  return levels.map((size, level) => {
    const fitting = leastOf(chunk, size);
    const chunks = chunksOf({ size, chunk: fitting });
    return {
      path: String(level),
      version,
      type: description.type,
      times: description.times,
      channels: description.channels.length,
      size,
      chunk: fitting,
      perShard: shards
        ? leastOf({ z: shards.z / chunk.z, y: shards.y / chunk.y, x: shards.x / chunk.x }, chunks)
        : null,
      compression,
    };
  });
}

function leastOf(a: Size, b: Size): Size {
  return { z: Math.min(a.z, b.z), y: Math.min(a.y, b.y), x: Math.min(a.x, b.x) };
}

/** Throws UsageError usage/chunk for chunks and shards that cannot be. */
function requireChunks(
  file: string,
  { size, type }: ImageDescription,
  { version, chunk, shards }: Pick<OmeZarrOptions, 'version' | 'chunk' | 'shards'> & { chunk: Size },
): void {
  const refused = (what: string, why: string, remedy: string) =>
    new UsageError('usage/chunk', { file, what: `${file}: ${what}`, why, remedy });
  const text = ({ z, y, x }: Size) => `(z ${z}, y ${y}, x ${x})`;
  if (
    ![chunk, ...(shards ? [shards] : [])].every(({ z, y, x }) =>
      [z, y, x].every((n) => Number.isSafeInteger(n) && n > 0),
    )
  )
    throw refused(
      `chunks of ${text(chunk)}${shards ? ` in shards of ${text(shards)}` : ''} are asked for.`,
      'Chunks have one voxel or more along each axis.',
      'Give whole numbers from 1.',
    );
  if (shards && version === '0.4')
    throw refused(
      'shards are asked for in OME-Zarr 0.4.',
      'Its Zarr 2 has none.',
      'Write 0.5, or leave the shards out.',
    );
  if (shards && (shards.z % chunk.z || shards.y % chunk.y || shards.x % chunk.x))
    throw refused(
      `shards of ${text(shards)} are not made of whole chunks of ${text(chunk)}.`,
      'A chunk lies in one shard.',
      'Make each extent of the shard a multiple of the chunk\u2019s.',
    );
  const plane = size.y * size.x * bytesPerSample(type);
  const held = Math.min(chunk.z, size.z);
  if (held > 1 && held * plane > MOST_HELD_BYTES)
    throw refused(
      `chunks of ${held} planes would hold ${Math.round((held * plane) / 2 ** 20)} MB in memory.`,
      'Planes wait there until a layer of chunks is whole.',
      `Make chunks of at most z ${Math.max(1, Math.floor(MOST_HELD_BYTES / plane))}.`,
    );
}
