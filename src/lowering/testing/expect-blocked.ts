/**
 * Holds blocked forms against the reference's float64: in blocks of 8 and of 16 by emulation, which any machine can do, and in
 * ONNX Runtime in the blocks that this processor has.
 */
import fc from 'fast-check';
import { afterAll, expect, it, type TestContext } from 'vitest';
import { random } from '../../core/index.ts';
import { elementCount, input, program, rootsOf, type Program, type Shape, type Tensor } from '../../graph/index.ts';
import { compute } from '../../graph/testing/reference.ts';
import type { Runtime } from '../../engine/index.ts';
import { startOnnxRuntime } from '../../node/index.ts';
import {
  FASTEST,
  lower,
  lowerToModel,
  packKernel,
  unpackKernel,
  type DeviceTraits,
  type FormChoice,
  type LoweringPlan,
} from '../index.ts';
import { emulateOnnx } from './emulate-onnx.ts';

export const runtime: Runtime = await startOnnxRuntime({ threads: 2 });
afterAll(() => runtime.close());

export type Numbers = Readonly<Record<string, ArrayLike<number>>>;

/** A computation of fed tensors, and what it is lowered to. */
export interface BlockedCase<Name extends string = string> {
  readonly shapes: Readonly<Record<Name, Shape>>;
  build(inputs: Readonly<Record<Name, Tensor>>): Tensor;
  /** `operator: form` of every operator in the program's order, for blocks of this size; where forms are what is tested. */
  forms?(block: number): readonly string[];
  readonly plan?: Partial<LoweringPlan>;
  readonly positive?: boolean;
}

/** Sums of some thousand float32 products, their factors added up before by Winograd: of the largest result. */
export const TOLERANCE = 1e-5;

export function requireBlocks({ skip }: Pick<TestContext, 'skip'>): void {
  skip(runtime.traits.convBlock === null, 'ONNX Runtime has no blocked layout on this processor');
}

/** Two tests of one law: emulated in blocks of 8 and 16, and in this processor's own. */
export function itIsRight<T>(
  name: string,
  cases: fc.Arbitrary<T>,
  of: (value: T) => BlockedCase,
  { numRuns = 20 }: { readonly numRuns?: number } = {},
): void {
  it(`${name}; in blocks of 8 and 16, emulated`, () =>
    fc.assert(
      fc.property(cases, (value) => expectEmulated(of(value))),
      { seed: 11, numRuns },
    ));
  it(`${name}; in this processor's blocks`, async (context) => {
    requireBlocks(context);
    await fc.assert(
      fc.asyncProperty(cases, (value) => expectHere(of(value))),
      { seed: 12, numRuns: Math.ceil(numRuns / 2) },
    );
  });
}

export function expectEmulated({ shapes, build, forms, plan, positive }: BlockedCase): void {
  const { whole, fed, expected } = made(shapes, build, positive);
  for (const convBlock of [8, 16] as const) {
    const lowered = lowerToModel(whole, { ...runtime.traits, convBlock }, { ...FASTEST, ...plan });
    if (forms) expect(named(lowered.forms), `in blocks of ${convBlock}`).toEqual(forms(convBlock));
    const got = emulateOnnx(lowered.model, fed, convBlock);
    expectClose(expected, got, 1e-6, `in blocks of ${convBlock}: `); // only its constants and results are float32
  }
}

/** In ONNX Runtime, in this processor's blocks. */
export async function expectHere({ shapes, build, forms, plan, positive }: BlockedCase): Promise<void> {
  const { whole, fed, expected } = made(shapes, build, positive);
  const lowered = lower(whole, runtime.traits, { ...FASTEST, ...plan });
  if (forms) expect(named(lowered.forms)).toEqual(forms(runtime.traits.convBlock ?? 1));
  const session = await runtime.load(lowered);
  const got = await session.run(fed);
  await session.close();
  expectClose(expected, got);
}

/** Samples that share a block: a power of two that divides the batch, the most whose channels fit. */
export function foldIn(block: number, [n, c]: Shape): number {
  return [16, 8, 4, 2].find((fold) => n % fold === 0 && fold * c <= block) ?? 1;
}

/** How a form's name begins where all of these activations are computed together. */
export function blockedIn(block: number, ...activations: readonly Shape[]): string {
  return activations.every((shape) => foldIn(block, shape) > 1) ? 'blocked, samples side by side' : 'blocked';
}

/** Whether `few` is what convolutions 3x3 or 3x3x3 from or to `many` take plain: all planes of a kernel in one block. */
export function isFewIn(block: number, few: Shape, many: Shape): boolean {
  return foldIn(block, many) * few[1] * (few.length === 5 ? 3 : 1) < block;
}

/** How convolutions 3x3 or 3x3x3 of an activation go along z. */
export function wayOf([, , z, , x]: Shape): string {
  if (x === undefined || z === 1) return 'each plane alone';
  return z === 2 ? 'one pair' : z % 2 === 0 ? 'Winograd along z' : 'shifted planes';
}

/** Of the gradient of a weight 3x3 or 3x3x3 from `x` to `y`. */
export function gradientFormIn(block: number, x: Shape, y: Shape): string {
  const asColumns = (few: Shape, many: Shape) => {
    const lanes = foldIn(block, many) * few[1];
    const [taps, inPlanes] = few.length === 5 ? [27, 6] : [9, 3];
    return isFewIn(block, few, many) && Math.ceil((taps * lanes) / block) <= inPlanes * Math.ceil(lanes / block);
  };
  const form =
    asColumns(x, y) || asColumns(y, x) ? 'blocked: taps as columns' : `${blockedIn(block, x, y)}: ${wayOf(x)}`;
  return `convWeightGradient: ${form}`;
}

