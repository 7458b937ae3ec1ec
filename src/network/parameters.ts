/**
 * The network's tensors by pytorch_fnet's names, in the order in which data flow, and their first values.
 *
 * Level 0 is `net_recurse.`, each deeper level adds `sub_u.`.
 */
import type { Random } from '../core/index.ts';
import { elementCount, type Shape } from '../graph/index.ts';
import { convolutionsOf, type Convolution, type NetworkDescription } from './description.ts';

export interface NamedTensor {
  readonly name: string;
  readonly shape: Shape;
}

/** Every trained tensor: of each convolution weight and bias, of each norm weight and bias. */
export function parametersOf(description: NetworkDescription): NamedTensor[] {
  return convolutionsOf(description).flatMap(({ name, norm, weight, outputs }) => [
    { name: `${name}.weight`, shape: weight },
    { name: `${name}.bias`, shape: [outputs] },
    ...(norm === null
      ? []
      : [
          { name: `${norm}.weight`, shape: [outputs] },
          { name: `${norm}.bias`, shape: [outputs] },
        ]),
  ]);
}

/** The norms' running means and variances, which prediction uses. */
export function statisticsOf(description: NetworkDescription): NamedTensor[] {
  return convolutionsOf(description).flatMap(({ norm, outputs }) =>
    norm === null
      ? []
      : [
          { name: `${norm}.running_mean`, shape: [outputs] },
          { name: `${norm}.running_var`, shape: [outputs] },
        ],
  );
}

/** Numbers in all parameters, or in those that are `counted`. */
export function parameterCount(
  description: NetworkDescription,
  counted: (parameter: NamedTensor) => boolean = () => true,
): number {
  return parametersOf(description)
    .filter(counted)
    .reduce((count, { shape }) => count + elementCount(shape), 0);
}

/**
 * Parameters and statistics of an untrained network, as pytorch_fnet draws them: convolution weights normal(0, 0.02), norm
 * weights normal(1, 0.02), biases and running means 0, running variances 1.
 */
export function initialTensors(description: NetworkDescription, random: Random): Record<string, Float32Array> {
  const tensors: Record<string, Float32Array> = {};
  const fill = (name: string, shape: Shape, value: () => number) => {
    tensors[name] = Float32Array.from({ length: elementCount(shape) }, value);
  };
  for (const { name, norm, weight, outputs } of convolutionsOf(description)) {
    fill(`${name}.weight`, weight, () => 0.02 * random.normal());
    fill(`${name}.bias`, [outputs], () => 0);
    if (norm === null) continue;
    fill(`${norm}.weight`, [outputs], () => 1 + 0.02 * random.normal());
    fill(`${norm}.bias`, [outputs], () => 0);
    fill(`${norm}.running_mean`, [outputs], () => 0);
    fill(`${norm}.running_var`, [outputs], () => 1);
  }
  return tensors;
}

/** Whether a tensor belongs to a norm: weight decay leaves those alone. */
export function isOfNorm(name: string, convolutions: readonly Convolution[]): boolean {
  return convolutions.some(({ norm }) => norm !== null && name.startsWith(`${norm}.`));
}
