/** Whether a patch fits into an image, and which would. */
import { DatasetError } from '../core/index.ts';
import { formatSize, type Size } from '../volume/index.ts';

/** Refuses an image smaller than the patch along any axis. `alignment`: what a patch must be a multiple of, by axis. */
export function requirePatchFits(file: string, size: Size, patch: Size, alignment: Size): void {
  const short = (['z', 'y', 'x'] as const).filter((axis) => size[axis] < patch[axis]);
  if (short.length === 0) return;
  const largest = (axis: 'z' | 'y' | 'x') =>
    Math.min(patch[axis], Math.floor(size[axis] / alignment[axis]) * alignment[axis]);
  const fitting = { z: largest('z'), y: largest('y'), x: largest('x') };
  if (size.z === 1 && patch.z > 1)
    throw new DatasetError('dataset/patch', {
      file,
      what: `${file} is a single plane (${formatSize(size)}); the patch is a block (${formatSize(patch)}).`,
      why: 'A 3D network looks for neighbors above and below.',
      remedy: 'Train on planes: --dims 2.',
    });
  const fits = fitting.z > 0 && fitting.y > 0 && fitting.x > 0;
  throw new DatasetError('dataset/patch', {
    file,
    what: `${file} is (${formatSize(size)}), smaller than the patch (${formatSize(patch)}) along ${short.join(' and ')}.`,
    why: 'Patches are cut from inside the image.',
    remedy: fits
      ? `A patch that fits: --patch ${fitting.z},${fitting.y},${fitting.x}.`
      : `No multiple of ${alignment.x} voxels fits, which this depth of the network needs: take a smaller --depth.`,
  });
}