export function named(forms: readonly FormChoice[]): string[] {
  return forms.map(({ operator, form }) => `${operator}: ${form}`);
}

/** Every number of every tensor, within `tolerance` of the tensor's largest. */
export function expectClose(expected: Numbers, got: Numbers, tolerance: number = TOLERANCE, where = ''): void {
  expect(Object.keys(got).toSorted()).toEqual(Object.keys(expected).toSorted());
  for (const [name, values] of Object.entries(expected)) {
    const numbers = Array.from(values);
    const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    expect(got[name].length, `${where}${name}`).toBe(numbers.length);
    const wrong = numbers.findIndex((value, i) => !(Math.abs(got[name][i] - value) <= tolerance * largest));
    if (wrong >= 0)
      expect.fail(`${where}${name}[${wrong}] is ${got[name][wrong]}, not ${numbers[wrong]}; the largest is ${largest}`);
  }
}

export function draw(
  shapes: Readonly<Record<string, Shape>>,
  seed = 1,
  positive = false,
): Record<string, Float32Array> {
  const source = random(seed);
  const next = () => (positive ? 0.5 + source.uniform() : source.normal());
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, Float32Array.from({ length: elementCount(shape) }, next)]),
  );
}

/** What runs one after the other gave: each one's results, and what is carried after the last. */
export interface Runs {
  readonly results: readonly Numbers[];
  readonly carried: Numbers;
}

/** A program with what each run is fed and what is carried into the first. */
export interface Task {
  readonly whole: Program;
  readonly feeds: readonly Readonly<Record<string, Float32Array>>[];
  readonly carried: Readonly<Record<string, Float32Array>>;
}

export function referenceRuns({ whole, feeds, carried: first }: Task): Runs {
  let carried: Numbers = first;
  const names = [...Object.keys(whole.results), ...whole.carried.map((one) => one.input.name)];
  const results = feeds.map((fed) => {
    const values = compute(rootsOf(whole), { ...fed, ...carried });
    const count = values.length - whole.carried.length;
    const entries = values.map((value, i) => [names[i], value] as const);
    carried = Object.fromEntries(entries.slice(count));
    return Object.fromEntries(entries.slice(0, count));
  });
  return { results, carried };
}

export function emulatedRuns(
  { whole, feeds, carried: first }: Task,
  convBlock: 8 | 16,
  plan: Partial<LoweringPlan> = {},
): Runs {
  const { model, carried } = lowerToModel(whole, { ...runtime.traits, convBlock }, { ...FASTEST, ...plan });
  const kept = new Map<string, Float32Array>();
  for (const { name, kernel, parts } of carried) {
    const packed = kernel ? packKernel(first[name], kernel) : [first[name]];
    parts.forEach((part, k) => kept.set(part.name, packed[k]));
  }
  const results = feeds.map((fed) => {
    const made = emulateOnnx(model, { ...fed, ...Object.fromEntries(kept) }, convBlock);
    for (const { parts } of carried)
      for (const { name, output } of parts) if (output !== null) kept.set(name, made[output]);
    return Object.fromEntries(Object.keys(whole.results).map((name) => [name, made[name]]));
  });
  const after = carried.map(({ name, kernel, parts }) => {
    const packed = parts.map((part) => kept.get(part.name) as Float32Array);
    return [name, kernel ? unpackKernel(packed, kernel) : packed[0]] as const;
  });
  return { results, carried: Object.fromEntries(after) };
}

/** In ONNX Runtime; `convBlock` null: by the generic forms. */
export async function sessionRuns(
  { whole, feeds, carried }: Task,
  convBlock: DeviceTraits['convBlock'] = runtime.traits.convBlock,
  plan: Partial<LoweringPlan> = {},
): Promise<Runs> {
  const session = await runtime.load(lower(whole, { ...runtime.traits, convBlock }, { ...FASTEST, ...plan }));
  try {
    await session.writeCarried(copies(carried));
    const results: Numbers[] = [];
    for (const fed of feeds) results.push(await session.run(copies(fed)));
    return { results, carried: await session.readCarried() };
  } finally {
    await session.close();
  }
}

export function expectSameRuns(expected: Runs, got: Runs, tolerance: number, where = ''): void {
  expected.results.forEach((results, i) => expectClose(results, got.results[i], tolerance, `${where}run ${i}: `));
  expectClose(expected.carried, got.carried, tolerance, `${where}carried: `);
}

/** Feeds are taken over by a run. */
function copies(tensors: Readonly<Record<string, Float32Array>>): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(tensors).map(([name, data]) => [name, data.slice()]));
}

function made(
  shapes: BlockedCase['shapes'],
  build: BlockedCase['build'],
  positive?: boolean,
): { readonly whole: Program; readonly fed: Record<string, Float32Array>; readonly expected: Numbers } {
  const inputs = Object.entries(shapes).map(([name, shape]) => [name, input(name, shape)] as const);
  const result = build(Object.fromEntries(inputs));
  const whole = program({ result });
  const drawn = draw(shapes, 1, positive);
  const fed = Object.fromEntries(whole.fed.map(({ name }) => [name, drawn[name]]));
  return { whole, fed, expected: { result: compute([result], fed)[0] } };
}
