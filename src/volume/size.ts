/** Extents, voxel sizes and boxes: always by axis name, so that none is swapped. */

/** A number of voxels along each axis; a plane has z 1. */
export interface Size {
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

/** Micrometers along each axis. `null` is unknown, never 1. */
export interface VoxelSize {
  readonly z: number | null;
  readonly y: number | null;
  readonly x: number | null;
}

/** A box in voxels of the image that the text around it names. */
export interface Region {
  readonly start: Size;
  readonly size: Size;
}

/** z * y * x. */
export function voxelCount(size: Size): number {
  return size.z * size.y * size.x;
}

/** `z 57, y 204, x 341`. */
export function formatSize(size: Size): string {
  return `z ${size.z}, y ${size.y}, x ${size.x}`;
}

export function equalSize(a: Size, b: Size): boolean {
  return a.z === b.z && a.y === b.y && a.x === b.x;
}

/** The box that covers all of an image of this size. */
export function wholeRegion(size: Size): Region {
  return { start: { z: 0, y: 0, x: 0 }, size };
}
