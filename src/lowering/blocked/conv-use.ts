/** What blocked forms ask of a convolution: its kernel, its depth, and how many samples share a block in it. */
import type { Shape } from '../../graph/index.ts';
import { foldOf } from './grid.ts';
import type { WayAlongZ } from './same-convolution.ts';

/** The ways along z, and when each is taken. */
export const WAYS: Readonly<Record<WayAlongZ, string>> = {
  'each plane alone': '3x3 in plane, or a single plane',
  'one pair': '3x3x3, two planes',
  'Winograd along z': '3x3x3, an even number of planes, four or more',
  'shifted planes': '3x3x3, an odd number of planes',
};
export const ways: readonly WayAlongZ[] = Object.keys(WAYS) as WayAlongZ[];

/** A convolution of x by w, whichever of its three operators is meant. */
export interface ConvUse {
  readonly x: Shape;
  readonly w: Shape;
  readonly strides: readonly number[];
  readonly pads: readonly number[];
}

/** 3x3 or 3x3x3, stride 1, a zero around. */
export function isSame({ x, w, strides, pads }: ConvUse): boolean {
  const kernel = w.slice(2);
  return isSpatial(x) && kernel.every((k, i) => k === 3 && strides[i] === 1 && pads[i] === 1);
}

/** 2x2 or 2x2x2, stride 2, no padding, even extents. */
export function isHalving({ x, w, strides, pads }: ConvUse): boolean {
  return isSpatial(x) && w.slice(2).every((k, i) => k === 2 && strides[i] === 2 && pads[i] === 0 && x[i + 2] % 2 === 0);
}

export function isSpatial(x: Shape): boolean {
  return x.length === 4 || x.length === 5;
}

export function depthOf(x: Shape): number {
  return x.length === 5 ? x[2] : 1;
}

export function kzOf(w: Shape): number {
  return w.length === 5 ? w[2] : 1;
}

/** Samples that share a block all the way through: of the activations the fewest. */
export function sharedFold(block: number, ...activations: readonly Shape[]): number {
  return Math.min(...activations.map(([n, c]) => foldOf(n, c, block)));
}

/** A channel count's forms where samples share blocks, and where they do not: only there are weights kept in blocks. */
interface Sharing {
  readonly shared: boolean;
  readonly name: string;
}

export const SHARINGS: readonly Sharing[] = [
  { shared: false, name: 'blocked' },
  { shared: true, name: 'blocked, samples side by side' },
];
