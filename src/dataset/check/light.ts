/**
 * Whether an image looks like transmitted light or like fluorescence. Light that passes is a bright, even ground with details
 * above and below it; a dye shines on a dark ground. So the tails of the histogram tell:
 *
 *   tail = log((p99.5 - p50) / (p50 - p0.5))      about 0 for transmitted light, or below; 0.7 and more for a dye
 */
import type { Volume } from '../../volume/index.ts';

/** Above it, an image looks like fluorescence. */
export const FLUORESCENCE_TAIL = 0.6;
/** Below it, like transmitted light. */
export const TRANSMITTED_TAIL = 0.3;

/** At most so many samples are sorted. */
const MOST_SAMPLES = 200_000;
/** Tails beyond are as good as this: a mask's lower tail has no width. */
const MOST_TAIL = 6;

/** Of the first channel; it must be finite. */
export function brightTail(volume: Volume): number {
  const [low, middle, high] = quantiles(volume, [0.005, 0.5, 0.995]);
  const [above, below] = [high - middle, middle - low];
  if (above <= 0 && below <= 0) return 0;
  return Math.max(-MOST_TAIL, Math.min(MOST_TAIL, Math.log(above / below)));
}

/** Quantiles of the first channel, from samples evenly spread over it. */
export function quantiles({ data, size }: Volume, parts: readonly number[]): number[] {
  const length = size.z * size.y * size.x;
  const every = Math.max(1, Math.ceil(length / MOST_SAMPLES));
  const samples = Float32Array.from({ length: Math.floor((length - 1) / every) + 1 }, (_, i) => data[i * every]).sort();
  return parts.map((part) => samples[Math.round(part * (samples.length - 1))]);
}
