/**
 * How good a prediction p of a target t is, over n voxels with weights w (1 where there is no map), W = sum w.
 *
 *   mean_t = sum w t / W      var_t = sum w (t - mean_t)^2 / W      cov = sum w (p - mean_p)(t - mean_t) / W
 *   Pearson r      cov / sqrt(var_p var_t)
 *   normalized L2  sum w (t - p)^2 / sum w t^2         on z-scored images: Ounkomol et al. 2018; a blank prediction scores 1
 *   R2             1 - sum w (t - p)^2 / (W var_t)     the coefficient of determination: the mean scores 0, worse is below
 *   NRMSE          sqrt(sum w (t - p)^2 / W / var_t)   the error in standard deviations of the target
 *
 * Sums are taken in float64; a voxel without weight counts for nothing, even where it holds NaN. Arrays of unequal lengths are a RangeError. What is undefined is NaN: everything where no
 * weight is left; r where either image is constant, R2 and NRMSE where the target is, normalized L2 where it is 0.
 */

export type Weights = Float32Array | null;

export function pearson(prediction: Float32Array, target: Float32Array, weight: Weights): number {
  const { varianceP, varianceT, covariance } = moments(prediction, target, weight);
  if (!(varianceP > 0 && varianceT > 0)) return NaN;
  // Rounding may lead a hair past 1, which no correlation is.
  return Math.max(-1, Math.min(1, covariance / Math.sqrt(varianceP) / Math.sqrt(varianceT)));
}

/** Both images are z-scored by the target's mean and deviation. */
export function normalizedL2(prediction: Float32Array, target: Float32Array, weight: Weights): number {
  requireEqualLengths(prediction, target, weight);
  let squares = 0;
  let all = 0;
  for (let i = 0; i < target.length; i++) {
    const w = weight ? weight[i] : 1;
    if (w === 0) continue;
    squares += w * (target[i] - prediction[i]) ** 2;
    all += w * target[i] ** 2;
  }
  return all > 0 ? squares / all : NaN;
}

export function r2(prediction: Float32Array, target: Float32Array, weight: Weights): number {
  const { varianceT, squaredError } = moments(prediction, target, weight);
  return varianceT > 0 ? 1 - squaredError / varianceT : NaN;
}

export function nrmse(prediction: Float32Array, target: Float32Array, weight: Weights): number {
  const { varianceT, squaredError } = moments(prediction, target, weight);
  return varianceT > 0 ? Math.sqrt(squaredError / varianceT) : NaN;
}

/**
 * Means first, then what is around them: the short formula would lose digits where a mean is far from 0. Both are taken
 * from the first voxel that counts: so a constant has a variance of exactly 0, which rounding would make a little more.
 */
function moments(prediction: Float32Array, target: Float32Array, weight: Weights) {
  requireEqualLengths(prediction, target, weight);
  const first = weight ? weight.findIndex((w) => w > 0) : 0;
  const [originP, originT] = [prediction[first], target[first]];
  let total = 0;
  let sumP = 0;
  let sumT = 0;
  for (let i = 0; i < target.length; i++) {
    const w = weight ? weight[i] : 1;
    if (w === 0) continue;
    total += w;
    sumP += w * (prediction[i] - originP);
    sumT += w * (target[i] - originT);
  }
  const [meanP, meanT] = [sumP / total, sumT / total];
  let [squaresP, squaresT, products, errors] = [0, 0, 0, 0];
  for (let i = 0; i < target.length; i++) {
    const w = weight ? weight[i] : 1;
    if (w === 0) continue;
    const [p, t] = [prediction[i] - originP - meanP, target[i] - originT - meanT];
    squaresP += w * p * p;
    squaresT += w * t * t;
    products += w * p * t;
    errors += w * (target[i] - prediction[i]) ** 2;
  }
  return {
    varianceP: squaresP / total,
    varianceT: squaresT / total,
    covariance: products / total,
    squaredError: errors / total,
  };
}

function requireEqualLengths(prediction: Float32Array, target: Float32Array, weight: Weights): void {
  if (prediction.length !== target.length || (weight && weight.length !== target.length))
    throw new RangeError(
      `metrics: ${prediction.length} predicted, ${target.length} measured, ${weight ? weight.length : 'no'} weights`,
    );
}
