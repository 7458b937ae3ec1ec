/** How far a prediction looks: what tiles need around them, and what training must keep away from a held-out part. */
import type { NetworkDescription } from './description.ts';

/** Voxels along one axis that every size, and every tile's first voxel, must be a multiple of: 2^depth. */
export function alignmentOf({ depth }: Pick<NetworkDescription, 'depth'>): number {
  return 2 ** depth;
}

/**
 * The receptive field's reach: the largest distance, in voxels along one axis, from a predicted voxel to one that it
 * depends on. 3 at depth 0, 10, 24, 52, 108 at depth 1, 2, 3, 4. A 2D network does not reach along z.
 *
 * Followed backwards through the network: a 3-convolution widens an interval by one voxel, a step down halves it, a step
 * up doubles it. Where a voxel lies within its cell of 2^depth matters, so the largest over a cell is taken.
 */
export function reachOf({ depth }: Pick<NetworkDescription, 'depth'>): number {
  let reach = 0;
  for (let voxel = 0; voxel < 2 ** depth; voxel++) {
    const [first, last] = levelNeeds(depth, [voxel - 1, voxel + 1]); // conv_out
    reach = Math.max(reach, voxel - first, last - voxel);
  }
  return reach;
}

type Interval = readonly [first: number, last: number];

const twoConvolutions = ([first, last]: Interval): Interval => [first - 2, last + 2];

/** The interval of a level's input that the interval of its output depends on. */
function levelNeeds(depth: number, output: Interval): Interval {
  if (depth === 0) return twoConvolutions(output);
  const merged = twoConvolutions(output);
  const below = levelNeeds(depth - 1, [Math.floor(merged[0] / 2), Math.floor(merged[1] / 2)]);
  return twoConvolutions([Math.min(merged[0], 2 * below[0]), Math.max(merged[1], 2 * below[1] + 1)]);
}
