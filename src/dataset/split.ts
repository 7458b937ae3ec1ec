/**
 * Which part of a field trains and which is measured.
 *
 *   x   0 ......... train ......... | margin | ... held out ... right edge
 *
 * The margin is as wide as the network looks: no held-out prediction depends on a voxel that training saw.
 */
import { DatasetError } from '../core/index.ts';
import { formatSize, wholeRegion, type Region, type Size } from '../volume/index.ts';

/** Boxes in voxels of the pair's images. */
export interface Split {
  readonly train: Region;
  readonly heldOut: Region | null;
  /** Columns between the two. */
  readonly margin: number;
}

export interface SplitRequest {
  /** What messages call the image. */
  readonly file: string;
  readonly size: Size;
  /** The training part must hold at least one. */
  readonly patch: Size;
  /** Fraction of the columns, 0 to below 1; 0 keeps all for training, more holds out at least one column. */
  readonly heldOut: number;
  /** Columns. */
  readonly margin: number;
}

/** Throws DatasetError dataset/split where what is left to train on is narrower than a patch. */
export function planSplit({ file, size, patch, heldOut, margin }: SplitRequest): Split {
  if (heldOut === 0) return { train: wholeRegion(size), heldOut: null, margin: 0 };
  const columns = Math.max(1, Math.round(heldOut * size.x));
  const train = size.x - columns - margin;
  if (train < patch.x)
    throw new DatasetError('dataset/split', {
      file,
      what:
        `${file} is (${formatSize(size)}): the last ${columns} columns along x are held out, the ${margin} before them are a ` +
        `margin, which leaves ${Math.max(0, train)} for training; the patch has x ${patch.x}.`,
      why: 'The margin is as wide as the network looks: without it the held-out part would be measured on what training saw.',
      remedy: 'Train on the whole field: --set split.heldOut=0, or take a smaller --depth or --patch.',
    });
  return {
    train: wholeRegion({ ...size, x: train }),
    heldOut: { start: { z: 0, y: 0, x: size.x - columns }, size: { ...size, x: columns } },
    margin,
  };
}
