/**
 * ONNX Runtime's blocked operators (domain com.microsoft.nchwc, version 1), written by hand: its optimizer makes them only
 * where weights never change, but they take any.
 *
 * A tensor (N, C, H, W) lies in memory as (N, C/B, H, W, B), a weight (O, C, h, w) as (O/B, C/B, h, w, B of C, B of O), that of
 * a depthwise convolution (C, 1, h, w) as (C/B, h, w, B). With fewer than B input channels the input is a plain (N, C, H, W)
 * and the weight lies as (O/B, C, h, w, B). For every other operator a blocked tensor is just numbers in a row: it is
 * reshaped for nothing, and most of what follows lives on that.
 */
import type { OnnxAttribute } from '../../codec/index.ts';
import type { OnnxGraph } from '../onnx-graph.ts';

export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

export interface BlockedConv {
  readonly kernel: readonly [number, number];
  readonly bias?: string | null;
  /** Added before bias and activation; overwritten where nobody else needs it. */
  readonly sum?: string | null;
  /** Top, left, bottom, right. */
  readonly pads?: readonly number[];
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly group?: number;
  /** `gate`: 1 where the result is positive, 0 elsewhere. */
  readonly activation?: 'relu' | 'gate' | null;
}

const ACTIVATIONS: Readonly<Record<'relu' | 'gate', Readonly<Record<string, OnnxAttribute>>>> = {
  relu: { activation: 'Relu' },
  // max(0, min(1, 1e30 y)): positive y below 1e-30, which no activation is, would count in part.
  gate: { activation: 'HardSigmoid', activation_params: { floats: [1e30, 0] } },
};

export function blockedConv(graph: OnnxGraph, x: string, w: string, conv: BlockedConv): string {
  const { kernel, bias, sum, pads, strides, dilations, group, activation } = conv;
  const inputs = sum ? [x, w, bias ?? '', sum] : bias ? [x, w, bias] : [x, w];
  const attributes = {
    kernel_shape: kernel,
    pads: pads ?? [0, 0, 0, 0],
    strides: strides ?? [1, 1],
    dilations: dilations ?? [1, 1],
    group: { integer: group ?? 1 },
    ...(activation ? ACTIVATIONS[activation] : {}),
  };
  return graph.node('Conv', inputs, attributes, BLOCKED_DOMAIN);
}

/** (N, C, H, W), C a multiple of 4, to blocks. Of a view (n, B, rest, 1) it is a fast transpose to (n, rest, B). */
export function reorderInput(graph: OnnxGraph, x: string): string {
  return graph.node('ReorderInput', [x], {}, BLOCKED_DOMAIN);
}

/** Blocks to a plain (N, channels, H, W). */
export function reorderOutput(graph: OnnxGraph, x: string, channels: number): string {
  return graph.node('ReorderOutput', [x], { channels: { integer: channels } }, BLOCKED_DOMAIN);
}

/** The mean over H and W. */
export function averagePool(graph: OnnxGraph, x: string): string {
  return graph.node('GlobalAveragePool', [x], {}, BLOCKED_DOMAIN);
}
