/**
 * A range of one axis, and its adjoint: zeros around a range.
 *
 *   slice  y[.., i, ..] = x[.., i + start, ..]                         dx = embed(dy)
 *   embed  y[.., i + start, ..] = x[.., i, ..], zero elsewhere         dx = slice(dy)
 */
import { apply, ShapeError, type Operator, type Shape, type Tensor } from '../tensor.ts';

export interface SliceAttributes {
  readonly axis: number;
  readonly start: number;
  /** Extent of the range. */
  readonly length: number;
}

export interface EmbedAttributes {
  readonly axis: number;
  readonly start: number;
  /** Extent of the axis that the range is put into. */
  readonly length: number;
}

/** `length` entries of `axis`, from `start` on. */
export function slice(x: Tensor, axis: number, start: number, length: number): Tensor {
  return apply(sliceOperator, [x], { axis, start, length });
}

/** `x` at `start` of an axis that is `length` long and zero elsewhere. */
export function embed(x: Tensor, axis: number, start: number, length: number): Tensor {
  return apply(embedOperator, [x], { axis, start, length });
}

export const sliceOperator: Operator<SliceAttributes> = {
  name: 'slice',
  shape([x], { axis, start, length }) {
    if (start < 0 || length < 1 || start + length > x[axis])
      throw new ShapeError('slice', `${start}..${start + length} of axis ${axis} is not there`, [x]);
    return withExtent(x, axis, length);
  },
  gradient: ({ inputs: [x], attributes: { axis, start } }, dy) => [embed(dy, axis, start, x.shape[axis])],
};

export const embedOperator: Operator<EmbedAttributes> = {
  name: 'embed',
  shape([x], { axis, start, length }) {
    if (start < 0 || start + x[axis] > length)
      throw new ShapeError('embed', `axis ${axis} at ${start} does not fit into ${length}`, [x]);
    return withExtent(x, axis, length);
  },
  gradient: ({ inputs: [x], attributes: { axis, start } }, dy) => [slice(dy, axis, start, x.shape[axis])],
};

function withExtent(shape: Shape, axis: number, extent: number): Shape {
  return shape.map((old, i) => (i === axis ? extent : old));
}
