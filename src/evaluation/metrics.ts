/**
 * How good a prediction p of a target t is, over n voxels with weights w (1 where there is no map), W = sum w.
 *
 *   mean_t = sum w t / W      var_t = sum w (t - mean_t)^2 / W      cov = sum w (p - mean_p)(t - mean_t) / W
 *   Pearson r      cov / sqrt(var_p var_t)
 *   normalized L2  sum w (t - p)^2 / sum w t^2         on z-scored images: Ounkomol et al. 2018; a blank prediction scores 1
 *
 * Sums are taken in float64. Arrays have equal lengths. What is undefined (a constant image, no weight) is NaN.
 */

export type Weights = Float32Array | null;

export function pearson(prediction: Float32Array, target: Float32Array, weight: Weights): number {
  const { varianceP, varianceT, covariance } = moments(prediction, target, weight);
  return varianceP > 0 && varianceT > 0 ? covariance / Math.sqrt(varianceP * varianceT) : NaN;
}

/** Both images are z-scored by the target's mean and deviation. */
export function normalizedL2(prediction: Float32Array, target: Float32Array, weight: Weights): number {
  let squares = 0;
  let all = 0;
  for (let i = 0; i < target.length; i++) {
    const w = weight ? weight[i] : 1;
    squares += w * (target[i] - prediction[i]) ** 2;
    all += w * target[i] ** 2;
  }
  return all > 0 ? squares / all : NaN;
}

/** Means first, then what is around them: the short formula would lose digits where a mean is far from 0. */
function moments(prediction: Float32Array, target: Float32Array, weight: Weights) {
  if (prediction.length !== target.length || (weight && weight.length !== target.length))
    throw new RangeError(
      `metrics: ${prediction.length} predicted, ${target.length} measured, ${weight?.length} weights`,
    );
  let total = 0;
  let sumP = 0;
  let sumT = 0;
  for (let i = 0; i < target.length; i++) {
    const w = weight ? weight[i] : 1;
    total += w;
    sumP += w * prediction[i];
    sumT += w * target[i];
  }
  const [meanP, meanT] = [sumP / total, sumT / total];
  let [squaresP, squaresT, products] = [0, 0, 0];
  for (let i = 0; i < target.length; i++) {
    const w = weight ? weight[i] : 1;
    const [p, t] = [prediction[i] - meanP, target[i] - meanT];
    squaresP += w * p * p;
    squaresT += w * t * t;
    products += w * p * t;
  }
  return {
    varianceP: squaresP / total,
    varianceT: squaresT / total,
    covariance: products / total,
  };
}
