/**
 * Runs a golden file (numbers that PyTorch computed in float64) through the engine and compares: prediction and gradients of
 * the first step, parameters after the last, and prediction in evaluation mode. tests/fixtures/golden/README.md defines them.
 */
import { decodeSafetensors } from '../../src/codec/index.ts';
import type { Runtime, Session, Tensors } from '../../src/engine/index.ts';
import { lower } from '../../src/lowering/index.ts';
import {
  adamNumbers,
  averageDecay,
  averageName,
  carriedTensors,
  encoderParameters,
  firstCarried,
  inferenceProgram,
  momentNames,
  parametersOf,
  statisticsOf,
  trainingProgram,
  type LossKind,
  type NetworkDescription,
} from '../../src/network/index.ts';

/** Worst relative errors. */
export interface GoldenErrors {
  readonly prediction: number;
  readonly gradient: number;
  readonly final: number;
  readonly eval: number;
  readonly running: number;
  readonly moments: number;
  readonly loss: number;
  /** Of the gradient of all parameters, where the file has it. */
  readonly gradientNorm: number;
  /** Moving averages, where the file has them. */
  readonly average: number;
}

/** What rounding may make of them; a file beyond is a defect. */
export const GOLDEN_TOLERANCES: GoldenErrors = {
  prediction: 5e-5,
  gradient: 2e-4,
  final: 5e-4,
  eval: 2e-5,
  running: 2e-5,
  moments: 5e-4,
  loss: 1e-5,
  gradientNorm: 1e-5,
  average: 5e-4,
};

interface GoldenSpec extends NetworkDescription {
  readonly batch: number;
  readonly patch: readonly number[];
  readonly evalPatch: readonly number[];
  readonly steps: number;
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly loss: LossKind;
  readonly weighted?: boolean;
  readonly clip?: number;
  readonly average?: number;
  readonly freezeEncoder?: boolean;
}

/** A bias right before a norm: its gradient is exactly zero, and the file's is not compared. */
function isSilent(name: string): boolean {
  return /\.(conv1|conv2|conv_down|convt)\.bias$/.test(name);
}

export async function compareWithGolden(bytes: Uint8Array, runtime: Runtime): Promise<GoldenErrors> {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const spec = JSON.parse(metadata.spec) as GoldenSpec;
  const of = (name: string): Float32Array => {
    const found = tensors[name];
    if (!found) throw new Error(`The golden file has no tensor ${name}.`);
    return found.data;
  };
  const { clip = 0, average = 0 } = spec;
  const frozen = spec.freezeEncoder ? encoderParameters(spec) : new Set<string>();
  const names = parametersOf(spec).map(({ name }) => name);
  const heard = names.filter((name) => !isSilent(name) && !frozen.has(name));
  const statistics = statisticsOf(spec).map(({ name }) => name);

  const session = await runtime.load(
    lower(
      trainingProgram(spec, {
        batch: spec.batch,
        patch: spec.patch,
        loss: spec.loss,
        weighted: spec.weighted,
        adam: { betas: spec.betas, weightDecay: spec.weightDecay },
        clip,
        average: average > 0,
        frozen,
        showGradients: true,
      }),
      runtime.traits,
    ),
  );
  const initial = Object.fromEntries([...names, ...statistics].map((name) => [name, of(`initial.${name}`)]));
  const carried = { frozen, average: average > 0 };
  await session.writeCarried(firstCarried(spec, initial, carried));
  let first: Tensors = {};
  let lossError = 0;
  let normError = 0;
  for (let k = 0; k < spec.steps; k++) {
    const results = await step(session, spec, k, of);
    if (k === 0) first = results;
    lossError = Math.max(lossError, Math.abs(results.loss[0] / of('loss')[k] - 1));
    if (clip > 0) normError = Math.max(normError, Math.abs(results.gradientNorm[0] / of('gradientNorm')[k] - 1));
  }
  const end = await session.readCarried();
  await session.close();

  const trained: Record<string, Float32Array> = {};
  for (const name of [...names, ...statistics]) trained[name] = of(`final.${name}`);
  const evaluation = await runtime.load(
    lower(inferenceProgram(spec, trained, { batch: 1, extents: spec.evalPatch }), runtime.traits),
  );
  const { prediction } = await evaluation.run({ signal: of('eval.input').slice() });
  await evaluation.close();

  const kept = [...frozen, ...statistics].filter(
    (name) => !carriedTensors(spec, { ...carried, average: true }).some((one) => one.name === averageName(name)),
  );
  for (const name of kept)
    if (squares(end[name], of(`initial.${name}`)).some((square) => square > 0)) throw new Error(`${name} has moved.`);
  const averages = [...heard, ...statistics].filter((name) => !kept.includes(name));
  return {
    prediction: largestError(first.prediction, of('prediction.0')),
    gradient: Math.max(...heard.map((name) => relativeNorm(first[`gradient ${name}`], of(`grad.0.${name}`)))),
    final: missedOfMoved(
      heard,
      of,
      (name) => `final.${name}`,
      (name) => end[name],
    ),
    eval: largestError(prediction, of('eval.prediction')),
    running: Math.max(0, ...statistics.map((name) => relativeNorm(end[name], of(`final.${name}`)))),
    moments: Math.max(
      ...heard.flatMap((name) => [
        relativeNorm(end[momentNames(name).m], of(`exp_avg.${name}`)),
        relativeNorm(end[momentNames(name).v], of(`exp_avg_sq.${name}`)),
      ]),
    ),
    loss: lossError,
    gradientNorm: normError,
    average: average === 0 ? 0 : missedOfMoved(averages, of, averageName, (name) => end[averageName(name)]),
  };
}

/** Of all of these together: how far they are from what the file has, over how far that is from the beginning. */
function missedOfMoved(
  names: readonly string[],
  of: (name: string) => Float32Array,
  expected: (name: string) => string,
  got: (name: string) => Float32Array,
): number {
  const moved = names.flatMap((name) => squares(of(expected(name)), of(`initial.${name}`))).reduce(plus, 0);
  const missed = names.flatMap((name) => squares(of(expected(name)), got(name))).reduce(plus, 0);
  return Math.sqrt(missed / moved);
}

function step(session: Session, spec: GoldenSpec, k: number, of: (name: string) => Float32Array): Promise<Tensors> {
  const { rate, epsilon } = adamNumbers(spec, k + 1);
  return session.run({
    signal: of(`input.${k}`).slice(),
    target: of(`target.${k}`).slice(),
    ...(spec.loss === 'weighted-mse' || spec.weighted ? { weight: of(`weight.${k}`).slice() } : {}),
    rate: Float32Array.of(rate),
    epsilon: Float32Array.of(epsilon),
    ...(spec.average ? { averageDecay: Float32Array.of(averageDecay(spec.average, k + 1)) } : {}),
  });
}

const plus = (a: number, b: number) => a + b;

function squares(a: Float32Array, b: Float32Array): number[] {
  return Array.from(a, (value, i) => (value - b[i]) ** 2);
}

function relativeNorm(got: Float32Array, expected: Float32Array): number {
  const norm = squares(expected, new Float32Array(expected.length)).reduce(plus, 0);
  return Math.sqrt(squares(got, expected).reduce(plus, 0) / Math.max(norm, 1e-60));
}

function largestError(got: Float32Array, expected: Float32Array): number {
  let error = 0;
  let largest = 0;
  expected.forEach((value, i) => {
    error = Math.max(error, Math.abs(got[i] - value));
    largest = Math.max(largest, Math.abs(value));
  });
  return error / largest;
}
