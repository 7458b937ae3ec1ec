/**
 * Voxels that patches are cut from: in their file's own type, in memory or in the cache on disk, normalized as they are cut.
 *
 *   y = (x - offset) / scale      one offset and scale a channel
 *
 * Eight or sixteen bits a voxel are a half or a quarter of what float32 would take; the numbers are those that normalizing the
 * whole volume first would give.
 */
import { allocateSamples, bytesPerSample, type SampleType } from '../io/index.ts';
import {
  voxelCount,
  type Affine,
  type Region,
  type SampledVolume,
  type SampleArray,
  type Size,
  type Volume,
  type VoxelSize,
} from '../volume/index.ts';
import { copyPatch, UPRIGHT, type Orientation } from './orientation.ts';
import type { StoredBytes } from './voxel-cache.ts';

export interface StoredImage {
  /** (c, z, y, x), x fastest, as the network sees it: where planes are channels, c counts them. */
  readonly channels: number;
  readonly size: Size;
  readonly type: SampleType;
  /** One a channel. */
  readonly affine: readonly Affine[];
  readonly voxels: { readonly data: SampleArray } | { readonly stored: StoredBytes; readonly offset: number };
}

/** Bytes of the voxels, wherever they lie; all floats are float32. */
export function bytesOf({ channels, size, type }: Pick<StoredImage, 'channels' | 'size' | 'type'>): number {
  return channels * voxelCount(size) * (type.startsWith('float') ? 4 : bytesPerSample(type));
}

/**
 * The patch at `start` (voxels of the image), normalized, all channels (c, z, y, x), into `out` from `at` on. Turned patches
 * need y = x.
 */
export async function cutPatch(
  image: StoredImage,
  start: Size,
  patch: Size,
  orientation: Orientation,
  out: Float32Array,
  at: number,
): Promise<void> {
  const { channels, size, voxels, affine } = image;
  if ('data' in voxels) copyPatch({ data: voxels.data, channels, size }, start, patch, orientation, out, at);
  else {
    const rows = await readRows(image, voxels.stored, voxels.offset, start, patch);
    copyPatch(rows, { z: 0, y: 0, x: start.x }, patch, orientation, out, at);
  }
  const length = voxelCount(patch);
  affine.forEach(({ offset, scale }, c) => normalize(out, at + c * length, at + (c + 1) * length, offset, scale));
}

/** A box of the image as a volume, normalized. */
export async function volumeOf(
  image: StoredImage,
  { start, size }: Region,
  voxelSize: VoxelSize | null,
): Promise<Volume> {
  const data = new Float32Array(image.channels * voxelCount(size));
  await cutPatch(image, start, size, UPRIGHT, data, 0);
  return { data, channels: image.channels, size, voxelSize };
}

/** Whole rows, since those of a plane lie together in the file: the first to the last that the patch touches, of each plane. */
async function readRows(
  { channels, size, type }: StoredImage,
  stored: StoredBytes,
  offset: number,
  start: Size,
  patch: Size,
): Promise<SampledVolume> {
  const rows = { z: patch.z, y: patch.y, x: size.x };
  const plane = rows.y * rows.x;
  const data = allocateSamples(type, channels * rows.z * plane) as SampleArray; // float64 was read as float32
  const width = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(data.buffer);
  const reads = [];
  for (let c = 0; c < channels; c++)
    for (let z = 0; z < rows.z; z++) {
      const from = ((c * size.z + start.z + z) * size.y + start.y) * size.x;
      const to = (c * rows.z + z) * plane;
      reads.push(stored.read(offset + from * width, bytes.subarray(to * width, (to + plane) * width)));
    }
  await Promise.all(reads);
  return { data, channels, size: rows };
}

function normalize(data: Float32Array, from: number, to: number, offset: number, scale: number): void {
  if (offset === 0 && scale === 1) return;
  for (let i = from; i < to; i++) data[i] = (data[i] - offset) / scale;
}
