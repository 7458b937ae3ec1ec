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
import { foldOf, planesOf, setsOf, wholeBlocks, type Grid } from './grid.ts';
import { tableOf, withZero } from './kernels.ts';
import { blockedConv, reorderOutput } from './nchwc.ts';
import { planeMajor } from './planes.ts';
import type { Tail } from './same-convolution.ts';
import { weightGradient } from './weight-gradient.ts';
import type { Writer } from '../writer.ts';

/** Whether `few` channels are few beside `many` of `n` samples, for a kernel of kz planes. */
export function isFew(few: number, many: number, n: number, kz: number, block: number): boolean {
  return few * kz * foldOf(n, many, block) < block;
}

/** Whether all taps of the few are fewer columns than the gradient in planes would have. */
export function areTapsFew(few: number, many: number, n: number, kz: number, block: number): boolean {
  const fold = foldOf(n, many, block);
  return wholeBlocks(9 * kz * few * fold, block) <= 3 * wholeBlocks(few * fold, block) * (kz > 1 ? 2 : 1);
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
  const { lanes, fold } = out;
  const zero = elementCount(shape);
  const table = tableOf(writer, ['from few', ...shape, Number(turn), fold], lanes * fold * kz * few * 9, (set) => {
    let i = 0;
    for (let first = 0; first < lanes; first += block)
      for (let slot = 0; slot < fold; slot++)
        for (let z = 0; z < kz; z++)
          for (let f = 0; f < few; f++)
            for (let tap = 0; tap < 9; tap++)
              for (let lane = first; lane < first + block; lane++) {
                const m = lane - slot * many;
                if (m < 0 || m >= many) set(i++, zero);
                else set(i++, turn ? place(f, m, kz - 1 - z, 8 - tap) : place(m, f, z, tap));
              }
  });
  const w = graph.reshape(graph.gather(withZero(writer, value, shape), table), lanes, fold * kz * few, 3, 3);
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
  const { d, h, w: width, lanes, groups, fold } = x.grid;
  const [few, many] = shape;
  const kz = kzOf(shape);
  const place = placeIn(shape);
  const zero = elementCount(shape);
  const table = tableOf(writer, ['to few', ...shape, fold], lanes * 9 * block, (set) => {
    let i = 0;
    for (let c0 = 0; c0 < lanes; c0 += block)
      for (let tap = 0; tap < 9; tap++)
        for (let c = c0; c < c0 + block; c++)
          for (let lane = 0; lane < block; lane++) {
            const slot = Math.floor(lane / (kz * few));
            const [m, k] = [c - slot * many, lane % (kz * few)];
            const same = slot < fold && m >= 0 && m < many;
            set(i++, same ? place(k % few, m, Math.floor(k / few), tap) : zero);
          }
  });
  const w = graph.reshape(graph.gather(withZero(writer, value, shape), table), block, lanes, 3, 3);
  const size = few * h * width;
  const samples = groups.map((n, g) => {
    const perPart = x.parts.slice(g * x.grid.parities, (g + 1) * x.grid.parities).map((part) => {
      const products = blockedConv(graph, part, w, { kernel: [3, 3], pads: [1, 1, 1, 1] });
      return graph.reshape(reorderOutput(graph, products, fold * kz * few), planesOf(x.grid, g), 1, fold * kz * size);
    });
    const slots = graph.reshape(graph.concat(perPart, 1), setsOf(x.grid, g) * d, fold, kz * size);
    const planes = graph.reshape(fold === 1 ? slots : graph.transpose(slots, 1, 0, 2), n, d, kz * size);
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
  const { fold } = grid;
  const channels = fold * kz * count;
  const columns = wholeBlocks(9 * channels, block);
  const ones = graph.pattern(`taps of ${channels} in ${block}`, [columns, channels, 3, 3], (i) => {
    const [lane, tap, channel, b] = [
      i % block,
      Math.floor(i / block) % 9,
      Math.floor(i / (9 * block)) % channels,
      Math.floor(i / (9 * block * channels)),
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
  const size = elementCount(shape);
  const made = weightGradient(
    writer,
    pairings,
    { blocks: lanes / block, h, w },
    { blocks: columns / block, h, w },
    { extent: 1, stride: 1, pad: 0 },
  );
  // In memory (many/B, columns/B, B of columns, B of many); column (slot, z, few, tap). Of a sample with itself, and the sum.
  const table = tableOf(writer, ['gradient of few', ...shape, place(1, 0, 0, 0), fold], fold * size, (set) => {
    for (let slot = 0; slot < fold; slot++)
      for (let m = 0; m < grid.c; m++)
        for (let z = 0; z < kz; z++)
          for (let f = 0; f < count; f++)
            for (let tap = 0; tap < 9; tap++) {
              const column = ((slot * kz + z) * count + f) * 9 + tap;
              const lane = slot * grid.c + m;
              const at = (Math.floor(lane / block) * columns + column) * block + (lane % block);
              set(slot * size + place(f, m, z, tap), at);
            }
  });
  const slots = graph.reshape(graph.gather(graph.reshape(made, lanes * columns), table), fold, size);
  return { layout: 'plain', name: graph.reshape(fold === 1 ? slots : graph.sum(slots, 0), ...shape) };
}

/** For the planes of one part: (planes, (slot, kz, few), y, x), plane z of each slot's sample with its neighbors, zero outside. */
function neighbors(
  writer: Writer,
  value: PlainValue,
  shape: Shape,
  kz: number,
  grid: Grid,
  group: number,
  parity: number,
): string {
  return writer.once(value, `neighbors ${group} ${parity} of ${grid.groups.join()} ${grid.fold}`, () => {
    const { graph } = writer;
    const { n, d, h, w, parities, groups, fold } = grid;
    const few = shape[1];
    const size = few * h * w;
    const first = groups.slice(0, group).reduce((a, b) => a + b, 0);
    const planes = writer.once(value, 'planes and a zero plane', () => {
      const all = graph.reshape(planeMajor(writer, value, shape), n * d, size);
      return graph.concat([all, graph.filled(0, 1, size)], 0);
    });
    const table = tableOf(
      writer,
      ['neighbors', n, d, first, groups[group], parity, parities, kz, fold],
      planesOf(grid, group) * fold * kz,
      (set) => {
        let i = 0;
        const sets = setsOf(grid, group);
        for (let sample = first; sample < first + sets; sample++)
          for (let z = parity; z < d; z += parities)
            for (let slot = 0; slot < fold; slot++)
              for (let k = 0; k < kz; k++) {
                const at = z + k - (kz - 1) / 2;
                set(i++, at >= 0 && at < d ? (sample + slot * sets) * d + at : n * d);
              }
      },
    );
    return graph.reshape(graph.gather(planes, table), planesOf(grid, group), fold * kz * few, h, w);
  });
}
