/**
 * How the light of a patch is varied, so that a network learns shapes and not the exposure of one field: brightness, contrast,
 * and the noise of a camera, in deviations of the normalized signal.
 *
 *   x' = x exp(contrast a) + brightness b + e n      a, b normal, e uniform in [0, noise), once a patch; n noise, each voxel
 */
import type { Random } from '../core/index.ts';

export interface Intensity {
  readonly contrast: number;
  readonly brightness: number;
  readonly noise: number;
}

/** Varies one patch (all channels alike, but for the noise) in place. */
export function varyIntensity(patch: Float32Array, { contrast, brightness, noise }: Intensity, random: Random): void {
  const scale = Math.exp(contrast * random.normal());
  const shift = brightness * random.normal();
  // Noise of deviation e from one uniform number: a tenth of the time of a normal one, which nothing here depends on.
  const width = noise * random.uniform() * Math.sqrt(12);
  for (let i = 0; i < patch.length; i++) patch[i] = patch[i] * scale + shift + width * (random.uniform() - 0.5);
}
