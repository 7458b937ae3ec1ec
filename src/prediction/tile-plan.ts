/**
 * Exact tiles: the whole prediction, bit for bit, from parts that fit into memory.
 *
 * The padded image is the image continued at its far ends to multiples of the alignment (2^depth: the network halves it so
 * often). A tile computes its input box and keeps its core. Input boxes start and end at multiples of the alignment, so that
 * each cell that is halved is the same cell as in the whole; and every core stays as far from an input border inside the image
 * as the network reaches, so that nothing kept depends on what lies beyond. At the image's own borders no halo is needed: there
 * tile and whole end alike.
 *
 * All tiles of a plan have the same input size, since each shape costs a session: at the far end the box is moved inwards.
 */
import { ResourceError } from '../core/index.ts';
import { formatSize, voxelCount, type Region, type Size } from '../volume/index.ts';
import { byAxis } from './regions.ts';

export interface Tile {
  /** What is kept: a box of the image. The cores of a plan cover the image, each voxel once. */
  readonly core: Region;
  /** What is computed: a box of the padded image. */
  readonly input: Region;
}

export interface TileRequest {
  /** Of the image. */
  readonly size: Size;
  /** What starts and sizes must be multiples of: 2^depth; along z 1 for a 2D network. */
  readonly alignment: Size;
  /** How far the network looks; along z 0 for a 2D network, whose tiles are then single planes. */
  readonly reach: Size;
  /** Voxels of an input box that memory allows. */
  readonly maxVoxels: number;
}

/** The image continued to multiples of the alignment. */
export function paddedSize(size: Size, alignment: Size): Size {
  return byAxis((axis) => Math.ceil(size[axis] / alignment[axis]) * alignment[axis]);
}

/**
 * The tiles with the fewest computed voxels, in z, y, x order; among equal plans the one of the largest tiles, whole along z
 * first. Throws ResourceError resource/memory where even the smallest tile is larger than `maxVoxels`.
 */
export function planTiles({ size, alignment, reach, maxVoxels }: TileRequest): readonly Tile[] {
  const padded = paddedSize(size, alignment);
  const choices = (axis: keyof Size) => {
    const all = tilings(padded[axis], alignment[axis], reach[axis]);
    return axis === 'z' && reach.z === 0 ? all.slice(-1) : all;
  };
  const [inZ, inY, inX] = [choices('z'), choices('y'), choices('x')];

  let best: Record<keyof Size, Tiling> | null = null;
  let leastVoxels = Infinity;
  for (const z of inZ)
    for (const y of inY)
      for (const x of inX) {
        const computed = z.computed * y.computed * x.computed;
        if (computed < leastVoxels && z.input * y.input * x.input <= maxVoxels) {
          best = { z, y, x };
          leastVoxels = computed;
        }
      }
  if (!best)
    throw tooLarge(
      byAxis((axis) => Math.min(...choices(axis).map(({ input }) => input))),
      maxVoxels,
    );

  const { z, y, x } = best;
  const spans = { z: place(z, padded.z, size.z), y: place(y, padded.y, size.y), x: place(x, padded.x, size.x) };
  const tiles: Tile[] = [];
  for (const z of spans.z) for (const y of spans.y) for (const x of spans.x) tiles.push(tile({ z, y, x }));
  return tiles;
}

/** One axis cut into input boxes of one length. */
interface Tiling {
  /** Voxels of each. */
  readonly input: number;
  /** Voxels from one to the next; 0 where there is only one. */
  readonly stride: number;
  readonly count: number;
  /** Voxels of all together. */
  readonly computed: number;
}

/** The ways to cut an axis, largest boxes first, without those that compute more than a smaller box does. */
function tilings(extent: number, alignment: number, reach: number): readonly Tiling[] {
  const found: Tiling[] = [];
  for (let input = alignment; input < extent; input += alignment) {
    const stride = Math.floor((input - 2 * reach) / alignment) * alignment; // neighbors share a halo on both sides
    if (stride <= 0) continue;
    const count = 1 + Math.ceil((extent - input) / stride);
    const computed = count * input;
    if (computed <= (found.at(-1)?.computed ?? Infinity)) found.push({ input, stride, count, computed });
  }
  return [{ input: extent, stride: 0, count: 1, computed: extent }, ...found.reverse()];
}

interface Span {
  readonly core: readonly [start: number, end: number];
  readonly input: readonly [start: number, end: number];
}

/** Where the boxes lie, and where their cores meet: in the middle of what neighbors share. */
function place({ input, stride, count }: Tiling, extent: number, imageExtent: number): readonly Span[] {
  const start = (i: number) => Math.min(i * stride, extent - input);
  const meeting = (i: number) => Math.floor((start(i) + start(i - 1) + input) / 2);
  return Array.from({ length: count }, (_, i) => ({
    core: [i === 0 ? 0 : meeting(i), i === count - 1 ? imageExtent : meeting(i + 1)],
    input: [start(i), start(i) + input],
  }));
}

function tile(spans: Record<keyof Size, Span>): Tile {
  const region = (part: keyof Span): Region => ({
    start: byAxis((axis) => spans[axis][part][0]),
    size: byAxis((axis) => spans[axis][part][1] - spans[axis][part][0]),
  });
  return { core: region('core'), input: region('input') };
}

function tooLarge(smallest: Size, maxVoxels: number): ResourceError {
  return new ResourceError('resource/memory', {
    what:
      `The smallest tile that this network can predict exactly is (${formatSize(smallest)}), ${voxelCount(smallest)} voxels; ` +
      `memory is allowed for ${Math.floor(maxVoxels)}.`,
    why: 'A smaller one would not see all that the network looks at, and seams would show.',
    remedy: 'Allow more memory with --memory, close other programs, or use a model of smaller depth.',
  });
}
