/**
 * A U-Net small enough to run in plain loops: at each level a 3-tap filter, half the resolution by sums of cells, the level
 * below, back up, added, another 3-tap filter; zeros beyond the border. One channel, linear, and no two voxels alike.
 */
import type { Size } from '../../volume/index.ts';

const AXES = ['x', 'y', 'z'] as const;
const TAPS = [0.3, 0.5, -0.4];

/** A network of `depth` levels below the first that looks along `axes`; the rest of the axes are left alone. */
export function tinyUnet(
  depth: number,
  axes: readonly (keyof Size)[] = AXES,
): (input: Float32Array, size: Size) => Float32Array {
  return function level(input, size): Float32Array {
    const fine = axes.reduce((data, axis) => filter(data, size, axis), input);
    if (depth === 0) return fine;
    const coarse = tinyUnet(depth - 1, axes)(pool(fine, size, axes), halved(size, axes));
    return axes.reduce((data, axis) => filter(data, size, axis), addUp(fine, coarse, size, axes));
  };
}

/** How far an output looks along one axis: the largest distance that a NaN spreads to, wherever it lies in its cell. */
export function measuredReach(depth: number): number {
  const extent = 40 * 2 ** depth;
  let reach = 0;
  for (let at = extent / 2; at < extent / 2 + 2 ** depth; at++) {
    const input = new Float32Array(extent);
    input[at] = NaN;
    tinyUnet(depth, ['x'])(input, { z: 1, y: 1, x: extent }).forEach((value, x) => {
      if (Number.isNaN(value)) reach = Math.max(reach, Math.abs(x - at));
    });
  }
  return reach;
}

function filter(data: Float32Array, size: Size, axis: keyof Size): Float32Array {
  const step = { x: 1, y: size.x, z: size.x * size.y }[axis];
  return data.map((value, i) => {
    const place = Math.floor(i / step) % size[axis];
    const before = place > 0 ? data[i - step] : 0;
    const after = place < size[axis] - 1 ? data[i + step] : 0;
    return TAPS[0] * before + TAPS[1] * value + TAPS[2] * after;
  });
}

function halved(size: Size, axes: readonly (keyof Size)[]): Size {
  return axes.reduce((half, axis) => ({ ...half, [axis]: size[axis] / 2 }), size);
}

/** For each voxel in order, the index of its cell. */
function cells(size: Size, axes: readonly (keyof Size)[]): Int32Array {
  const half = halved(size, axes);
  const cell = (axis: keyof Size, place: number) => (axes.includes(axis) ? place >> 1 : place);
  return Int32Array.from({ length: size.z * size.y * size.x }, (_, i) => {
    const [z, y, x] = [Math.floor(i / (size.x * size.y)), Math.floor(i / size.x) % size.y, i % size.x];
    return (cell('z', z) * half.y + cell('y', y)) * half.x + cell('x', x);
  });
}

function pool(data: Float32Array, size: Size, axes: readonly (keyof Size)[]): Float32Array {
  const half = halved(size, axes);
  const sums = new Float32Array(half.z * half.y * half.x);
  cells(size, axes).forEach((cell, i) => (sums[cell] += data[i]));
  return sums;
}

function addUp(fine: Float32Array, coarse: Float32Array, size: Size, axes: readonly (keyof Size)[]): Float32Array {
  const at = cells(size, axes);
  return fine.map((value, i) => value + coarse[at[i]]);
}
