/** What simple predictors reach, fitted on the training part and measured on the held-out part. */
import { cropVolume, type Region, type Volume } from '../volume/index.ts';
import { linearFilter } from './linear-filter.ts';
import { normalizedL2, pearson } from './metrics.ts';

export interface Baseline {
  readonly name: 'blank image' | 'z profile' | 'best linear filter';
  /** Null where it is undefined: a blank image does not vary. */
  readonly r: number | null;
  /** NaN where it is undefined: nothing of the held-out part counts, or no filter could be fitted. */
  readonly normalizedL2: number;
}

export interface BaselineField {
  /** Normalized, any number of channels. */
  readonly signal: Volume;
  /** Normalized, one channel. */
  readonly target: Volume;
  readonly weight: Volume | null;
  /** Boxes of the volumes. */
  readonly train: Region;
  readonly heldOut: Region;
}

/** Blank image; the target's mean in each plane (of a stack); the best linear filter. */
export function baselines({ signal, target, weight, train, heldOut }: BaselineField): Baseline[] {
  const truth = cropVolume(target, heldOut).data;
  const w = weight && cropVolume(weight, heldOut).data;
  const measured = (name: Baseline['name'], prediction: Float32Array): Baseline => {
    const r = pearson(prediction, truth, w);
    return { name, r: Number.isNaN(r) ? null : r, normalizedL2: normalizedL2(prediction, truth, w) };
  };
  return [
    measured('blank image', new Float32Array(truth.length)),
    ...(target.size.z > 1 ? [measured('z profile', zProfile(target, weight, train, heldOut))] : []),
    measured('best linear filter', linearFilter(signal, target, weight, train, heldOut)),
  ];
}

/** In each plane of the region the target's mean in that plane of the training part; 0 where nothing counts there. */
function zProfile(target: Volume, weight: Volume | null, train: Region, region: Region): Float32Array {
  const plane = region.size.y * region.size.x;
  const out = new Float32Array(region.size.z * plane);
  for (let z = 0; z < region.size.z; z++) {
    const box = { start: { ...train.start, z: region.start.z + z }, size: { ...train.size, z: 1 } };
    const values = cropVolume(target, box).data;
    const weights = weight && cropVolume(weight, box).data;
    let [sum, total] = [0, 0];
    values.forEach((value, i) => {
      const w = weights ? weights[i] : 1;
      sum += w * value;
      total += w;
    });
    out.fill(total > 0 ? sum / total : 0, z * plane, (z + 1) * plane);
  }
  return out;
}
