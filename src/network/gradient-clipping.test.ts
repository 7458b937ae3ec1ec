import fc from 'fast-check';
import { expect, it } from 'vitest';
import { input, type Tensor } from '../graph/index.ts';
import { compute } from '../graph/testing/reference.ts';
import { clipGradients } from './gradient-clipping.ts';

const [a, b] = [input('a', [2]), input('b', [3])];

function clipped(longest: number, scale: number, fed: { a: number[]; b: number[] }) {
  const { norm, gradients } = clipGradients([a, null, b], { longest, scale });
  expect(gradients[1]).toBeNull();
  const scaled = Object.fromEntries(Object.entries(fed).map(([name, g]) => [name, g.map((value) => scale * value)]));
  const [length, ga, gb] = compute([norm, gradients[0] as Tensor, gradients[2] as Tensor], scaled);
  return { norm: length[0], gradients: [...ga, ...gb].map((value) => value / scale) };
}

// By torch.nn.utils.clip_grad_norm_ (PyTorch 2.15, float64).
it.each([
  { longest: 1, expected: [0.17087150234627688, -0.34174300469255375, 0.5126145070388306, 0, 0.7689217605582459] },
  {
    longest: 0.001,
    expected: [0.0001708715023462769, -0.0003417430046925538, 0.0005126145070388306, 0, 0.000768921760558246],
  },
])('gradients longer than $longest are shortened together, as in PyTorch', ({ longest, expected }) => {
  const { norm, gradients } = clipped(longest, 0.03125, { a: [1, -2], b: [3, 0, 4.5] });
  expect(norm).toBeCloseTo(5.852349955359813, 12);
  expect(gradients).toEqual(expected.map((value) => expect.closeTo(value, 7)));
});
it('what is not longer is left as it is, to the bit', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e30, noNaN: true }), (longest) => {
      const g = [0.25, -0.5, 0.125, 0, 0.75];
      expect(clipped(longest, 1, { a: g.slice(0, 2), b: g.slice(2) }).gradients).toEqual(g);
    }),
    { seed: 3 },
  );
});
it('gradients of 0 stay 0', () =>
  expect(clipped(0.5, 1, { a: [0, 0], b: [0, 0, 0] })).toEqual({ norm: 0, gradients: [0, 0, 0, 0, 0] }));
