/** Elementwise, per-channel and summing operators by standard ONNX. Equations: the operators' files in graph/operators. */
import type { EmbedAttributes, Shape, SliceAttributes } from '../../graph/index.ts';
import type { PlainForm } from '../form.ts';
import type { OnnxGraph } from '../onnx-graph.ts';

/** An operator that ONNX has under another name: inputs as they are. */
export function named(operator: string): PlainForm<object> {
  return { name: operator, write: (graph, { inputs }) => graph.node(operator, inputs) };
}

/**
 * The gate's 0 and 1 by HardSigmoid, max(0, min(1, 1e30 g)): one threaded pass where Greater and Where take fifteen times as
 * long. Positive g below 1e-30, which no activation is, would count in part.
 */
export const gateByHardSigmoid: PlainForm<object> = {
  name: 'HardSigmoid, Mul',
  write: (graph, { inputs: [x, g] }) =>
    graph.node('Mul', [x, graph.node('HardSigmoid', [g], { alpha: 1e30, beta: 0 })]),
};

export const affineByMulAdd: PlainForm<object> = {
  name: 'Mul, Add',
  write(graph, { inputs: [x, scale, shift], shapes: [shape] }) {
    const scaled = graph.node('Mul', [x, alongChannels(graph, scale, shape)]);
    return shift === undefined ? scaled : graph.node('Add', [scaled, alongChannels(graph, shift, shape)]);
  },
};

export const channelDotBySum: PlainForm<object> = {
  name: 'Mul, ReduceSum',
  write: (graph, { inputs: [a, b], shapes: [shape] }) => channelSums(graph, graph.node('Mul', [a, b]), shape),
};

export const channelSumBySum: PlainForm<object> = {
  name: 'ReduceSum',
  write: (graph, { inputs: [x], shapes: [shape] }) => channelSums(graph, x, shape),
};

export const channelSpreadByExpand: PlainForm<{ readonly shape: Shape }> = {
  name: 'Expand',
  write: (graph, { inputs: [x], shape }) =>
    graph.node('Expand', [alongChannels(graph, x, shape), graph.integers(...shape)]),
};

export const spreadByExpand: PlainForm<{ readonly shape: Shape }> = {
  name: 'Expand',
  write: (graph, { inputs: [x], shape }) => graph.node('Expand', [x, graph.integers(...shape)]),
};

export const sumBySum: PlainForm<object> = {
  name: 'ReduceSum',
  write: (graph, { inputs: [x] }) => graph.node('ReduceSum', [x], { keepdims: { integer: 0 } }),
};

export const sliceBySlice: PlainForm<SliceAttributes> = {
  name: 'Slice',
  write: (graph, { inputs: [x], attributes: { axis, start, length } }) =>
    graph.slice(x, [axis], [start], [start + length]),
};

export const embedByPad: PlainForm<EmbedAttributes> = {
  name: 'Pad',
  write: (graph, { inputs: [x], shapes: [shape], attributes: { axis, start, length } }) =>
    graph.pad(
      x,
      shape.map((_, i) => (i === axis ? start : 0)),
      shape.map((extent, i) => (i === axis ? length - start - extent : 0)),
    ),
};

/** (c) as (1, c, 1, ...), which ONNX spreads over the other axes. */
function alongChannels(graph: OnnxGraph, x: string, shape: Shape): string {
  return graph.reshape(x, ...shape.map((extent, axis) => (axis === 1 ? extent : 1)));
}

function channelSums(graph: OnnxGraph, x: string, shape: Shape): string {
  return graph.sum(x, ...shape.map((_, axis) => axis).filter((axis) => axis !== 1));
}
