/** Holds a gradient rule against the difference quotient, in float64. */
import { expect } from 'vitest';
import { random } from '../../core/index.ts';
import { elementCount, gradients, input, mul, sum, type Input, type Shape, type Tensor } from '../index.ts';
import { compute } from './reference.ts';

/**
 * Compares gradients(loss) with (loss(x + h) - loss(x - h)) / 2h for every element of every input, where the loss is the sum
 * of the built tensor times random numbers. Values are drawn between 0.5 and 1.5 with random sign, or without (`positive`).
 */
export function expectGradient<Names extends string>(
  shapes: Record<Names, Shape>,
  build: (inputs: Record<Names, Tensor>) => Tensor,
  { seed = 1, positive = false }: { readonly seed?: number; readonly positive?: boolean } = {},
): void {
  const source = random(seed);
  const draw = (count: number) =>
    Float64Array.from(
      { length: count },
      () => (0.5 + source.uniform()) * (positive || source.uniform() < 0.5 ? 1 : -1),
    );
  const names = Object.keys(shapes) as Names[];
  const inputs = Object.fromEntries(names.map((name) => [name, input(name, shapes[name])])) as Record<Names, Input>;
  const y = build(inputs);
  const weights = input('weights of the loss', y.shape);
  const loss = sum(mul(y, weights));
  const fed: Record<string, Float64Array> = { [weights.name]: draw(elementCount(y.shape)) };
  for (const name of names) fed[name] = draw(elementCount(shapes[name]));

  const found = gradients(
    loss,
    names.map((name) => inputs[name]),
  );
  names.forEach((name, i) => {
    const gradient = found[i] ? compute([found[i]], fed)[0] : new Float64Array(fed[name].length);
    expect(gradient.length).toBe(elementCount(shapes[name]));
    const h = 1e-5;
    gradient.forEach((value, j) => {
      const at = (v: number) => compute([loss], { ...fed, [name]: fed[name].with(j, v) })[0][0];
      const difference = (at(fed[name][j] + h) - at(fed[name][j] - h)) / (2 * h);
      expect(Math.abs(value - difference), `d loss / d ${name}[${j}]`).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
    });
  });
}
