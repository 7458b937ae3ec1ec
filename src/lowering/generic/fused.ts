/** Fused operators by standard ONNX, operator after operator: where no form that does them at once applies. */
import type { PlainForm } from '../form.ts';
import type { AffineSumAttributes, ConvolutionAttributes, DoublingAttributes } from '../fusions.ts';
import type { OnnxGraph } from '../onnx-graph.ts';
import { convByConv, convTransposeByConv, convTransposeByConvTranspose } from './conv.ts';
import { affineByMulAdd, gateByHardSigmoid } from './pointwise.ts';

export const convolutionByConv: PlainForm<ConvolutionAttributes> = {
  name: 'Conv',
  when: 'where no faster form applies',
  write(graph, { inputs, shapes, attributes, shape }) {
    const bias = inputs.slice(2 * attributes.sources);
    const sums = Array.from({ length: attributes.sources }, (_, i) =>
      convByConv.write(graph, {
        inputs: [...inputs.slice(2 * i, 2 * i + 2), ...(i === 0 ? bias : [])],
        shapes: shapes.slice(2 * i, 2 * i + 2),
        attributes,
        shape,
      }),
    );
    return rectified(
      graph,
      sums.reduce((a, b) => graph.node('Add', [a, b])),
      attributes.relu,
    );
  },
};

export const doublingByConv: PlainForm<DoublingAttributes> = {
  ...convTransposeByConv,
  write: (graph, call) => rectified(graph, convTransposeByConv.write(graph, call), call.attributes.relu),
};

export const doublingByConvTranspose: PlainForm<DoublingAttributes> = {
  ...convTransposeByConvTranspose,
  write: (graph, call) => rectified(graph, convTransposeByConvTranspose.write(graph, call), call.attributes.relu),
};

export const affineSumByMulAdd: PlainForm<AffineSumAttributes> = {
  name: 'Mul, Add',
  write(graph, { inputs, shapes, attributes: { shift, sum, relu }, shape }) {
    const count = shift ? 3 : 2;
    const made = affineByMulAdd.write(graph, { inputs: inputs.slice(0, count), shapes, attributes: {}, shape });
    return rectified(graph, sum ? graph.node('Add', [made, inputs[count]]) : made, relu);
  },
};

export const affineGateByHardSigmoid: PlainForm<object> = {
  name: 'Mul, Add, HardSigmoid, Mul',
  write(graph, { inputs: [x, ...affine], shapes: [, ...shapes], shape }) {
    const by = affineByMulAdd.write(graph, { inputs: affine, shapes, attributes: {}, shape });
    return gateByHardSigmoid.write(graph, { inputs: [x, by], shapes: [shape, shape], attributes: {}, shape });
  },
};

function rectified(graph: OnnxGraph, x: string, relu: boolean): string {
  return relu ? graph.node('Relu', [x]) : x;
}
