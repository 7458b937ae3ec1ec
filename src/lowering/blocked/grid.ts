/**
 * How an activation (n, c, z, y, x), or (n, c, y, x), lies in memory in the blocked layout.
 *
 * Channels are padded with zeros to whole blocks of B, and each z plane of each sample is an image of its own: a tensor
 * (planes, C, y, x) of ONNX Runtime's domain com.microsoft.nchwc, in memory (planes, C/B, y, x, B). An activation is kept in
 * parts, so that nothing ever has to be cut or put together:
 *
 * - groups of samples, so that what is made of one group can be used up before the next is begun;
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
  /** Channels with their padding. */
  readonly lanes: number;
  /** Samples of each group. */
  readonly groups: readonly number[];
  /** 2: even and odd planes apart; 1: all planes in order. */
  readonly parities: 1 | 2;
}

/** The grid of a shape; a group has at most `groupVoxels` voxels, but at least one sample. */
export function gridOf(shape: Shape, block: number, groupVoxels: number): Grid {
  const [n, c] = shape;
  const [d, h, w] = shape.length === 4 ? [1, shape[2], shape[3]] : shape.slice(2);
  const perGroup = Math.max(1, Math.floor(groupVoxels / (d * h * w)));
  const count = Math.ceil(n / perGroup);
  const groups = Array.from(
    { length: count },
    (_, g) => Math.floor(((g + 1) * n) / count) - Math.floor((g * n) / count),
  );
  return { n, c, d, h, w, block, lanes: wholeBlocks(c, block), groups, parities: d % 2 === 0 ? 2 : 1 };
}

/** Parts by group, then parity. */
export function partOf(grid: Grid, group: number, parity: number): number {
  return group * grid.parities + parity;
}

export function partCount({ groups, parities }: Grid): number {
  return groups.length * parities;
}

/** Planes of each part of a group. */
export function planesOf({ groups, d, parities }: Grid, group: number): number {
  return (groups[group] * d) / parities;
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
