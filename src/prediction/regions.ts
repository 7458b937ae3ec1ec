/** How voxels come in and go out, box by box. */
import type { Region, Size } from '../volume/index.ts';

/** The voxels of a box: (c, z, y, x), x fastest, all channels. */
export type ReadRegion = (region: Region) => Promise<Float32Array>;

export type WriteRegion = (region: Region, data: Float32Array) => Promise<void>;

/** A size from what holds for each axis. */
export function byAxis(of: (axis: keyof Size) => number): Size {
  return { z: of('z'), y: of('y'), x: of('x') };
}
