/** The network's three kinds of convolution as operators on tensors, in 2D and 3D. */
import { add, conv, convTranspose, slice, type Tensor } from '../graph/index.ts';

/**
 * 3x3x3, padded by one. Several sources count as one tensor with their channels one after the other; each is convolved by
 * its part of the weight, so that they need not be copied together.
 */
export function convSame(sources: readonly Tensor[], weight: Tensor, bias: Tensor | null): Tensor {
  const attributes = { strides: weight.shape.slice(2).map(() => 1), pads: weight.shape.slice(2).map(() => 1) };
  if (sources.length === 1) return conv(sources[0], weight, bias, attributes);
  let start = 0;
  const parts = sources.map((source, i) => {
    const part = slice(weight, 1, start, source.shape[1]);
    start += source.shape[1];
    return conv(source, part, i === 0 ? bias : null, attributes);
  });
  return parts.reduce(add);
}

/** 2x2x2, stride 2. */
export function convHalving(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  return conv(x, weight, bias, halving(weight));
}

/** Transposed 2x2x2, stride 2; the weight is (in, out, ...). */
export function convDoubling(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const extents = x.shape.slice(2).map((extent) => 2 * extent);
  return convTranspose(x, weight, bias, { ...halving(weight), extents });
}

function halving(weight: Tensor) {
  return { strides: weight.shape.slice(2).map(() => 2), pads: weight.shape.slice(2).map(() => 0) };
}
