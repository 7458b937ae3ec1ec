/** Every operator by name: whoever lowers programs must know them all, and the compiler counts. */
import type { Operator } from '../tensor.ts';
import { affineOperator, channelDotOperator, channelSpreadOperator, channelSumOperator } from './channels.ts';
import { convOperator, convTransposeOperator, convWeightGradientOperator } from './conv.ts';
import { addOperator, divOperator, expOperator, mulOperator, sqrtOperator, subOperator } from './elementwise.ts';
import { gateOperator, reluOperator } from './relu.ts';
import { embedOperator, sliceOperator } from './slice.ts';
import { spreadOperator, sumOperator } from './sum.ts';

/** The attributes of every operator, by its name. */
export interface OperatorAttributes {
  add: AttributesOf<typeof addOperator>;
  sub: AttributesOf<typeof subOperator>;
  mul: AttributesOf<typeof mulOperator>;
  div: AttributesOf<typeof divOperator>;
  sqrt: AttributesOf<typeof sqrtOperator>;
  exp: AttributesOf<typeof expOperator>;
  sum: AttributesOf<typeof sumOperator>;
  spread: AttributesOf<typeof spreadOperator>;
  relu: AttributesOf<typeof reluOperator>;
  gate: AttributesOf<typeof gateOperator>;
  affine: AttributesOf<typeof affineOperator>;
  channelDot: AttributesOf<typeof channelDotOperator>;
  channelSum: AttributesOf<typeof channelSumOperator>;
  channelSpread: AttributesOf<typeof channelSpreadOperator>;
  slice: AttributesOf<typeof sliceOperator>;
  embed: AttributesOf<typeof embedOperator>;
  conv: AttributesOf<typeof convOperator>;
  convTranspose: AttributesOf<typeof convTransposeOperator>;
  convWeightGradient: AttributesOf<typeof convWeightGradientOperator>;
}

export type OperatorName = keyof OperatorAttributes;

type AttributesOf<O> = O extends Operator<infer A> ? A : never;

export const operators: { readonly [Name in OperatorName]: Operator<OperatorAttributes[Name]> } = {
  add: addOperator,
  sub: subOperator,
  mul: mulOperator,
  div: divOperator,
  sqrt: sqrtOperator,
  exp: expOperator,
  sum: sumOperator,
  spread: spreadOperator,
  relu: reluOperator,
  gate: gateOperator,
  affine: affineOperator,
  channelDot: channelDotOperator,
  channelSum: channelSumOperator,
  channelSpread: channelSpreadOperator,
  slice: sliceOperator,
  embed: embedOperator,
  conv: convOperator,
  convTranspose: convTransposeOperator,
  convWeightGradient: convWeightGradientOperator,
};
