import { describe, expect, it } from 'vitest';
import { gradients, input, type Shape, type Tensor } from '../graph/index.ts';
import { expectGradient } from '../graph/testing/expect-gradient.ts';
import { compute } from '../graph/testing/reference.ts';
import { lossOf, outputsFor, predictedDeviation, predictedMean, targetsOf, type LossKind } from './loss.ts';

const predicted = [0.5, -1.25, 2, 0.75, 3, -2];

/** Loss and its gradient for the prediction. */
function lossAndGradient(
  kind: LossKind,
  target: number[],
  weight: number[] | null,
  values: readonly number[] = predicted,
) {
  const shape = [1, targetsOf(kind, 2), 3];
  const [p, t, w] = [input('p', [1, 2, 3]), input('t', shape), input('w', shape)];
  const loss = lossOf(kind, p, t, weight && w);
  const [value, gradient] = compute([loss, gradients(loss, [p])[0] as Tensor], {
    p: values,
    t: target,
    w: weight ?? [],
  });
  return { loss: value[0], gradient: [...gradient] };
}

/** To what is left of the constants, which are float32. */
function expectNear(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(2e-7 * Math.abs(expected[i])));
}

// By PyTorch 2.15 in float64: mse_loss, l1_loss, and gaussian_nll_loss with variance exp(10 t / sqrt(100 + t^2)), each times
// the weight, then the mean.
describe('the losses are those of PyTorch', () => {
  const target = [0, 1, 2, -1, 2.5, 4];
  const weight = [1, 0, 2, 0.5, 3, 0.25];

  it.each([
    { kind: 'mse', weighted: false, expected: 7.4375 },
    { kind: 'weighted-mse', weighted: true, expected: 1.921875 },
    { kind: 'l1', weighted: false, expected: 1.8333333333333333 },
    { kind: 'l1', weighted: true, expected: 0.7291666666666666 },
  ] as const)('$kind, weighted $weighted', ({ kind, weighted, expected }) =>
    expectNear([lossAndGradient(kind, target, weighted ? weight : null).loss], [expected]),
  );
  it('l1 has no gradient where the prediction is exact', () =>
    expectNear(
      lossAndGradient('l1', target, null).gradient,
      [1, -1, 0, 1, 1, -1].map((sign) => sign / 6),
    ));
  it('gaussian', () => {
    const { loss, gradient } = lossAndGradient('gaussian', [0, 1, 2], null);
    expectNear([loss], [0.34409973750127154]);
    expectNear(
      gradient,
      [0.07889330163378977, -0.042376516423554014, 0, 0.145712167552915, 0.10456394975561112, 0.15714433905303204],
    );
  });
  it('gaussian, weighted', () => {
    const { loss, gradient } = lossAndGradient('gaussian', [0, 1, 2], [1, 0.5, 2]);
    expectNear([loss], [-0.24605384952257206]);
    expectNear(
      gradient,
      [0.07889330163378977, -0.021188258211777007, 0, 0.145712167552915, 0.05228197487780556, 0.3142886781060641],
    );
  });
  it('gaussian with outputs that would overflow exp, or shut off the gradient if they were cut', () => {
    const { loss, gradient } = lossAndGradient('gaussian', [0, 1, 2], null, [1, 1, 1, -1e3, 1e3, 60]);
    expectNear([loss], [3670.886688587474]);
    expectNear(
      gradient,
      [
        7338.485380089828, 0, -1.733901268196062e-5, -0.003668525730766703, 1.6664166979153162e-7,
        0.0007404974583647729,
      ],
    );
  });
});

it.each(['mse', 'l1', 'gaussian'] as const)('%s: its gradient equals the difference quotient', (kind) => {
  const target: Shape = [2, 2, 3];
  const shapes = { p: [2, outputsFor(kind, 2), 3], t: target, w: target };
  expectGradient(shapes, ({ p, t, w }) => lossOf(kind, p, t, kind === 'mse' ? null : w));
});
it('gaussian needs two outputs a target', () => {
  expect(outputsFor('gaussian', 3)).toBe(6);
  expect(targetsOf('gaussian', 6)).toBe(3);
  expect(outputsFor('l1', 3)).toBe(3);
  expect(targetsOf('mse', 3)).toBe(3);
});
it('mean and deviation come out of a gaussian prediction', () => {
  const prediction = Float32Array.of(...predicted);
  expect([...predictedMean(prediction)]).toEqual([0.5, -1.25, 2]);
  // By PyTorch, as above.
  expect([...predictedDeviation(prediction)]).toEqual(
    [1.4534640992715397, 4.206956345127104, 0.3750932280820156].map((value) => expect.closeTo(value, 6)),
  );
  const extremes = predictedDeviation(Float32Array.of(0, 0, 0, -1e30, 1e30, 60));
  expect(extremes[0]).toBeCloseTo(Math.exp(-5), 6);
  expect(extremes[1]).toBeCloseTo(Math.exp(5), 3);
  expect(extremes[2]).toBeCloseTo(138.65233586994313, 3);
});
