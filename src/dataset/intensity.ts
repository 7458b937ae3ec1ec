/**
 * How the light of a patch is varied, so that a network learns shapes and not the exposure of one field: brightness, contrast,
 * and the noise of a camera, in deviations of the normalized signal.
 *
 *   x' = x exp(0.2 a) + 0.2 b + e n        a, b normal, once a patch; e uniform in [0, 0.8), once a patch; n noise, each voxel
 */
import type { Random } from '../core/index.ts';

const CONTRAST = 0.2;
const BRIGHTNESS = 0.2;
const NOISE = 0.8;

/** Varies one patch (all channels alike, but for the noise) in place. */
export function varyIntensity(patch: Float32Array, random: Random): void {
  const scale = Math.exp(CONTRAST * random.normal());
  const shift = BRIGHTNESS * random.normal();
  // Noise of deviation e from one uniform number: a tenth of the time of a normal one, which nothing here depends on.
  const width = NOISE * random.uniform() * Math.sqrt(12);
  for (let i = 0; i < patch.length; i++) patch[i] = patch[i] * scale + shift + width * (random.uniform() - 0.5);
}
