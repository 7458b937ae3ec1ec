/**
 * The block size of this processor, measured: a wrong one gives wrong numbers, or ends the process, without an error.
 *
 * ReorderInput of 16 channels of two pixels each, numbered in order, has 16 as its ninth number where all 16 channels make one block, and 1 where 8 do.
 * Then a blocked convolution must come to the numbers of a plain one.
 */
import { encodeOnnxModel, type OnnxModel } from '../../codec/index.ts';
import { packKernel } from '../kernel-layout.ts';
import type { LoweredProgram } from '../lower.ts';
import { OnnxGraph } from '../onnx-graph.ts';
import { BLOCKED_DOMAIN, blockedConv, reorderInput, reorderOutput } from './nchwc.ts';

/** Runs a program on the device; rejects where it cannot be loaded. */
export type RunOnce = (
  program: LoweredProgram,
  feeds: Record<string, Float32Array>,
) => Promise<Record<string, Float32Array>>;

/** 16 or 8; null where the device has no blocked layout, or one that does not compute what it should. */
export async function measureConvBlock(run: RunOnce): Promise<8 | 16 | null> {
  try {
    const { reordered } = await run(reorderProbe(), { x: Float32Array.from({ length: 32 }, (_, i) => i) });
    const block = reordered[8] === 16 ? 16 : reordered[8] === 1 ? 8 : null;
    if (block === null) return null;
    const x = Float32Array.from({ length: CHANNELS * SIDE * SIDE }, (_, i) => ((i * 7) % 13) - 6);
    const { blocked, plain } = await run(convolutionProbe(block), { x });
    return plain.every((value, i) => Math.abs(value - blocked[i]) <= 1e-4 * (1 + Math.abs(value))) ? block : null;
  } catch {
    return null; // the domain is not there
  }
}

const CHANNELS = 32;
const SIDE = 5;

function reorderProbe(): LoweredProgram {
  const graph = new OnnxGraph();
  graph.output('reordered', reorderInput(graph, 'x'));
  return probe(graph, [1, 16, 2, 1], { reordered: [1, 16, 2, 1] });
}

function convolutionProbe(block: number): LoweredProgram {
  const graph = new OnnxGraph();
  const shape = [CHANNELS, CHANNELS, 3, 3];
  const weight = Float32Array.from({ length: CHANNELS * CHANNELS * 9 }, (_, i) => ((i * 5) % 11) - 5);
  const [packed] = packKernel(weight, { shape, block, sources: [CHANNELS] });
  const conv = blockedConv(graph, reorderInput(graph, 'x'), graph.floats(packed, shape), {
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
  });
  graph.output('blocked', reorderOutput(graph, conv, CHANNELS));
  graph.output('plain', graph.node('Conv', ['x', graph.floats(weight, shape)], { pads: [1, 1, 1, 1] }));
  const image = [1, CHANNELS, SIDE, SIDE];
  return probe(graph, image, { blocked: image, plain: image });
}

function probe(
  graph: OnnxGraph,
  x: readonly number[],
  results: Readonly<Record<string, readonly number[]>>,
): LoweredProgram {
  const named = Object.entries(results).map(([name, shape]) => ({ name, shape }));
  const model: OnnxModel = {
    opsets: { '': 17, [BLOCKED_DOMAIN]: 1 },
    inputs: [{ name: 'x', shape: x }],
    outputs: named,
    constants: graph.constants,
    nodes: graph.finished(),
  };
  const fed = [{ name: 'x', shape: x }];
  return { model: encodeOnnxModel(model), fed, results: named, carried: [], forms: [], optimize: false };
}
