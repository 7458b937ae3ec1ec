/**
 * Another voxel size: each axis filtered by `axisFilter`, x, then y, then z. Sums are float64, what is between axes is float32.
 * A voxel that is NaN or infinite makes so each new one that it counts in, and no other.
 */
import { axisFilter, type AxisFilter } from './axis-filter.ts';
import { voxelCount, type Size, type VoxelSize } from './size.ts';
import type { Volume } from './volume.ts';

/** A grid to resample to. Its corner is the volume's own. */
export interface Grid {
  readonly size: Size;
  /** Micrometers; null where an axis stays as it is. */
  readonly voxelSize: VoxelSize | null;
}

/** Steps that differ by less are the same: what a decimal or a rational of a file loses, far below a voxel in any image. */
const SAME_STEP = 1e-6;

/** How many times as long the steps become along each axis; exactly 1 where they stay. Throws RangeError without a size. */
export function stepRatios(from: VoxelSize | null, to: VoxelSize | null): Size {
  const ratio = (axis: keyof Size) => {
    const [before, after] = [from?.[axis] ?? null, to?.[axis] ?? null];
    if (after === null) return 1;
    if (before === null) throw new RangeError(`resample: the voxel size along ${axis} is not known`);
    const found = after / before;
    return Math.abs(found - 1) <= SAME_STEP ? 1 : found;
  };
  return { z: ratio('z'), y: ratio('y'), x: ratio('x') };
}

/** The grid of the same field in voxels of another size: round(n * size / new size) of them, at least one. */
export function resampledGrid({ size, voxelSize }: Grid, to: VoxelSize): Grid {
  const ratios = stepRatios(voxelSize, to);
  const count = (axis: keyof Size) => Math.max(1, Math.round(size[axis] / ratios[axis]));
  const step = (axis: keyof Size) => (ratios[axis] === 1 ? (voxelSize?.[axis] ?? null) : to[axis]);
  return {
    size: { z: count('z'), y: count('y'), x: count('x') },
    voxelSize: { z: step('z'), y: step('y'), x: step('x') },
  };
}

/**
 * `volume` on another grid, of exactly its size: a prediction made in voxels of 0.3 um goes back to those of its image. Axes
 * whose voxel sizes are equal keep their samples bit for bit. Throws RangeError where the volume's voxel size is not known.
 */
export function resampleTo(volume: Volume, grid: Grid): Volume {
  const { size, voxelSize } = grid;
  const ratios = stepRatios(volume.voxelSize, voxelSize);
  const filter = (axis: keyof Size) => axisFilter(volume.size[axis], ratios[axis], 0, size[axis]);
  const [filterZ, filterY, filterX] = [filter('z'), filter('y'), filter('x')];
  const data = new Float32Array(volume.channels * voxelCount(size));
  const [planeBefore, planeAfter] = [volume.size.y * volume.size.x, size.y * size.x];
  for (let c = 0; c < volume.channels; c++) {
    const planes = Array.from({ length: filterZ.length }, (_, i) => {
      const at = (c * volume.size.z + filterZ.start + i) * planeBefore;
      return filterPlane(boxOf(volume, at, filterY, filterX), filterY, filterX);
    });
    for (let z = 0; z < size.z; z++) {
      const at = (c * size.z + z) * planeAfter;
      blendPlanes(planes, filterZ, z, data.subarray(at, at + planeAfter));
    }
  }
  const step = (axis: keyof Size) => voxelSize?.[axis] ?? volume.voxelSize?.[axis] ?? null;
  return { data, channels: volume.channels, size, voxelSize: { z: step('z'), y: step('y'), x: step('x') } };
}

/** What of the plane that begins at `at` the filters need. */
function boxOf(
  { data, size }: Volume,
  at: number,
  { start: y, length: rows }: AxisFilter,
  x: AxisFilter,
): Float32Array {
  if (x.length === size.x) return data.subarray(at + y * size.x, at + (y + rows) * size.x);
  const box = new Float32Array(rows * x.length);
  for (let row = 0; row < rows; row++) {
    const from = at + (y + row) * size.x + x.start;
    box.set(data.subarray(from, from + x.length), row * x.length);
  }
  return box;
}

/** A plane on the new grid, from the box (y, x) of old samples that the filters need. */
export function filterPlane(box: Float32Array, filterY: AxisFilter, filterX: AxisFilter): Float32Array {
  const rows = Array.from({ length: filterY.length }, (_, y) =>
    filterRow(box.subarray(y * filterX.length, (y + 1) * filterX.length), filterX),
  );
  const width = rows[0].length;
  const height = filterY.taps?.length ?? filterY.length;
  const plane = new Float32Array(height * width);
  for (let y = 0; y < height; y++) blendPlanes(rows, filterY, y, plane.subarray(y * width, (y + 1) * width));
  return plane;
}

function filterRow(row: Float32Array, { taps }: AxisFilter): Float32Array {
  if (!taps) return row;
  const filtered = new Float32Array(taps.length);
  for (let i = 0; i < taps.length; i++) {
    const { first, weights } = taps[i];
    let sum = 0;
    for (let k = 0; k < weights.length; k++) if (weights[k] !== 0) sum += weights[k] * row[first + k];
    filtered[i] = sum;
  }
  return filtered;
}

/** New plane (or row) `index` of an axis into `into`; `planes` are the old ones from the filter's start on. */
export function blendPlanes(
  planes: readonly Float32Array[],
  { taps }: AxisFilter,
  index: number,
  into: Float32Array,
): void {
  if (!taps) {
    into.set(planes[index]);
    return;
  }
  const { first, weights } = taps[index];
  const sums = new Float64Array(into.length);
  for (let k = 0; k < weights.length; k++) {
    const [plane, weight] = [planes[first + k], weights[k]];
    if (weight !== 0) for (let i = 0; i < sums.length; i++) sums[i] += weight * plane[i];
  }
  into.set(sums);
}
