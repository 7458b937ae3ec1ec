/** One training step as a program: forward, loss, gradients, Adam and running statistics, in a single run. */
import { add, constant, elementCount, gradients, input, mul, program, relu, sub, sum } from '../graph/index.ts';
import type { Carried, Input, Program, Shape, Tensor } from '../graph/index.ts';
import { adam, gradientScale, type AdamSettings } from './adam.ts';
import { batchNorm, movedOn } from './batch-norm.ts';
import { convDoubling, convHalving, convSame } from './convolutions.ts';
import { convolutionsOf, type NetworkDescription } from './description.ts';
import { isOfNorm, parametersOf, statisticsOf } from './parameters.ts';
import { unet } from './unet.ts';

export interface TrainingSettings {
  readonly batch: number;
  /** Extents of a patch: (z, y, x), or (y, x). */
  readonly patch: Shape;
  /** `weighted-mse`: the mean over all elements of weight * (prediction - target)^2; `mse` without the weight. */
  readonly loss: 'mse' | 'weighted-mse' | 'l1' | 'gaussian';
  readonly adam: Pick<AdamSettings, 'betas' | 'weightDecay'>;
  /** Also results `gradient NAME`, for checks. */
  readonly showGradients?: boolean;
}

/** Adam's moments of a parameter, by PyTorch's names. */
export function momentNames(parameter: string): { m: string; v: string } {
  return { m: `exp_avg.${parameter}`, v: `exp_avg_sq.${parameter}` };
}

/**
 * Fed: `signal` (n, inputs, ...), `target` (n, outputs, ...), `weight` like the target where the loss needs it, and Adam's
 * `rate` and `epsilon` (adamNumbers). Results: `loss` [], `prediction`. Carried: parameters and running statistics by
 * pytorch_fnet's names, moments by `momentNames`.
 */
export function trainingProgram(description: NetworkDescription, settings: TrainingSettings): Program {
  const { batch, patch, loss: kind, adam: adamSettings } = settings;
  const signal = input('signal', [batch, description.inputChannels, ...patch]);
  const target = input('target', [batch, description.outputChannels, ...patch]);
  const numbers = { rate: input('rate', []), epsilon: input('epsilon', []) };
  const inputs = new Map<string, Input>();
  for (const { name, shape } of [...parametersOf(description), ...statisticsOf(description)])
    inputs.set(name, input(name, shape));
  const named = (name: string) => inputs.get(name) as Input;

  const statistics: Carried[] = [];
  // A bias before a norm changes nothing but the running mean: the convolution goes without it.
  const normRelu = (x: Tensor, conv: string, norm: string): Tensor => {
    const { y, mean, unbiasedVariance } = batchNorm(x, named(`${norm}.weight`), named(`${norm}.bias`));
    const [runningMean, runningVariance] = [named(`${norm}.running_mean`), named(`${norm}.running_var`)];
    statistics.push(
      { input: runningMean, next: movedOn(runningMean, add(mean, named(`${conv}.bias`))) },
      { input: runningVariance, next: movedOn(runningVariance, unbiasedVariance) },
    );
    return relu(y);
  };
  const weight = (conv: string) => named(`${conv}.weight`);
  const prediction = unet<Tensor>(description, signal, {
    block: (sources, conv, norm) => normRelu(convSame(sources, weight(conv), null), conv, norm),
    down: (x, conv, norm) => normRelu(convHalving(x, weight(conv), null), conv, norm),
    up: (x, conv, norm) => normRelu(convDoubling(x, weight(conv), null), conv, norm),
    last: (x, conv) => convSame([x], weight(conv), named(`${conv}.bias`)),
  });
  const difference = sub(prediction, target);
  const squares = mul(difference, difference);
  const weighted = kind === 'weighted-mse' ? mul(squares, input('weight', target.shape)) : squares;
  const loss = mul(sum(weighted), constant(1 / elementCount(target.shape)));

  const parameters = parametersOf(description).map(({ name }) => named(name));
  const scale = gradientScale(adamSettings);
  const found = gradients(mul(loss, constant(scale)), parameters);
  const convolutions = convolutionsOf(description);
  const carried = parameters.flatMap((p, i): Carried[] => {
    const m = input(momentNames(p.name).m, p.shape);
    const v = input(momentNames(p.name).v, p.shape);
    const decay = isOfNorm(p.name, convolutions) ? 0 : adamSettings.weightDecay;
    // A bias before a norm has no gradient: only weight decay moves it.
    const gradient = found[i] ?? (decay > 0 ? constant(0, p.shape) : null);
    const next = gradient
      ? adam(p, gradient, { m, v }, { betas: adamSettings.betas, weightDecay: decay }, numbers)
      : { p, m, v };
    return [
      { input: p, next: next.p },
      { input: m, next: next.m },
      { input: v, next: next.v },
    ];
  });
  const shown = settings.showGradients
    ? parameters.map((p, i) => {
        const scaled = found[i];
        return [`gradient ${p.name}`, scaled ? mul(scaled, constant(1 / scale)) : constant(0, p.shape)] as const;
      })
    : [];
  return program({ loss, prediction, ...Object.fromEntries(shown) }, [...carried, ...statistics]);
}
