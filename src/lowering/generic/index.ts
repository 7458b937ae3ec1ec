/** How every operator is computed by standard ONNX: right on any device, and what every other form is tested against. */
import type { OperatorAttributes, OperatorName } from '../../graph/index.ts';
import { plain, type Form, type FormTable } from '../form.ts';
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

const forms: FormTable['forms'] & { readonly [Name in OperatorName]: readonly Form<OperatorAttributes[Name]>[] } = {
  add: [plain(named('Add'))],
  sub: [plain(named('Sub'))],
  mul: [plain(named('Mul'))],
  div: [plain(named('Div'))],
  sqrt: [plain(named('Sqrt'))],
  exp: [plain(named('Exp'))],
  sum: [plain(sumBySum)],
  spread: [plain(spreadByExpand)],
  relu: [plain(named('Relu'))],
  gate: [plain(gateByHardSigmoid)],
  affine: [plain(affineByMulAdd)],
  channelDot: [plain(channelDotBySum)],
  channelSum: [plain(channelSumBySum)],
  channelSpread: [plain(channelSpreadByExpand)],
  slice: [plain(sliceBySlice)],
  embed: [plain(embedByPad)],
  conv: [plain(convByConv)],
  convTranspose: [plain(convTransposeByConv), plain(convTransposeByConvTranspose)],
  convWeightGradient: [plain(weightGradientByShifts), plain(weightGradientByTaps)],
};

/** `forms` has one for each operator of the program. */
export const genericForms: FormTable & { readonly forms: typeof forms } = { fused: false, forms: forms };
