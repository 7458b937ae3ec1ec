/** One training step as a program: forward, loss, gradients, Adam and running statistics, in a single run. */
import { add, constant, gradients, input, mul, program, relu } from '../graph/index.ts';
import type { Carried, Input, Program, Shape, Tensor } from '../graph/index.ts';
import { adam, gradientScale, type AdamSettings } from './adam.ts';
import { averageName, averaging } from './average.ts';
import { batchNorm, fixedNorm, movedOn } from './batch-norm.ts';
import { fixedNorms, momentNames } from './carried.ts';
import { convDoubling, convHalving, convSame } from './convolutions.ts';
import { convolutionsOf, type NetworkDescription } from './description.ts';
import { clipGradients } from './gradient-clipping.ts';
import { lossOf, targetsOf, type LossKind } from './loss.ts';
import { isOfNorm, parametersOf, statisticsOf } from './parameters.ts';
import { unet, type Layers } from './unet.ts';

export interface TrainingSettings {
  readonly batch: number;
  /** Extents of a patch: (z, y, x), or (y, x). */
  readonly patch: Shape;
  readonly loss: LossKind;
  /** Whether l1 and gaussian are given a weight map; weighted-mse always is, mse never. */
  readonly weighted?: boolean;
  readonly adam: Pick<AdamSettings, 'betas' | 'weightDecay'>;
  /** The longest that the gradient of all parameters may be; 0: as long as it is. */
  readonly clip?: number;
  /** Whether averages of what moves are kept. */
  readonly average?: boolean;
  /**
   * Names of parameters that stay as they are. A norm with both of its parameters among them is the fixed map that it is in
   * prediction: by running statistics, which stay too. Batch statistics would make other features in training than in
   * prediction of a part that nothing can adapt.
   */
  readonly frozen?: ReadonlySet<string>;
  /** Also results `gradient NAME`, for checks: before clipping. */
  readonly showGradients?: boolean;
}

/**
 * Fed: `signal` (n, inputs, ...), `target` (n, targets, ...), `weight` like the target where there is one, Adam's `rate` and
 * `epsilon` (adamNumbers), and `averageDecay` (averageDecay) where averages are kept. Results: `loss` [], `prediction`, and
 * with `clip` `gradientNorm` [], before clipping. Carried: what `carriedTensors` names.
 */
export function trainingProgram(description: NetworkDescription, settings: TrainingSettings): Program {
  const { batch, patch, loss: kind, adam: adamSettings, clip = 0, frozen = new Set<string>() } = settings;
  const weighted = kind === 'weighted-mse' || (kind !== 'mse' && settings.weighted === true);
  const signal = input('signal', [batch, description.inputChannels, ...patch]);
  const target = input('target', [batch, targetsOf(kind, description.outputChannels), ...patch]);
  const numbers = { rate: input('rate', []), epsilon: input('epsilon', []) };
  const inputs = new Map<string, Input>();
  for (const { name, shape } of [...parametersOf(description), ...statisticsOf(description)])
    inputs.set(name, input(name, shape));
  const named = (name: string) => inputs.get(name) as Input;

  /** Next values of all but what is frozen. */
  const moved = new Map<Input, Tensor>();
  const prediction = unet<Tensor>(description, signal, layersInTraining(named, fixedNorms(description, frozen), moved));
  const loss = lossOf(kind, prediction, target, weighted ? input('weight', target.shape) : null);

  const scale = gradientScale(adamSettings);
  const parameters = parametersOf(description).map(({ name }) => named(name));
  const trained = parameters.filter(({ name }) => !frozen.has(name));
  const found = gradients(mul(loss, constant(scale)), trained);
  const clipped = clip > 0 ? clipGradients(found, { longest: clip, scale }) : null;

  const convolutions = convolutionsOf(description);
  const moments = new Map<Input, readonly Carried[]>();
  trained.forEach((p, i) => {
    const m = input(momentNames(p.name).m, p.shape);
    const v = input(momentNames(p.name).v, p.shape);
    const weightDecay = isOfNorm(p.name, convolutions) ? 0 : adamSettings.weightDecay;
    // A bias before a norm has no gradient: only weight decay moves it.
    const gradient = (clipped?.gradients ?? found)[i] ?? (weightDecay > 0 ? constant(0, p.shape) : null);
    const next = gradient
      ? adam(p, gradient, { m, v }, { betas: adamSettings.betas, weightDecay }, numbers)
      : { p, m, v };
    moved.set(p, next.p);
    moments.set(p, [
      { input: m, next: next.m },
      { input: v, next: next.v },
    ]);
  });

  const averaged = averaging(input('averageDecay', []));
  const averageOf = (tensor: Input): Carried[] => {
    const next = moved.get(tensor);
    if (!settings.average || !next) return [];
    const average = input(averageName(tensor.name), tensor.shape);
    return [{ input: average, next: next === tensor ? average : averaged(average, next) }];
  };
  const carried = [...inputs.values()].flatMap((tensor): Carried[] => [
    { input: tensor, next: moved.get(tensor) ?? tensor },
    ...(moments.get(tensor) ?? []),
    ...averageOf(tensor),
  ]);
  const shown = settings.showGradients
    ? trained.map((p, i) => {
        const scaled = found[i];
        return [`gradient ${p.name}`, scaled ? mul(scaled, constant(1 / scale)) : constant(0, p.shape)] as const;
      })
    : [];
  const results = {
    loss,
    prediction,
    ...(clipped ? { gradientNorm: clipped.norm } : {}),
    ...Object.fromEntries(shown),
  };
  return program(results, carried);
}

/** The layers by the parameters as they are; running statistics after this batch are put into `moved`. */
function layersInTraining(
  named: (name: string) => Input,
  fixed: ReadonlySet<string>,
  moved: Map<Input, Tensor>,
): Layers<Tensor> {
  const weight = (conv: string) => named(`${conv}.weight`);
  const normRelu = (x: Tensor, conv: string, norm: string): Tensor => {
    const [gamma, beta, bias] = [named(`${norm}.weight`), named(`${norm}.bias`), named(`${conv}.bias`)];
    const [runningMean, runningVariance] = [named(`${norm}.running_mean`), named(`${norm}.running_var`)];
    if (fixed.has(norm)) return relu(fixedNorm(x, { gamma, beta, bias, mean: runningMean, variance: runningVariance }));
    // A bias before a norm changes nothing but the running mean: the convolution goes without it.
    const { y, mean, unbiasedVariance } = batchNorm(x, gamma, beta);
    moved.set(runningMean, movedOn(runningMean, add(mean, bias)));
    moved.set(runningVariance, movedOn(runningVariance, unbiasedVariance));
    return relu(y);
  };
  return {
    block: (sources, conv, norm) => normRelu(convSame(sources, weight(conv), null), conv, norm),
    down: (x, conv, norm) => normRelu(convHalving(x, weight(conv), null), conv, norm),
    up: (x, conv, norm) => normRelu(convDoubling(x, weight(conv), null), conv, norm),
    last: (x, conv) => convSame([x], weight(conv), named(`${conv}.bias`)),
  };
}
