/**
 * A tensor program is a value: tensors that know what they are computed from. Nothing is computed here.
 *
 * A tensor is an input (fed at each run), a constant, or what an operator makes of other tensors. All are float32; shapes
 * are known when the program is built.
 */

/** Extents, slowest axis first. [] is a single number. */
export type Shape = readonly number[];

export type Tensor = Input | Constant | Computed;

/** A tensor that is given to the program at each run. */
export interface Input {
  readonly kind: 'input';
  readonly name: string;
  readonly shape: Shape;
}

/** Numbers that never change. */
export interface Constant {
  readonly kind: 'constant';
  /** Last axis fastest. */
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** What an operator makes of other tensors. */
export interface Computed<Attributes = unknown> {
  readonly kind: 'computed';
  readonly operator: Operator<Attributes>;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly shape: Shape;
}

/** What can be done to tensors: one file an operator and its adjoint, with the equation above. */
export interface Operator<Attributes = unknown> {
  readonly name: string;
  /** The result's shape. Throws ShapeError where the inputs do not fit. */
  shape(inputs: readonly Shape[], attributes: Attributes): Shape;
  /** d loss / d input, for each input, from dy = d loss / d result; null where an input cannot change the loss. */
  gradient(result: Computed<Attributes>, dy: Tensor): readonly (Tensor | null)[];
}

/** Tensors that do not fit together: a defect of the program that builds them. */
export class ShapeError extends Error {
  constructor(operator: string, problem: string, shapes: readonly Shape[]) {
    super(`${operator}: ${problem}; shapes ${shapes.map(formatShape).join(' and ')}`);
    this.name = 'ShapeError';
  }
}

/** `(2, 32, 8, 16, 16)`. */
export function formatShape(shape: Shape): string {
  return `(${shape.join(', ')})`;
}

export function elementCount(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function equalShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

export function input(name: string, shape: Shape): Input {
  return { kind: 'input', name, shape };
}

/** Numbers of a shape; a plain number is of shape []. */
export function constant(value: number | Float32Array, shape: Shape = []): Constant {
  const data = typeof value === 'number' ? new Float32Array(elementCount(shape)).fill(value) : value;
  if (data.length !== elementCount(shape)) throw new ShapeError('constant', `${data.length} numbers given`, [shape]);
  return { kind: 'constant', data, shape };
}

/** The tensor that `operator` makes of `inputs`. */
export function apply<A>(operator: Operator<A>, inputs: readonly Tensor[], attributes: A): Computed<A> {
  const shape = operator.shape(
    inputs.map((tensor) => tensor.shape),
    attributes,
  );
  return { kind: 'computed', operator, inputs, attributes, shape };
}
