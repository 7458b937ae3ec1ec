/**
 * Gradients shortened together where they are too long together (Pascanu, Mikolov and Bengio 2013), as PyTorch's
 * clip_grad_norm_ does it: the direction stays.
 *
 *   norm = sqrt(sum over parameters and elements g^2)        g' = g min(1, longest / (norm + 1e-6))
 *
 * The smaller of the two as longest / (longest + max(0, norm + 1e-6 - longest)): exactly 1 where nothing is to be shortened.
 */
import { add, constant, div, mul, relu, sqrt, sub, sum, type Tensor } from '../graph/index.ts';

const EPSILON = 1e-6;

export interface ClippedGradients {
  /** As long as they were; []. */
  readonly norm: Tensor;
  /** null where there is none. */
  readonly gradients: readonly (Tensor | null)[];
}

/** `gradients` come scaled by `scale` (gradientScale) and stay so; norm and `longest` are without it. */
export function clipGradients(
  gradients: readonly (Tensor | null)[],
  { longest, scale }: { readonly longest: number; readonly scale: number },
): ClippedGradients {
  const squares = gradients.flatMap((g) => (g ? [sum(mul(g, g))] : [])).reduce(add, constant(0));
  const norm = mul(sqrt(squares), constant(1 / scale));
  const beyond = relu(sub(norm, constant(longest - EPSILON)));
  const factor = div(constant(longest), add(beyond, constant(longest)));
  return { norm, gradients: gradients.map((g) => g && mul(g, factor)) };
}
