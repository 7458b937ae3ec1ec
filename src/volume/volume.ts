/** Voxels in memory, with all that gives them meaning. */
import { voxelCount, type Region, type Size, type VoxelSize } from './size.ts';

/** Float32 samples of one or several channels on one grid. */
export interface Volume {
  /** (c, z, y, x), x fastest. */
  readonly data: Float32Array;
  readonly channels: number;
  readonly size: Size;
  /** Micrometers; null where the file does not say and nobody did. */
  readonly voxelSize: VoxelSize | null;
}

/** The part of `volume` inside `region` (voxels of the volume), all channels. The region must lie inside. */
export function cropVolume(volume: Volume, region: Region): Volume {
  const { size, channels } = volume;
  const { start, size: out } = region;
  for (const axis of ['z', 'y', 'x'] as const)
    if (start[axis] < 0 || out[axis] < 1 || start[axis] + out[axis] > size[axis])
      throw new RangeError(
        `cropVolume: ${axis} ${start[axis]}..${start[axis] + out[axis]} is not inside 0..${size[axis]}`,
      );
  const data = new Float32Array(channels * voxelCount(out));
  let at = 0;
  for (let c = 0; c < channels; c++)
    for (let z = 0; z < out.z; z++)
      for (let y = 0; y < out.y; y++) {
        const row = ((c * size.z + start.z + z) * size.y + start.y + y) * size.x + start.x;
        data.set(volume.data.subarray(row, row + out.x), at);
        at += out.x;
      }
  return { data, channels, size: out, voxelSize: volume.voxelSize };
}

/** One channel of `volume`, a view on the same memory. */
export function channelOf(volume: Volume, channel: number): Volume {
  const length = voxelCount(volume.size);
  return { ...volume, channels: 1, data: volume.data.subarray(channel * length, (channel + 1) * length) };
}
