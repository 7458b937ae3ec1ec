/** How every operator is computed by standard ONNX: right on any device, and what every other form is tested against. */
import type { FormTable } from '../form.ts';
import {
  convByConv,
  convTransposeByConv,
  convTransposeByConvTranspose,
  weightGradientByShifts,
  weightGradientByTaps,
} from './conv.ts';
import {
  affineByMulAdd,
  channelDotBySum,
  channelSpreadByExpand,
  channelSumBySum,
  embedByPad,
  gateByHardSigmoid,
  named,
  sliceBySlice,
  spreadByExpand,
  sumBySum,
} from './pointwise.ts';

export const genericForms: FormTable = {
  add: [named('Add')],
  sub: [named('Sub')],
  mul: [named('Mul')],
  div: [named('Div')],
  sqrt: [named('Sqrt')],
  sum: [sumBySum],
  spread: [spreadByExpand],
  relu: [named('Relu')],
  gate: [gateByHardSigmoid],
  affine: [affineByMulAdd],
  channelDot: [channelDotBySum],
  channelSum: [channelSumBySum],
  channelSpread: [channelSpreadByExpand],
  slice: [sliceBySlice],
  embed: [embedByPad],
  conv: [convByConv],
  convTranspose: [convTransposeByConv, convTransposeByConvTranspose],
  convWeightGradient: [weightGradientByShifts, weightGradientByTaps],
};
