/**
 * How a patch lies in the image: as it is, flipped along y or x, turned by quarters. Never flipped along z: light passes a
 * cell from one side, and a cell mirrored in depth gives another image.
 *
 * An orientation is the place of the patch's first voxel in its square of the image and the way that one voxel further along
 * the patch's y and x goes there; flips and turns only change these three.
 */
import type { Config } from '../config/index.ts';
import type { Random } from '../core/index.ts';
import type { SampledVolume, Size } from '../volume/index.ts';

type Step = readonly [y: number, x: number]; // voxels of the image

export interface Orientation {
  readonly first: Step;
  readonly alongY: Step;
  readonly alongX: Step;
}

/** As it lies in the image. */
export const UPRIGHT: Orientation = { first: [0, 0], alongY: [1, 0], alongX: [0, 1] };

/** One of those that `augment` allows, all equally probable. Quarter turns are for square patches. */
export function drawOrientation(augment: Config['augment'], patch: Size, random: Random): Orientation {
  let orientation = UPRIGHT;
  if (augment.flips) {
    if (random.integer(2) === 1) orientation = flipY(orientation, patch);
    if (random.integer(2) === 1) orientation = flipX(orientation, patch);
  }
  if (augment.quarterTurns) {
    if (patch.y !== patch.x) throw new RangeError(`quarter turns of a patch with y ${patch.y}, x ${patch.x}`);
    for (let turns = random.integer(4); turns > 0; turns--) orientation = quarterTurn(orientation, patch);
  }
  return orientation;
}

/** Rows from last to first. */
export function flipY({ first, alongY, alongX }: Orientation, { y }: Size): Orientation {
  return { first: move(first, alongY, y - 1), alongY: [-alongY[0], -alongY[1]], alongX };
}

/** Columns from last to first. */
export function flipX({ first, alongY, alongX }: Orientation, { x }: Size): Orientation {
  return { first: move(first, alongX, x - 1), alongY, alongX: [-alongX[0], -alongX[1]] };
}

/** Counterclockwise as the image is seen: the last column becomes the first row. */
export function quarterTurn({ first, alongY, alongX }: Orientation, { x }: Size): Orientation {
  return { first: move(first, alongX, x - 1), alongY: [-alongX[0], -alongX[1]], alongX: alongY };
}

function move(from: Step, step: Step, count: number): Step {
  return [from[0] + count * step[0], from[1] + count * step[1]];
}

/** The patch of `voxels` at `start`, all channels (c, z, y, x), into `out` from `at` on. */
export function copyPatch(
  { data, channels, size }: SampledVolume,
  start: Size,
  patch: Size,
  { first, alongY, alongX }: Orientation,
  out: Float32Array,
  at: number,
): void {
  const stepY = alongY[0] * size.x + alongY[1];
  const stepX = alongX[0] * size.x + alongX[1];
  for (let c = 0; c < channels; c++)
    for (let z = 0; z < patch.z; z++) {
      let row = ((c * size.z + start.z + z) * size.y + start.y + first[0]) * size.x + start.x + first[1];
      for (let y = 0; y < patch.y; y++, row += stepY, at += patch.x) {
        if (stepX === 1) out.set(data.subarray(row, row + patch.x), at);
        else for (let x = 0, from = row; x < patch.x; x++, from += stepX) out[at + x] = data[from];
      }
    }
}
