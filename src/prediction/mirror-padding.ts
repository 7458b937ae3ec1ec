/**
 * What lies beyond the last voxel, for images whose size is no multiple of the network's alignment: the image again, mirrored
 * at its last voxel (which is not repeated). Zeros would be a dark wall there, and would darken the prediction beside it.
 */
import { cropVolume, voxelCount, type Region, type Size, type Volume } from '../volume/index.ts';
import { byAxis, type ReadRegion } from './regions.ts';

const AXES = ['z', 'y', 'x'] as const;

/** Reads from a volume in memory. */
export function readVolume(volume: Volume): ReadRegion {
  return async (region) => cropVolume(volume, region).data;
}

/**
 * A reader of the image continued beyond its far ends. `read` is asked for one box inside the image, of `size`, for each box
 * of the padded image, and for that box itself where nothing is beyond the end.
 */
export function mirrorPadded(size: Size, read: ReadRegion): ReadRegion {
  return async (region) => {
    const from = { z: sources(region, size, 'z'), y: sources(region, size, 'y'), x: sources(region, size, 'x') };
    const start = byAxis((axis) => Math.min(...from[axis]));
    const inside = { start, size: byAxis((axis) => Math.max(...from[axis]) - start[axis] + 1) };
    const data = await read(inside);
    if (AXES.every((axis) => region.start[axis] + region.size[axis] <= size[axis])) return data;

    const channels = data.length / voxelCount(inside.size);
    const out = new Float32Array(channels * voxelCount(region.size));
    let at = 0;
    for (let c = 0; c < channels; c++)
      for (const z of from.z)
        for (const y of from.y) {
          const row = ((c * inside.size.z + z - start.z) * inside.size.y + y - start.y) * inside.size.x - start.x;
          for (const x of from.x) out[at++] = data[row + x];
        }
    return out;
  };
}

/** For each place of the region along `axis`, the place inside the image that is seen there. */
function sources(region: Region, size: Size, axis: keyof Size): readonly number[] {
  return Array.from({ length: region.size[axis] }, (_, i) => mirrored(region.start[axis] + i, size[axis]));
}

/** 0 1 2 3 2 1 0 1 ... for an extent of 4; a single voxel is seen everywhere. */
function mirrored(place: number, extent: number): number {
  if (extent === 1) return 0;
  const period = 2 * (extent - 1);
  const within = place % period;
  return within < extent ? within : period - within;
}
