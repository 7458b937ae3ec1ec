/** Activations from the program's own layout to blocked planes and back, and from one way of cutting them to another. */
import { equalShape, type Shape } from '../../graph/index.ts';
import type { PlainValue, PlanesValue } from '../value.ts';
import { cutLike, partOf, planesOf, planeSize, setsOf, type Grid } from './grid.ts';
import { blockedConv, reorderInput, reorderOutput } from './nchwc.ts';
import type { Writer } from '../writer.ts';

/** (n, c, z, y, x) to planes. */
export function planesFromPlain(writer: Writer, value: PlainValue, shape: Shape): PlanesValue {
  return writer.once(value, 'planes', () => {
    const { graph } = writer;
    const grid = writer.grid(shape);
    const { c, d, h, w, lanes, fold } = grid;
    const samples = graph.split(planeMajor(writer, value, shape), 0, grid.groups);
    const parts = samples.flatMap((group, g) => {
      const sets = setsOf(grid, g);
      const slots = graph.reshape(group, fold, sets * d, c, h * w);
      const images = graph.reshape(fold === 1 ? slots : graph.transpose(slots, 1, 0, 2, 3), sets * d, fold * c, h, w);
      return apart(writer, grid, g, reorderInput(graph, graph.pad(images, [0, 0, 0, 0], [0, lanes - fold * c, 0, 0])));
    });
    return { layout: 'planes', grid, parts };
  });
}

/** Planes to (n, c, z, y, x). */
export function plainFromPlanes(writer: Writer, value: PlanesValue, shape: Shape): PlainValue {
  return writer.once(value, 'plain', () => {
    const { graph } = writer;
    const { c, d, h, w, groups, fold } = value.grid;
    const samples = groups.map((n, g) => {
      const images = reorderOutput(graph, merged(writer, value, g), fold * c);
      const slots = graph.reshape(images, setsOf(value.grid, g) * d, fold, c, h * w);
      return graph.reshape(fold === 1 ? slots : graph.transpose(slots, 1, 0, 2, 3), n, d, c, h, w);
    });
    const all = graph.concat(samples, 0);
    const name = graph.reshape(c === 1 || d === 1 ? all : graph.transpose(all, 0, 2, 1, 3, 4), ...shape);
    return { layout: 'plain', name };
  });
}

/** The same activation on a grid with other groups, or another number of samples to a block. */
export function onGrid(writer: Writer, value: PlanesValue, grid: Grid): PlanesValue {
  const from = value.grid;
  if (equalShape(from.groups, grid.groups) && from.fold === grid.fold) return value;
  return writer.once(value, `on ${grid.fold} ${grid.groups.join()}`, () => {
    const perParity = Array.from({ length: grid.parities }, (_unused, parity) => {
      const single = from.groups.map((_, g) => unfolded(writer, value, g, parity));
      const groups = regrouped(writer, single, from.groups, grid.groups, grid.d / grid.parities);
      return groups.map((samples, g) => folded(writer, grid, g, samples));
    });
    const parts = grid.groups.flatMap((_, g) => perParity.map((groups) => groups[g]));
    return { layout: 'planes', grid, parts };
  });
}

/** A part with a block for each sample: slot after slot is picked by a convolution with ones. */
function unfolded(writer: Writer, { grid, parts }: PlanesValue, group: number, parity: number): string {
  const part = parts[partOf(grid, group, parity)];
  if (grid.fold === 1) return part;
  const alone = cutLike(grid, grid, 1);
  const slots = Array.from({ length: grid.fold }, (_, slot) =>
    blockedConv(writer.graph, part, slotWeights(writer, grid, alone, slot), { kernel: [1, 1] }),
  );
  return writer.graph.concat(slots, 0);
}

/** The other way. */
function folded(writer: Writer, grid: Grid, group: number, samples: string): string {
  if (grid.fold === 1) return samples;
  const { graph } = writer;
  const alone = cutLike(grid, grid, 1);
  const planes = planesOf(grid, group);
  const pieces = graph.split(
    samples,
    0,
    Array.from({ length: grid.fold }, () => planes),
  );
  return pieces.reduce<string | null>(
    (sum, piece, slot) => blockedConv(graph, piece, slotWeights(writer, alone, grid, slot), { kernel: [1, 1], sum }),
    null,
  ) as string;
}

/** Ones from a slot's channels of one grid to those of the other; one of the two has a single slot. */
function slotWeights({ graph }: Writer, from: Grid, to: Grid, slot: number): string {
  const { block, c } = from;
  const [fromStart, toStart] = [from.fold > 1 ? slot * c : 0, to.fold > 1 ? slot * c : 0];
  const key = `slot ${slot} of ${c}, ${from.lanes} of ${from.fold} to ${to.lanes} of ${to.fold}`;
  return graph.pattern(key, [to.lanes, from.lanes, 1, 1], (i) => {
    const [o, inner] = [i % block, Math.floor(i / block) % block];
    const outer = Math.floor(i / (block * block));
    const input = (outer % (from.lanes / block)) * block + inner - fromStart;
    const output = Math.floor(outer / (from.lanes / block)) * block + o - toStart;
    return input === output && input >= 0 && input < c ? 1 : 0;
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
 * `perSample`.
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
