/**
 * A tensor program as a value: operators (shape rule, gradient), differentiation. Knows no device, no ONNX, no microscopy.
 * Portable; imports `core` only.
 */
export { gradients } from './gradients.ts';
export { operators } from './operators/index.ts';
export type { OperatorAttributes, OperatorName } from './operators/index.ts';
export { affine, channelDot, channelSpread, channelSum } from './operators/channels.ts';
export { conv, convTranspose, convWeightGradient } from './operators/conv.ts';
export type { ConvAttributes, ConvTransposeAttributes, ConvWeightAttributes } from './operators/conv.ts';
export { add, div, exp, mul, sqrt, sub } from './operators/elementwise.ts';
export { gate, relu } from './operators/relu.ts';
export { embed, slice } from './operators/slice.ts';
export type { EmbedAttributes, SliceAttributes } from './operators/slice.ts';
export { spread, sum } from './operators/sum.ts';
export { inOrder } from './order.ts';
export { program, rootsOf } from './program.ts';
export type { Carried, Program } from './program.ts';
export { constant, elementCount, equalShape, formatShape, input, ShapeError } from './tensor.ts';
export type { Computed, Constant, Input, Operator, Shape, Tensor } from './tensor.ts';
