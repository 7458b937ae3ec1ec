/**
 * Convolutions 3x3x3 from few channels to many, or from many to few: the first and the last of a network.
 *
 * Few means that the three planes z-1, z, z+1 together have fewer channels than a block: they stay plain beside each other,
 * and the blocked convolution takes them as it is.
 *
 * - from few     one 2D convolution of the planes beside each other (and, by the turned weight, the gradient from few)
 * - to few       one 2D convolution to lanes (kz, o); then lane kz of plane z - 1 + kz is added up in plain planes
 * - gradients of their weights: the few are spread to all their taps (a convolution by ones and zeros), which are then
 *   columns of the weight gradient without taps
 *
 * The weights are small and stay in the program's own layout; a table puts them into place at each run.
 */
import { elementCount, type Shape } from '../../graph/index.ts';
import type { PlainValue, PlanesValue } from '../value.ts';
import { planesOf, wholeBlocks, type Grid } from './grid.ts';
import { tableOf, withZero } from './kernels.ts';
import { blockedConv, reorderOutput } from './nchwc.ts';
import { planeMajor } from './planes.ts';
import type { Tail } from './same-convolution.ts';
import { weightGradient } from './weight-gradient.ts';
import type { Writer } from '../writer.ts';

/** Whether a channel count is few, for a kernel of kz planes. */
export function isFew(channels: number, kz: number, block: number): boolean {
  return channels * kz < block;
}

interface Weight {
  readonly value: PlainValue;
  /** (o, c, kz, 3, 3), or (o, c, 3, 3). */
  readonly shape: Shape;
}

/** Where the tap (kz, ky, kx) of a weight from c to o lies in it. */
type Place = (o: number, c: number, kz: number, tap: number) => number;

function placeIn(shape: Shape): Place {
  const kz = kzOf(shape);
  return (o, c, z, tap) => ((o * shape[1] + c) * kz + z) * 9 + tap;
}

function kzOf(shape: Shape): number {
  return shape.length === 5 ? shape[2] : 1;
}

/** The convolution of `x` (n, few, ...). With `turn`, x being few of the weight's outputs, the transposed one. */
export function convolveFromFew(
  writer: Writer,
  x: { readonly value: PlainValue; readonly shape: Shape },
  { value, shape }: Weight,
  out: Grid,
  tail: Tail,
  turn: boolean,
): PlanesValue {
  const { graph, block } = writer;
  const few = x.shape[1];
  const many = shape[turn ? 1 : 0];
  const kz = kzOf(shape);
  const place = placeIn(shape);
  const blocks = wholeBlocks(many, block) / block;
  const zero = elementCount(shape);
  const table = tableOf(writer, ['from few', ...shape, Number(turn)], blocks * kz * few * 9 * block, (set) => {
    let i = 0;
    for (let b = 0; b < blocks; b++)
      for (let z = 0; z < kz; z++)
        for (let f = 0; f < few; f++)
          for (let tap = 0; tap < 9; tap++)
            for (let lane = b * block; lane < (b + 1) * block; lane++)
              set(i++, lane >= many ? zero : turn ? place(f, lane, kz - 1 - z, 8 - tap) : place(lane, f, z, tap));
  });
  const w = graph.reshape(graph.gather(withZero(writer, value, shape), table), blocks * block, kz * few, 3, 3);
  const parts = out.groups.flatMap((_, g) =>
    Array.from({ length: out.parities }, (_unused, parity) =>
      blockedConv(graph, neighbors(writer, x.value, x.shape, kz, out, g, parity), w, {
        kernel: [3, 3],
        pads: [1, 1, 1, 1],
        bias: tail.bias,
        activation: tail.relu ? 'relu' : null,
      }),
    ),
  );
  return { layout: 'planes', grid: out, parts };
}

/** The convolution of `x` to (n, few, ...), plain. */
export function convolveToFew(
  writer: Writer,
  x: PlanesValue,
  { value, shape }: Weight,
  bias: string | null,
  out: Shape,
): PlainValue {
  const { graph, block } = writer;
  const { d, h, w: width, lanes, groups } = x.grid;
  const [few, many] = shape;
  const kz = kzOf(shape);
  const place = placeIn(shape);
  const zero = elementCount(shape);
  const table = tableOf(writer, ['to few', ...shape], lanes * 9 * block, (set) => {
    let i = 0;
    for (let c0 = 0; c0 < lanes; c0 += block)
      for (let tap = 0; tap < 9; tap++)
        for (let c = c0; c < c0 + block; c++)
          for (let lane = 0; lane < block; lane++)
            set(i++, c < many && lane < kz * few ? place(lane % few, c, Math.floor(lane / few), tap) : zero);
  });
  const w = graph.reshape(graph.gather(withZero(writer, value, shape), table), block, lanes, 3, 3);
  const size = few * h * width;
  const samples = groups.map((n, g) => {
    const perPart = x.parts.slice(g * x.grid.parities, (g + 1) * x.grid.parities).map((part) => {
      const products = blockedConv(graph, part, w, { kernel: [3, 3], pads: [1, 1, 1, 1] });
      return graph.reshape(reorderOutput(graph, products, kz * few), planesOf(x.grid, g), 1, kz * size);
    });
    const planes = graph.reshape(graph.concat(perPart, 1), n, d, kz * size);
    if (kz === 1) return planes;
    // y(z) = lane 0 of plane z - 1, lane 1 of z, lane 2 of z + 1
    const [before, here, behind] = graph.split(planes, 2, [size, size, size]);
    if (d === 1) return here;
    const none = graph.filled(0, n, 1, size);
    const down = graph.concat([none, graph.slice(before, [1], [0], [d - 1])], 1);
    const up = graph.concat([graph.slice(behind, [1], [1], [d]), none], 1);
    return graph.node('Add', [graph.node('Add', [here, down]), up]);
  });
  const all = graph.reshape(
    graph.concat(samples, 0),
    groups.reduce((a, b) => a + b, 0),
    d,
    few,
    h,
    width,
  );
  const channelMajor = graph.reshape(few === 1 || d === 1 ? all : graph.transpose(all, 0, 2, 1, 3, 4), ...out);
  const name = bias
    ? graph.node('Add', [channelMajor, graph.reshape(bias, ...out.map((_, axis) => (axis === 1 ? few : 1)))])
    : channelMajor;
  return { layout: 'plain', name };
}

