/**
 * Where a target is bright: patches drawn around such voxels show what is to be learned, where most of a field is dark.
 *
 * What is bright is decided channel by channel (Otsu, IEEE Trans. SMC 9, 62, 1979): the threshold that leaves the least
 * variance on its two sides. Of a mask, or a stain on a dark ground, that is between the two. It is trusted where the two sides
 * hold at least 70 % of the variance between them: camera noise alone has 64 % (2 / pi), a Poisson count of 5 has 65 %. Else
 * bright is what stands more than three deviations above the median, where this is more than 0.5 % of the voxels (of noise it
 * would be 0.1 %): spots so few that Otsu does not see them. Else nothing is.
 */
import type { Random } from '../core/index.ts';
import {
  quantiles,
  voxelCount,
  type Region,
  type SampleArray,
  type SampledVolume,
  type Size,
} from '../volume/index.ts';

const BINS = 256;
const SEPARATE = 0.7;
const DEVIATIONS = 3;
/** Lies one deviation below the median of a normal distribution; what is bright hardly moves it. */
const ONE_BELOW = 0.1587;
/** Hot and dead pixels lie beyond: they must not stretch the histogram. */
const [LOWEST, HIGHEST] = [0.001, 0.999];
const RARE = 0.995;

/**
 * Up to `most` of the voxels in `region` that are bright in any channel of `target`, each with the same probability: places in
 * the volume, (z y + y) x + x. Thresholds are those of the whole volume; samples must be finite. None in a blank target.
 */
export function foregroundVoxels(target: SampledVolume, region: Region, most: number, random: Random): Int32Array {
  const { data, size } = target;
  const voxels = voxelCount(size);
  const channels = Array.from({ length: target.channels }, (_, c) => data.subarray(c * voxels, (c + 1) * voxels))
    .map((samples) => ({ samples, threshold: brightAbove(samples) }))
    .filter(({ threshold }) => threshold < Infinity);
  const drawn = new Reservoir(most, random);
  const { start, size: box } = region;
  for (let z = start.z; z < start.z + box.z; z++)
    for (let y = start.y; y < start.y + box.y; y++) {
      const row = (z * size.y + y) * size.x + start.x;
      for (let at = row; at < row + box.x; at++)
        for (const { samples, threshold } of channels)
          if (samples[at] > threshold) {
            drawn.offer(at);
            break;
          }
    }
  return drawn.kept();
}

/** The voxel at a place in (z, y, x) order. */
export function voxelAt(place: number, { y, x }: Size): Size {
  return { z: Math.floor(place / (y * x)), y: Math.floor(place / x) % y, x: place % x };
}

/** Where a patch may start that lies in `region` and holds `voxel`, all places equally probable. */
export function startAround(voxel: Size, patch: Size, region: Region, random: Random): Size {
  const along = (axis: 'z' | 'y' | 'x') => {
    const first = Math.max(region.start[axis], voxel[axis] - patch[axis] + 1);
    const last = Math.min(region.start[axis] + region.size[axis] - patch[axis], voxel[axis]);
    return first + random.integer(last - first + 1);
  };
  return { z: along('z'), y: along('y'), x: along('x') };
}

/** Samples above it are bright; Infinity where none is. */
export function brightAbove(samples: SampleArray): number {
  const [lowest, below, median, rare, highest] = quantiles(samples, [LOWEST, ONE_BELOW, 0.5, RARE, HIGHEST]);
  if (lowest === highest) return highest; // all but a few are equal
  const { threshold, separation } = otsu(samples, lowest, highest);
  if (separation >= SEPARATE) return threshold;
  const outstanding = median + DEVIATIONS * (median - below);
  return rare > outstanding ? outstanding : Infinity;
}

/** Otsu's threshold between `low` and `high`, and which part of the variance (0 to 1) lies between its sides. */
function otsu(
  samples: SampleArray,
  low: number,
  high: number,
): { readonly threshold: number; readonly separation: number } {
  const counts = new Float64Array(BINS);
  const perBin = BINS / (high - low);
  for (let i = 0; i < samples.length; i++)
    counts[Math.max(0, Math.min(BINS - 1, Math.floor((samples[i] - low) * perBin)))]++;
  let [sum, squares] = [0, 0];
  for (let bin = 0; bin < BINS; bin++) {
    sum += counts[bin] * bin;
    squares += counts[bin] * bin * bin;
  }
  const n = samples.length;
  let [dark, darkSum, best, first, last] = [0, 0, 0, 0, 0];
  for (let bin = 0; bin < BINS - 1; bin++) {
    dark += counts[bin];
    darkSum += counts[bin] * bin;
    if (dark === 0 || dark === n) continue;
    const between = (n * darkSum - dark * sum) ** 2 / (dark * (n - dark)); // n^2 times its part of the variance
    if (between > best) first = bin;
    if (between >= best) [best, last] = [between, bin]; // equal over a gap in the histogram
  }
  const variance = n * squares - sum * sum;
  return { threshold: low + (1 + (first + last) / 2) / perBin, separation: best / variance };
}

/** Of all that is offered, up to `most`, each with the same probability (algorithm L; Li, ACM TOMS 20, 481, 1994). */
class Reservoir {
  readonly #kept: Int32Array;
  readonly #random: Random;
  #offered = 0;
  #weight = 1;
  /** The next that is kept, counted as they are offered. */
  #next = 0;

  constructor(most: number, random: Random) {
    this.#kept = new Int32Array(most);
    this.#random = random;
  }

  offer(value: number): void {
    if (this.#offered++ < this.#next) return;
    const { length } = this.#kept;
    if (this.#next < length) this.#kept[this.#next] = value;
    else this.#kept[this.#random.integer(length)] = value;
    this.#next = this.#next < length - 1 ? this.#next + 1 : this.#next + this.#skip();
  }

  kept(): Int32Array {
    return this.#kept.slice(0, this.#offered);
  }

  #skip(): number {
    const uniform = () => 1 - this.#random.uniform(); // never 0
    this.#weight *= Math.exp(Math.log(uniform()) / this.#kept.length);
    return Math.floor(Math.log(uniform()) / Math.log1p(-this.#weight)) + 1;
  }
}
