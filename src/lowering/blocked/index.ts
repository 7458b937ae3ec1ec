/**
 * The forms for processors on which ONNX Runtime has its blocked layout: activations stay in blocked planes from layer to layer
 * (grid.ts), large weights in blocks from step to step (kernel-layout.ts). What has no form here is computed as elsewhere.
 */
import type { Shape } from '../../graph/index.ts';
import { asPlain, asPlanes } from '../convert.ts';
import { plain, type Form, type FormTable } from '../form.ts';
import type { AffineSumAttributes } from '../fusions.ts';
import {
  affineGateByHardSigmoid,
  affineSumByMulAdd,
  convolutionByConv,
  doublingByConv,
  doublingByConvTranspose,
} from '../generic/fused.ts';
import { genericForms } from '../generic/index.ts';
import type { PlainValue, Value } from '../value.ts';
import type { Writer } from '../writer.ts';
import { affinePlanes, dotPlanes, sumPlanes } from './channels.ts';
import { isSpatial } from './conv-use.ts';
import { dotOfKernels } from './dot.ts';
import { convolutionForms, doublingForms } from './convolution-forms.ts';
import {
  addInBlocks,
  affineGateInPlanes,
  blockwise,
  weightwise,
  embedIntoKernel,
  scaledSumInBlocks,
  sliceOfKernel,
} from './elementwise.ts';
import { weightGradientForms } from './weight-gradient-forms.ts';

const affineSum: Form<AffineSumAttributes> = {
  name: 'blocked: depthwise Conv',
  applies: ({ shape }) => isSpatial(shape),
  write(writer, { inputs, shapes, attributes: { shift, sum, relu } }) {
    const next = shift ? 3 : 2;
    return affinePlanes(writer, asPlanes(writer, inputs[0], shapes[0]), asPlain(writer, inputs[1], shapes[1]), {
      shift: shift ? asPlain(writer, inputs[2], shapes[2]) : null,
      sum: sum ? asPlanes(writer, inputs[next], shapes[next]) : null,
      activation: relu ? 'relu' : null,
    });
  },
};

/** Per-channel sums of what lies in planes already; a plain tensor is summed where it is. */
function ofPlanes(
  name: string,
  blocked: (writer: Writer, inputs: readonly Value[], shapes: readonly Shape[]) => PlainValue,
  otherwise: Form<object>,
): Form<object> {
  return {
    name,
    when: 'what lies in planes already',
    write: (writer, call) =>
      call.inputs.some(({ layout }) => layout === 'planes')
        ? blocked(writer, call.inputs, call.shapes)
        : otherwise.write(writer, call),
  };
}

const generic = genericForms.forms;

export const blockedForms: FormTable = {
  fused: true,
  forms: {
    ...generic,
    add: [addInBlocks],
    sub: [blockwise('Sub')],
    mul: [blockwise('Mul')],
    div: [weightwise('Div')],
    sqrt: [weightwise('Sqrt')],
    relu: [blockwise('Relu')],
    scaledSum: [scaledSumInBlocks],
    dot: [dotOfKernels],
    slice: [sliceOfKernel],
    embed: [embedIntoKernel],
    affineSum: [affineSum, plain(affineSumByMulAdd)],
    affineGate: [{ ...affineGateInPlanes, applies: ({ shape }) => isSpatial(shape) }, plain(affineGateByHardSigmoid)],
    channelDot: [
      ofPlanes(
        'blocked: Conv by the planes themselves',
        (writer, [a, b], shapes) => dotPlanes(writer, asPlanes(writer, a, shapes[0]), asPlanes(writer, b, shapes[1])),
        generic.channelDot[0],
      ),
    ],
    channelSum: [
      ofPlanes(
        'blocked: GlobalAveragePool',
        (writer, [x], shapes) => sumPlanes(writer, asPlanes(writer, x, shapes[0])),
        generic.channelSum[0],
      ),
    ],
    convolution: [...convolutionForms, plain(convolutionByConv)],
    doubling: [...doublingForms, plain(doublingByConv), plain(doublingByConvTranspose)],
    convWeightGradient: [...weightGradientForms, ...generic.convWeightGradient],
  },
};
