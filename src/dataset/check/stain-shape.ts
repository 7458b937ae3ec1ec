/**
 * What a stain looks like, in a few numbers that don't depend on its brightness: nuclei are round, axons and membranes long.
 *
 *   roundness = mean of l2 / l1, weighted by l1^2, where l1 < 0      l1 <= l2: curvatures (eigenvalues of the Hessian)
 *
 * at a blur of 4 samples: 1 for round spots, 0 for lines, below for saddles. Frangi et al., Multiscale vessel enhancement
 * filtering, MICCAI 1998. Then how the contrast is shared out between details of 1, 2, 4 and 8 samples (logarithms).
 */
import type { Volume } from '../../volume/index.ts';
import { statistics } from '../../volume/index.ts';
import { blur } from './derived-image.ts';

export interface StainShape {
  readonly roundness: number;
  readonly details: readonly number[];
}

const HESSIAN_BLUR = 4;
const DETAILS = [1, 2, 4, 8];

/** Of the plane with most contrast; null where there is none. */
export function stainShape({ data, size }: Volume): StainShape | null {
  const length = size.y * size.x;
  const planes = Array.from({ length: size.z }, (_, z) => data.subarray(z * length, (z + 1) * length));
  const deviations = planes.map((plane) => statistics(plane).std);
  const most = Math.max(...deviations);
  if (!(most > 0) || size.y < 32 || size.x < 32) return null;
  const plane = planes[deviations.indexOf(most)];
  const blurred = new Map(
    [...DETAILS, 2 * DETAILS[DETAILS.length - 1]].map((sigma) => [sigma, blur(plane, size, sigma)]),
  );
  const at = (sigma: number) => blurred.get(sigma) ?? plane;
  const contrast = DETAILS.map((sigma) => {
    const [sharp, soft] = [at(sigma), at(2 * sigma)];
    return sharp.reduce((sum, value, i) => sum + (value - soft[i]) ** 2, 0);
  });
  const all = contrast.reduce((a, b) => a + b);
  return { roundness: roundnessOf(at(HESSIAN_BLUR), size.y, size.x), details: contrast.map((c) => Math.log(c / all)) };
}

function roundnessOf(plane: Float32Array, rows: number, columns: number): number {
  let [sum, weights] = [0, 0];
  for (let y = 1; y < rows - 1; y++)
    for (let x = 1, at = y * columns + 1; x < columns - 1; x++, at++) {
      const yy = plane[at - columns] + plane[at + columns] - 2 * plane[at];
      const xx = plane[at - 1] + plane[at + 1] - 2 * plane[at];
      const xy =
        (plane[at + columns + 1] + plane[at - columns - 1] - plane[at + columns - 1] - plane[at - columns + 1]) / 4;
      const [mean, half] = [(yy + xx) / 2, Math.sqrt(((yy - xx) / 2) ** 2 + xy * xy)];
      const [low, high] = [mean - half, mean + half];
      if (low >= 0) continue;
      sum += low * low * Math.max(-1, Math.min(1, high / low));
      weights += low * low;
    }
  return weights > 0 ? sum / weights : 0;
}
