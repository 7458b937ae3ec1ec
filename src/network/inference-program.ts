/**
 * Prediction as a program: the trained network with its norms folded into the convolutions.
 *
 *   norm(conv(x; w, b)) = conv(x; w s, (b - mean) s + beta)      s = gamma / sqrt(var + 1e-5), per output channel
 *
 * Folded in float64, rounded once.
 */
import { constant, elementCount, input, program, relu, type Program, type Shape, type Tensor } from '../graph/index.ts';
import { NORM_EPSILON } from './batch-norm.ts';
import { convDoubling, convHalving, convSame } from './convolutions.ts';
import { convolutionsOf, type Convolution, type NetworkDescription } from './description.ts';
import { unet } from './unet.ts';

/**
 * Fed: `signal` (batch, inputs, ...extents), every extent a multiple of 2^depth. Result: `prediction` (batch, outputs,
 * ...extents). `tensors` holds parameters and running statistics by pytorch_fnet's names.
 */
export function inferenceProgram(
  description: NetworkDescription,
  tensors: Readonly<Record<string, Float32Array>>,
  { batch, extents }: { readonly batch: number; readonly extents: Shape },
): Program {
  const folded = new Map(convolutionsOf(description).map((conv) => [conv.name, fold(conv, tensors)]));
  const of = (conv: string) => folded.get(conv) as { weight: Tensor; bias: Tensor };
  const signal = input('signal', [batch, description.inputChannels, ...extents]);
  const prediction = unet<Tensor>(description, signal, {
    block: (sources, conv) => relu(convSame(sources, of(conv).weight, of(conv).bias)),
    down: (x, conv) => relu(convHalving(x, of(conv).weight, of(conv).bias)),
    up: (x, conv) => relu(convDoubling(x, of(conv).weight, of(conv).bias)),
    last: (x, conv) => convSame([x], of(conv).weight, of(conv).bias),
  });
  return program({ prediction });
}

function fold(
  { name, norm, kind, weight: shape, outputs }: Convolution,
  tensors: Readonly<Record<string, Float32Array>>,
): { weight: Tensor; bias: Tensor } {
  const weight = tensors[`${name}.weight`];
  const bias = tensors[`${name}.bias`];
  if (norm === null) return { weight: constant(weight, shape), bias: constant(bias, [outputs]) };
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (part) => tensors[`${norm}.${part}`],
  );
  const scale = Float64Array.from(gamma, (value, c) => value / Math.sqrt(variance[c] + NORM_EPSILON));
  // The output channel is the first axis of a weight, but the second of a doubling one.
  const inside = elementCount(shape.slice(kind === 'doubling' ? 2 : 1));
  const foldedWeight = weight.map((value, i) => value * scale[Math.floor(i / inside) % outputs]);
  const foldedBias = bias.map((value, c) => (value - mean[c]) * scale[c] + beta[c]);
  return { weight: constant(foldedWeight, shape), bias: constant(foldedBias, [outputs]) };
}
