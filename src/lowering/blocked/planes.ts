/** Activations from the program's own layout to blocked planes and back, and from one way of cutting them to another. */
import type { Shape } from '../../graph/index.ts';
import type { PlainValue, PlanesValue } from '../value.ts';
import { planesOf, planeSize, type Grid } from './grid.ts';
import { reorderInput, reorderOutput } from './nchwc.ts';
import type { Writer } from '../writer.ts';

/** (n, c, z, y, x) to planes. */
export function planesFromPlain(writer: Writer, value: PlainValue, shape: Shape): PlanesValue {
  return writer.once(value, 'planes', () => {
    const { graph } = writer;
    const grid = writer.grid(shape);
    const { c, d, h, w, lanes } = grid;
    const samples = graph.split(planeMajor(writer, value, shape), 0, grid.groups);
    const parts = samples.flatMap((group, g) => {
      const images = graph.reshape(group, grid.groups[g] * d, c, h, w);
      return apart(writer, grid, g, reorderInput(graph, graph.pad(images, [0, 0, 0, 0], [0, lanes - c, 0, 0])));
    });
    return { layout: 'planes', grid, parts };
  });
}

/** Planes to (n, c, z, y, x). */
export function plainFromPlanes(writer: Writer, value: PlanesValue, shape: Shape): PlainValue {
  return writer.once(value, 'plain', () => {
    const { graph } = writer;
    const { c, d, h, w, groups } = value.grid;
    const samples = groups.map((n, g) => {
      const images = reorderOutput(graph, merged(writer, value, g), c);
      return graph.reshape(images, n, d, c, h, w);
    });
    const all = graph.concat(samples, 0);
    const name = graph.reshape(c === 1 || d === 1 ? all : graph.transpose(all, 0, 2, 1, 3, 4), ...shape);
    return { layout: 'plain', name };
  });
}

/** (n, c, z, y, x) as (n, z, c, y, x), in 2D with one z. */
export function planeMajor(writer: Writer, { name }: PlainValue, shape: Shape): string {
  const { graph } = writer;
  const { n, c, d, h, w } = writer.grid(shape);
  const swapped = c === 1 || d === 1 ? name : graph.transpose(name, 0, 2, 1, 3, 4);
  return graph.reshape(swapped, n, d, c, h, w);
}

/** A group's planes in their order, as one tensor. */
export function merged(writer: Writer, value: PlanesValue, group: number): string {
  const { graph } = writer;
  const { grid, parts } = value;
  if (grid.parities === 1) return parts[group];
  return writer.once(value, `merged ${group}`, () => {
    const planes = planesOf(grid, group);
    const rows = [0, 1].map((parity) => graph.reshape(parts[2 * group + parity], planes, planeSize(grid)));
    return graph.reshape(graph.concat(rows, 1), 2 * planes, grid.lanes, grid.h, grid.w);
  });
}

/** A group's planes in their order, as the grid's parts. */
export function apart(writer: Writer, grid: Grid, group: number, planes: string): string[] {
  if (grid.parities === 1) return [planes];
  const { graph } = writer;
  const pairs = planesOf(grid, group);
  return graph
    .split(graph.reshape(planes, pairs, 2, planeSize(grid)), 1, [1, 1])
    .map((half) => graph.reshape(half, pairs, grid.lanes, grid.h, grid.w));
}

/**
 * Tensors of consecutive samples (`from` says how many each) as tensors of other groups; first axis: samples times
 * `perSample`. `rest` is the shape of the other axes.
 */
export function regrouped(
  writer: Writer,
  tensors: readonly string[],
  from: readonly number[],
  to: readonly number[],
  perSample: number,
): string[] {
  if (from.join() === to.join()) return [...tensors];
  const { graph } = writer;
  const starts = (groups: readonly number[]) => groups.map((_, g) => groups.slice(0, g).reduce((a, b) => a + b, 0));
  const [oldStarts, newStarts] = [starts(from), starts(to)];
  return to.map((count, g) => {
    const pieces = tensors.flatMap((tensor, k) => {
      const start = Math.max(newStarts[g], oldStarts[k]);
      const end = Math.min(newStarts[g] + count, oldStarts[k] + from[k]);
      if (start >= end) return [];
      if (start === oldStarts[k] && end === oldStarts[k] + from[k]) return [tensor];
      return [graph.slice(tensor, [0], [(start - oldStarts[k]) * perSample], [(end - oldStarts[k]) * perSample])];
    });
    return graph.concat(pieces, 0);
  });
}
