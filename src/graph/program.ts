/** A whole computation: what is fed, what comes out, and what is carried from one run to the next. */
import { inOrder } from './order.ts';
import { equalShape, ShapeError, type Input, type Tensor } from './tensor.ts';

/** A tensor that lives on between runs (a parameter, a moment): this run's `input` and what the next run gets for it. */
export interface Carried {
  readonly input: Input;
  readonly next: Tensor;
}

export interface Program {
  /** What a run is fed, carried tensors aside. */
  readonly fed: readonly Input[];
  readonly carried: readonly Carried[];
  readonly results: Readonly<Record<string, Tensor>>;
}

/** Collects a program from its results and what it carries. Names must be unique, and carried
 * shapes stay as they are. */
export function program(results: Readonly<Record<string, Tensor>>, carried: readonly Carried[] = []): Program {
  for (const { input, next } of carried)
    if (!equalShape(input.shape, next.shape))
      throw new ShapeError(`carried ${input.name}`, 'the next run needs the same shape', [input.shape, next.shape]);
  const inputs = new Set(carried.map(({ input }): Input => input));
  const fed: Input[] = [];
  for (const tensor of inOrder(rootsOf({ results, carried })))
    if (tensor.kind === 'input' && !inputs.has(tensor)) fed.push(tensor);
  const names = [...[...inputs, ...fed].map(({ name }) => name), ...Object.keys(results)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`program: two inputs or results are called ${twice}`);
  return { fed, carried, results };
}

/** All that the program must compute: its results, then what it carries. */
export function rootsOf({ results, carried }: Pick<Program, 'results' | 'carried'>): Tensor[] {
  return [...Object.values(results), ...carried.map(({ next }) => next)];
}
