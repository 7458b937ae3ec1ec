/**
 * Per-channel arithmetic in blocked planes, each one pass over the planes by a depthwise convolution.
 *
 *   affine   y = relu?(x s + t + z)      1x1, the scale as its weight
 *   dot      sum over p  a[p] b[p]       the kernel is a whole plane of b
 *   sum      sum over p  x[p]            GlobalAveragePool
 *
 * Vectors (c) stay plain; padding lanes get zeros, and so stay zero.
 */
import type { PlainValue, PlanesValue } from '../value.ts';
import { planesOf, type Grid } from './grid.ts';
import { averagePool, blockedConv } from './nchwc.ts';
import type { Writer } from '../writer.ts';

export interface AffineTail {
  readonly shift: PlainValue | null;
  readonly sum: PlanesValue | null;
  readonly activation: 'relu' | 'gate' | null;
}

export function affinePlanes(
  writer: Writer,
  x: PlanesValue,
  scale: PlainValue,
  { shift, sum, activation }: AffineTail,
): PlanesValue {
  const { graph } = writer;
  const { lanes } = x.grid;
  const weight = graph.reshape(toLanes(writer, scale, x.grid), lanes, 1, 1, 1);
  const bias = shift && toLanes(writer, shift, x.grid);
  const parts = x.parts.map((part, k) =>
    blockedConv(graph, part, weight, { kernel: [1, 1], bias, sum: sum?.parts[k], group: lanes, activation }),
  );
  return { layout: 'planes', grid: x.grid, parts };
}

export function dotPlanes(writer: Writer, a: PlanesValue, b: PlanesValue): PlainValue {
  const { graph } = writer;
  const { lanes, h, w, parities } = a.grid;
  const products = a.parts.map((part, k) => {
    const channels = planesOf(a.grid, Math.floor(k / parities)) * lanes;
    const planes = graph.reshape(part, 1, channels, h, w);
    const weight = graph.reshape(b.parts[k], channels, 1, h, w);
    return blockedConv(graph, planes, weight, { kernel: [h, w], group: channels });
  });
  return { layout: 'plain', name: overPlanes(writer, a.grid, products) };
}

export function sumPlanes(writer: Writer, x: PlanesValue): PlainValue {
  const { graph } = writer;
  const means = overPlanes(
    writer,
    x.grid,
    x.parts.map((part) => averagePool(graph, part)),
  );
  return { layout: 'plain', name: graph.node('Mul', [means, graph.number(x.grid.h * x.grid.w)]) };
}

/** (c) of one number a lane and plane: their sum over all parts' planes. */
function overPlanes(writer: Writer, grid: Grid, perPart: readonly string[]): string {
  const { graph } = writer;
  const { lanes, fold, c } = grid;
  const rows = perPart.map((part) => graph.reshape(part, -1, lanes));
  const sums = graph.sum(graph.concat(rows, 0), 0);
  const used = lanes === fold * c ? sums : graph.slice(sums, [0], [0], [fold * c]);
  return fold === 1 ? used : graph.sum(graph.reshape(used, fold, c), 0);
}

/** (c) for every slot, with zeros for the padding lanes. */
export function toLanes(writer: Writer, value: PlainValue, { c, fold, lanes }: Grid): string {
  const { graph } = writer;
  return writer.once(value, `to ${lanes} lanes of ${fold}`, () => {
    const slots = graph.concat(
      Array.from({ length: fold }, () => value.name),
      0,
    );
    return graph.pad(slots, [0], [lanes - fold * c]);
  });
}
