/**
 * Runs a golden file (numbers that PyTorch computed in float64) through the engine and compares: prediction and gradients of
 * the first step, parameters after the last, and prediction in evaluation mode. tests/fixtures/golden/README.md defines them.
 */
import { decodeSafetensors } from '../../src/codec/index.ts';
import type { Runtime, Session, Tensors } from '../../src/engine/index.ts';
import { lower } from '../../src/lowering/index.ts';
import {
  adamNumbers,
  inferenceProgram,
  momentNames,
  parametersOf,
  statisticsOf,
  trainingProgram,
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
  readonly loss: 'mse' | 'weighted-mse';
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
  const names = parametersOf(spec).map(({ name }) => name);
  const heard = names.filter((name) => !isSilent(name));
  const statistics = statisticsOf(spec).map(({ name }) => name);

  const session = await runtime.load(
    lower(
      trainingProgram(spec, {
        batch: spec.batch,
        patch: spec.patch,
        loss: spec.loss,
        adam: { betas: spec.betas, weightDecay: spec.weightDecay },
        showGradients: true,
      }),
      runtime.traits,
    ),
  );
  const start: Tensors = {};
  for (const name of [...names, ...statistics]) start[name] = of(`initial.${name}`).slice();
  for (const name of names) {
    const { m, v } = momentNames(name);
    start[m] = new Float32Array(start[name].length);
    start[v] = new Float32Array(start[name].length);
  }
  await session.writeCarried(start);
  let first: Tensors = {};
  let lossError = 0;
  for (let k = 0; k < spec.steps; k++) {
    const results = await step(session, spec, k, of);
    if (k === 0) first = results;
    lossError = Math.max(lossError, Math.abs(results.loss[0] / of('loss')[k] - 1));
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

  const moved = heard.flatMap((name) => squares(of(`final.${name}`), of(`initial.${name}`))).reduce(plus, 0);
  const missed = heard.flatMap((name) => squares(of(`final.${name}`), end[name])).reduce(plus, 0);
  return {
    prediction: largestError(first.prediction, of('prediction.0')),
    gradient: Math.max(...heard.map((name) => relativeNorm(first[`gradient ${name}`], of(`grad.0.${name}`)))),
    final: Math.sqrt(missed / moved),
    eval: largestError(prediction, of('eval.prediction')),
    running: Math.max(0, ...statistics.map((name) => relativeNorm(end[name], of(`final.${name}`)))),
    moments: Math.max(
      ...heard.flatMap((name) => [
        relativeNorm(end[momentNames(name).m], of(`exp_avg.${name}`)),
        relativeNorm(end[momentNames(name).v], of(`exp_avg_sq.${name}`)),
      ]),
    ),
    loss: lossError,
  };
}

function step(session: Session, spec: GoldenSpec, k: number, of: (name: string) => Float32Array): Promise<Tensors> {
  const { rate, epsilon } = adamNumbers(spec, k + 1);
  return session.run({
    signal: of(`input.${k}`).slice(),
    target: of(`target.${k}`).slice(),
    ...(spec.loss === 'weighted-mse' ? { weight: of(`weight.${k}`).slice() } : {}),
    rate: Float32Array.of(rate),
    epsilon: Float32Array.of(epsilon),
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
