/**
 * How an activation (n, c, z, y, x), or (n, c, y, x), lies in memory in the blocked layout.
 *
 * Channels are padded with zeros to whole blocks of B, and each z plane of each sample is an image of its own: a tensor
 * (planes, C, y, x) of ONNX Runtime's domain com.microsoft.nchwc, in memory (planes, C/B, y, x, B). An activation is kept in
 * parts; they are cut or put together only where levels of the network meet:
 *
 * - groups of samples, so that what is made of one group can be used up before the next is begun;
 * - where channels fill half of a block or less, samples share it: with f samples to a block, sample i of a group of n has the
 *   slot s = floor(i f / n), the channels s c .. (s + 1) c of plane set i mod (n / f). What is done to channels is then done to
 *   f samples at once, by weights that are zero from one slot to another;
 * - in each group, where z is even, the planes 0, 2, 4, ... apart from 1, 3, 5, ...: convolutions along z work on pairs.
 */
import type { Shape } from '../../graph/index.ts';

export interface Grid {
  readonly n: number;
  readonly c: number;
  readonly d: number;
  readonly h: number;
  readonly w: number;
  readonly block: number;
  /** Samples that share a block. */
  readonly fold: number;
  /** Channels of all slots with their padding. */
  readonly lanes: number;
  /** Samples of each group. */
  readonly groups: readonly number[];
  /** 2: even and odd planes apart; 1: all planes in order. */
  readonly parities: 1 | 2;
}

/** The grid of a shape; a group has at most `groupVoxels` voxels, but at least one sample in each slot. */
export function gridOf(shape: Shape, block: number, groupVoxels: number): Grid {
  const [n, c] = shape;
  const [d, h, w] = shape.length === 4 ? [1, shape[2], shape[3]] : shape.slice(2);
  const fold = foldOf(n, c, block);
  const sets = n / fold;
  const count = Math.ceil(sets / Math.max(1, Math.floor(groupVoxels / (fold * d * h * w))));
  const groups = Array.from(
    { length: count },
    (_, g) => fold * (Math.floor(((g + 1) * sets) / count) - Math.floor((g * sets) / count)),
  );
  return { n, c, d, h, w, block, fold, lanes: wholeBlocks(fold * c, block), groups, parities: d % 2 === 0 ? 2 : 1 };
}

/** Samples of `c` channels that share a block: so many that it is filled best, and that `n` samples fill all slots. */
export function foldOf(n: number, c: number, block: number): number {
  let fold = 1;
  while (2 * fold * c <= block && n % (2 * fold) === 0) fold *= 2;
  return fold;
}

/** Numbers at a voxel of each of `n` samples of `c` channels, padding included. */
export function lanesPerSample(n: number, c: number, block: number): number {
  const fold = foldOf(n, c, block);
  return wholeBlocks(fold * c, block) / fold;
}

/** The same activation cut as another is. */
export function cutLike(grid: Grid, { groups }: Pick<Grid, 'groups'>, fold: number): Grid {
  return { ...grid, groups, fold, lanes: wholeBlocks(fold * grid.c, grid.block) };
}

/** Parts by group, then parity. */
export function partOf(grid: Grid, group: number, parity: number): number {
  return group * grid.parities + parity;
}

/** Planes of each part of a group. */
export function planesOf(grid: Grid, group: number): number {
  return (setsOf(grid, group) * grid.d) / grid.parities;
}

/** Sets of samples that share blocks: what a part's first axis counts, times its planes. */
export function setsOf({ groups, fold }: Grid, group: number): number {
  return groups[group] / fold;
}

/** Numbers in one plane. */
export function planeSize({ lanes, h, w }: Grid): number {
  return lanes * h * w;
}

/** `c` and what is missing to the next multiple of `block`. */
export function wholeBlocks(c: number, block: number): number {
  return Math.ceil(c / block) * block;
}

/** The ONNX shape of a part. */
export function partShape(grid: Grid, part: number): Shape {
  return [planesOf(grid, Math.floor(part / grid.parities)), grid.lanes, grid.h, grid.w];
}