/** The gradient of the weight from few: `x` (n, few, ...) plain, `dy` in planes. */
export function weightGradientFromFew(
  writer: Writer,
  x: { readonly value: PlainValue; readonly shape: Shape },
  dy: PlanesValue,
  shape: Shape,
): PlainValue {
  const place = placeIn(shape);
  return gradientOfFew(writer, x, dy, shape, (few, many, z, tap) => place(many, few, z, tap));
}

/** The gradient of the weight to few: `x` in planes, `dy` (n, few, ...) plain. What x meets in dy lies the other way round. */
export function weightGradientToFew(
  writer: Writer,
  x: PlanesValue,
  dy: { readonly value: PlainValue; readonly shape: Shape },
  shape: Shape,
): PlainValue {
  const kz = kzOf(shape);
  const place = placeIn(shape);
  return gradientOfFew(writer, dy, x, shape, (few, many, z, tap) => place(few, many, kz - 1 - z, 8 - tap));
}

function gradientOfFew(
  writer: Writer,
  few: { readonly value: PlainValue; readonly shape: Shape },
  many: PlanesValue,
  shape: Shape,
  place: (few: number, many: number, z: number, tap: number) => number,
): PlainValue {
  const { graph, block } = writer;
  const { grid } = many;
  const kz = kzOf(shape);
  const count = few.shape[1];
  const columns = wholeBlocks(9 * kz * count, block);
  const ones = graph.pattern(`taps of ${kz * count} in ${block}`, [columns, kz * count, 3, 3], (i) => {
    const [lane, tap, channel, b] = [
      i % block,
      Math.floor(i / block) % 9,
      Math.floor(i / (9 * block)) % (kz * count),
      Math.floor(i / (9 * block * kz * count)),
    ];
    return b * block + lane === channel * 9 + tap ? 1 : 0;
  });
  const pairings = grid.groups.flatMap((_, g) =>
    Array.from({ length: grid.parities }, (_unused, parity) => {
      const plain = neighbors(writer, few.value, few.shape, kz, grid, g, parity);
      const taps = blockedConv(graph, plain, ones, { kernel: [3, 3], pads: [1, 1, 1, 1] });
      return { dy: many.parts[g * grid.parities + parity], x: taps, planes: planesOf(grid, g) };
    }),
  );
  const { h, w, lanes } = grid;
  const made = weightGradient(
    writer,
    pairings,
    { blocks: lanes / block, h, w },
    { blocks: columns / block, h, w },
    { extent: 1, stride: 1, pad: 0 },
  );
  // In memory (many/B, columns/B, B of columns, B of many); column (z, few, tap).
  const table = tableOf(writer, ['gradient of few', ...shape, place(1, 0, 0, 0)], elementCount(shape), (set) => {
    for (let m = 0; m < grid.c; m++)
      for (let z = 0; z < kz; z++)
        for (let f = 0; f < count; f++)
          for (let tap = 0; tap < 9; tap++) {
            const column = (z * count + f) * 9 + tap;
            set(place(f, m, z, tap), (Math.floor(m / block) * columns + column) * block + (m % block));
          }
  });
  const flat = graph.reshape(made, lanes * columns);
  return { layout: 'plain', name: graph.reshape(graph.gather(flat, table), ...shape) };
}

/** For the planes of one part: (planes, (kz, few), y, x), plane z with its neighbors, zero outside. */
function neighbors(
  writer: Writer,
  value: PlainValue,
  shape: Shape,
  kz: number,
  grid: Grid,
  group: number,
  parity: number,
): string {
  return writer.once(value, `neighbors ${group} ${parity} of ${grid.groups.join()}`, () => {
    const { graph } = writer;
    const { n, d, h, w, parities, groups } = grid;
    const few = shape[1];
    const size = few * h * w;
    const first = groups.slice(0, group).reduce((a, b) => a + b, 0);
    const planes = writer.once(value, 'planes and a zero plane', () => {
      const all = graph.reshape(planeMajor(writer, value, shape), n * d, size);
      return graph.concat([all, graph.filled(0, 1, size)], 0);
    });
    const table = tableOf(
      writer,
      ['neighbors', n, d, first, groups[group], parity, parities, kz],
      planesOf(grid, group) * kz,
      (set) => {
        let i = 0;
        for (let sample = first; sample < first + groups[group]; sample++)
          for (let z = parity; z < d; z += parities)
            for (let k = 0; k < kz; k++) {
              const at = z + k - (kz - 1) / 2;
              set(i++, at >= 0 && at < d ? sample * d + at : n * d);
            }
      },
    );
    return graph.reshape(graph.gather(planes, table), planesOf(grid, group), kz * few, h, w);
  });
}
