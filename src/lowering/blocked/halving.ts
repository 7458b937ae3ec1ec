/**
 * Convolution 2x2x2 with stride 2 and its transpose, in blocked planes. Even and odd planes being apart, z needs no work:
 *
 *   halving    y(j) = w0 E[j] + w1 O[j]                     each product a 2D convolution 2x2, stride 2
 *   doubling   E[j] = w0' y(j)     O[j] = w1' y(j)          each a product of channels for all four taps, then spread to 2x2
 *
 * In 2D there is one of each.
 */
import type { Shape } from '../../graph/index.ts';
import { kernelExtents } from '../kernel-layout.ts';
import type { KernelValue, PlanesValue } from '../value.ts';
import { planesOf, type Grid } from './grid.ts';
import { blockTable, turnBlocks } from './kernels.ts';
import { blockedConv } from './nchwc.ts';
import { apart, merged, regrouped } from './planes.ts';
import type { Tail } from './same-convolution.ts';
import { imagesOf } from './same-weight-gradient.ts';
import { weightGradient } from './weight-gradient.ts';
import type { Writer } from '../writer.ts';

export function halve(writer: Writer, x: PlanesValue, w: KernelValue, out: Grid, tail: Tail): PlanesValue {
  const { parities, groups } = x.grid;
  const halves = groups.map((_, g) =>
    w.parts.reduce<string | null>((sum, part, z) => {
      const last = z === w.parts.length - 1;
      return blockedConv(writer.graph, x.parts[parities * g + z], part as string, {
        kernel: [2, 2],
        strides: [2, 2],
        sum,
        bias: last ? tail.bias : null,
        activation: last && tail.relu ? 'relu' : null,
      });
    }, null),
  ) as string[];
  const parts = regrouped(writer, halves, groups, out.groups, out.d).flatMap((planes, g) =>
    apart(writer, out, g, planes),
  );
  return { layout: 'planes', grid: out, parts };
}

export function double(writer: Writer, y: PlanesValue, w: KernelValue, out: Grid, tail: Tail): PlanesValue {
  const { graph, block } = writer;
  const { h, w: width, lanes: ins } = y.grid;
  const lanes = out.lanes;
  const bias = tail.bias && graph.concat([tail.bias, tail.bias, tail.bias, tail.bias], 0);
  const parts = mergedGroups(writer, y, out.groups).flatMap((planes, g) =>
    tapWeights(writer, w).map((taps) => {
      const products = blockedConv(graph, planes, graph.reshape(taps, 4 * lanes, ins, 1, 1), {
        kernel: [1, 1],
        bias,
        activation: tail.relu ? 'relu' : null,
      });
      const count = out.groups[g] * y.grid.d;
      const split = graph.reshape(products, count, 2, 2, lanes / block, h, width, block);
      return graph.reshape(graph.transpose(split, 0, 3, 4, 1, 5, 2, 6), count, lanes, 2 * h, 2 * width);
    }),
  );
  return { layout: 'planes', grid: out, parts };
}

/** All planes of `value` in order, one tensor for each of `groups`. */
export function mergedGroups(writer: Writer, value: PlanesValue, groups: readonly number[]): string[] {
  return writer.once(value, `merged for ${groups.join()}`, () => {
    const own = value.grid.groups.map((_, g) => merged(writer, value, g));
    return regrouped(writer, own, value.grid.groups, groups, value.grid.d);
  });
}

/** For each kz the weights from o to (tap, c): in memory (tap, C/B, O/B, B of o, B of c). */
function tapWeights(writer: Writer, w: KernelValue): string[] {
  return writer.once(w, 'taps', () => {
    const { block, sources } = w.kernel;
    const [ob, cb] = [kernelExtents(w.kernel).o, sources[0]].map((channels) => Math.ceil(channels / block));
    const table = blockTable(writer, ['taps', ob, cb], [4, cb, ob], ([tap, c, o]) => (o * cb + c) * 4 + tap);
    return w.parts.map((part) => turnBlocks(writer, part as string, table, 4, cb * ob));
  });
}

/** The gradient of a halving weight: `fine` (n, c) and `coarse` (n, o), half as large. */
export function halvingWeightGradient(
  writer: Writer,
  fine: PlanesValue,
  coarse: PlanesValue,
  shape: Shape,
): KernelValue {
  const { parities, groups } = fine.grid;
  const kernel = { shape, block: writer.block, sources: [shape[1]] };
  const coarsePlanes = mergedGroups(writer, coarse, groups);
  const parts = Array.from({ length: parities }, (_unused, z) =>
    weightGradient(
      writer,
      groups.map((_, g) => ({
        dy: coarsePlanes[g],
        x: fine.parts[parities * g + z],
        planes: planesOf(fine.grid, g),
      })),
      imagesOf(coarse.grid),
      imagesOf(fine.grid),
      { extent: 2, stride: 2, pad: 0 },
    ),
  );
  return { layout: 'kernel', kernel, parts };
}
