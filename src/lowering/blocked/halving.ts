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
import { cutLike, planesOf, type Grid } from './grid.ts';
import { blockTable, turnBlocks } from './kernels.ts';
import { blockedConv } from './nchwc.ts';
import { apart, merged, onGrid } from './planes.ts';
import type { Tail } from './same-convolution.ts';
import { imagesOf } from './same-weight-gradient.ts';
import { weightGradient } from './weight-gradient.ts';
import type { Writer } from '../writer.ts';

/** `w` is folded where `x` is. */
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
  const grid = cutLike(out, x.grid, x.grid.fold);
  const parts = halves.flatMap((planes, g) => apart(writer, grid, g, planes));
  return onGrid(writer, { layout: 'planes', grid, parts }, out);
}

/** `w` is folded where the result is. */
export function double(writer: Writer, y: PlanesValue, w: KernelValue, out: Grid, tail: Tail): PlanesValue {
  const { graph, block } = writer;
  const coarse = onGrid(writer, y, cutLike(y.grid, out, out.fold));
  const { h, w: width, lanes: ins } = coarse.grid;
  const lanes = out.lanes;
  const bias = tail.bias && graph.concat([tail.bias, tail.bias, tail.bias, tail.bias], 0);
  const parts = out.groups.flatMap((_, g) =>
    tapWeights(writer, w).map((taps) => {
      const products = blockedConv(graph, merged(writer, coarse, g), graph.reshape(taps, 4 * lanes, ins, 1, 1), {
        kernel: [1, 1],
        bias,
        activation: tail.relu ? 'relu' : null,
      });
      const count = planesOf(out, g);
      const split = graph.reshape(products, count, 2, 2, lanes / block, h, width, block);
      return graph.reshape(graph.transpose(split, 0, 3, 4, 1, 5, 2, 6), count, lanes, 2 * h, 2 * width);
    }),
  );
  return { layout: 'planes', grid: out, parts };
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

/** The gradient of a halving weight: `fine` (n, c) and `coarse` (n, o), half as large. Folded where `fine` is. */
export function halvingWeightGradient(
  writer: Writer,
  fine: PlanesValue,
  coarse: PlanesValue,
  shape: Shape,
): KernelValue {
  const { parities, groups, fold } = fine.grid;
  const [o, c, ...rest] = shape;
  const kernel = { shape: [fold * o, fold * c, ...rest], block: writer.block, sources: [fold * c] };
  const like = onGrid(writer, coarse, cutLike(coarse.grid, fine.grid, fold));
  const parts = Array.from({ length: parities }, (_unused, z) =>
    weightGradient(
      writer,
      groups.map((_, g) => ({
        dy: merged(writer, like, g),
        x: fine.parts[parities * g + z],
        planes: planesOf(fine.grid, g),
      })),
      imagesOf(like.grid),
      imagesOf(fine.grid),
      { extent: 2, stride: 2, pad: 0 },
    ),
  );
  return { layout: 'kernel', kernel, parts };
}
