/**
 * Convolutions by standard ONNX operators. Equations: graph/operators/conv.ts.
 *
 * Times that decided between forms: docs/performance.md.
 */
import { elementCount } from '../../graph/index.ts';
import type { ConvAttributes, ConvTransposeAttributes, ConvWeightAttributes } from '../../graph/index.ts';
import type { PlainForm } from '../form.ts';
import type { OnnxGraph } from '../onnx-graph.ts';

/** ONNX's Conv is the operator. */
export const convByConv: PlainForm<ConvAttributes> = {
  name: 'Conv',
  when: 'where no faster form applies',
  write: (graph, { inputs, attributes: { strides, pads } }) =>
    graph.node('Conv', inputs, { strides, pads: [...pads, ...pads] }),
};

/**
 * With stride 1 the transpose is a convolution again, by the weight turned around:
 *
 *   x[n,c,q] = sum over o,k  y[n,o, q + k - (K - 1 - a)] w'[c,o,k]      w'[c,o,k] = w[o,c, K - 1 - k]
 *
 * Turning the weight costs a pass over it: worth it where there are many more positions than taps.
 */
export const convTransposeByConv: PlainForm<ConvTransposeAttributes> = {
  name: 'Conv by the turned weight',
  when: 'stride 1, many positions',
  applies: ({ shapes: [y], attributes: { strides } }) =>
    strides.every((stride) => stride === 1) && y[0] * elementCount(y.slice(2)) >= 512,
  write(graph, { inputs: [y, w, b], shapes: [, wShape], attributes: { pads } }) {
    const [o, c, ...kernel] = wShape;
    const taps = elementCount(kernel);
    const backwards = graph.slice(graph.reshape(w, o, c, taps), [2], [-1], [-taps - 1], [-1]);
    const turned = graph.reshape(graph.transpose(backwards, 1, 0, 2), c, o, ...kernel);
    const rest = pads.map((pad, i) => kernel[i] - 1 - pad);
    return graph.node('Conv', b ? [y, turned, b] : [y, turned], { pads: [...rest, ...rest] });
  },
};

/** ONNX's ConvTranspose, told what the stride leaves open. */
export const convTransposeByConvTranspose: PlainForm<ConvTransposeAttributes> = {
  name: 'ConvTranspose',
  when: 'where no faster form applies',
  write(graph, { inputs, shapes: [y, w], attributes: { strides, pads, extents } }) {
    const left = extents.map((extent, i) => extent - ((y[i + 2] - 1) * strides[i] + w[i + 2] - 2 * pads[i]));
    return graph.node('ConvTranspose', inputs, { strides, pads: [...pads, ...pads], output_padding: left });
  },
};

/**
 * The weight's gradient as matrix products over positions, for stride 1. The first trailing axis of the kernel is laid out
 * beside x's channels, the other taps shift y, one product each:
 *
 *   w[o,c,(k0,k)] = sum over n,q  y[n,o, q - k + a] x[n,c, q0 + k0 - a0, q]
 *
 * Few and long products: x is copied K0 times, y once a tap.
 */
export const weightGradientByShifts: PlainForm<ConvWeightAttributes> = {
  name: 'products of shifted copies',
  when: 'stride 1',
  applies: ({ attributes: { strides } }) => strides.every((stride) => stride === 1),
  write(graph, { inputs: [x, y], shapes: [xShape, yShape], attributes: { pads, kernel } }) {
    const [n, c, ...extents] = xShape;
    const [, o, first] = yShape;
    const inPlane = extents.slice(1);
    const axes = inPlane.map((_, i) => i + 3);
    const positions = first * elementCount(inPlane);

    const around = [0, 0, pads[0], ...inPlane.map(() => 0)];
    const padded = graph.pad(x, around, around);
    const planes = range(kernel[0]).map((k) => graph.slice(padded, [2], [k], [k + first]));
    const columns = graph.transpose(graph.reshape(graph.concat(planes, 1), n, kernel[0] * c, positions), 0, 2, 1);

    // y reaches from -(K - 1 - a) before x to as far behind it: zeros there.
    const before = inPlane.map((_, i) => kernel[i + 1] - 1 - pads[i + 1]);
    const behind = inPlane.map((extent, i) => extent + kernel[i + 1] - 1 - (before[i] + yShape[i + 3]));
    const wide = graph.pad(y, [0, 0, 0, ...before], [0, 0, 0, ...behind]);
    const products = tapsOf(kernel.slice(1)).map((tap) => {
      const starts = tap.map((k, i) => kernel[i + 1] - 1 - k);
      const shifted = graph.slice(
        wide,
        axes,
        starts,
        starts.map((start, i) => start + inPlane[i]),
      );
      return graph.node('MatMul', [graph.reshape(shifted, n, o, positions), columns]); // (n, o, k0 c)
    });
    const summed = sumOverBatch(graph, graph.concat(products, 1), n); // (tap o, k0 c)
    const split = graph.reshape(summed, products.length, o, kernel[0], c);
    return graph.reshape(graph.transpose(split, 1, 3, 2, 0), o, c, ...kernel);
  },
};

/** The weight's gradient as one matrix product, x's taps laid out beside its channels: for a stride, where taps are few. */
export const weightGradientByTaps: PlainForm<ConvWeightAttributes> = {
  name: 'product of all taps',
  when: 'where no faster form applies',
  write(graph, { inputs: [x, y], shapes: [xShape, yShape], attributes: { strides, pads, kernel } }) {
    const [n, c, ...extents] = xShape;
    const [, o, ...outputs] = yShape;
    const axes = extents.map((_, i) => i + 2);
    const positions = elementCount(outputs);
    const around = [0, 0, ...pads];
    const padded = graph.pad(x, around, around);
    const taps = tapsOf(kernel).map((tap) => {
      const ends = tap.map((k, i) => k + strides[i] * (outputs[i] - 1) + 1);
      return graph.slice(padded, axes, tap, ends, strides);
    });
    const columns = graph.reshape(graph.concat(taps, 1), n, taps.length * c, positions);
    const rows = graph.reshape(y, n, o, positions);
    const product = graph.node('MatMul', [rows, graph.transpose(columns, 0, 2, 1)]); // (n, o, tap c)
    const split = graph.reshape(sumOverBatch(graph, product, n), o, taps.length, c);
    return graph.reshape(graph.transpose(split, 0, 2, 1), o, c, ...kernel);
  },
};

function sumOverBatch(graph: OnnxGraph, x: string, n: number): string {
  return n === 1 ? x : graph.sum(x, 0);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** All positions in a kernel, last axis fastest. */
function tapsOf(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (taps, extent) => taps.flatMap((tap) => range(extent).map((k) => [...tap, k])),
    [[]],
  );
}
