/**
 * Convolution 3x3x3 with stride 1 and zeros around, in blocked planes: every product is one of ONNX Runtime's blocked 2D
 * convolutions, and sums go through their Sum input. With weights turned around it is also the gradient to the input.
 *
 *   y(z) = w0 x(z-1) + w1 x(z) + w2 x(z+1)         each product a 2D convolution, x zero outside
 *
 * Along z, even planes E and odd planes O are apart (grid.ts). A pair (E[i], O[i]) has O[i-1] before it and E[i+1] behind.
 *
 * - one plane      y = w1 x
 * - one pair       E' = w1 E + w2 O      O' = w0 E + w1 O: the other two products are with zeros
 * - even depth     Winograd's F(2,3) along z (Lavin and Gray 2016), 4 products a pair in place of 6:
 *       A1 = O[i-1] - O[i]   A2 = E + O             A3 = O - E             A4 = E[i+1] - E[i]
 *       W1 = w0              W2 = (w0 + w1 + w2)/2  W3 = (w0 - w1 + w2)/2  W4 = w2                 mj = Wj Aj
 *       E' = m1 + m2 + m3    O' = m2 - m3 + m4
 * - odd depth      the sum as it stands, on planes shifted along z
 */
import type { KernelValue, PlanesValue } from '../value.ts';
import { planesOf, planeSize, setsOf, type Grid } from './grid.ts';
import { blockedConv } from './nchwc.ts';
import type { Writer } from '../writer.ts';

export interface Source {
  readonly x: PlanesValue;
  /** Of one source. */
  readonly w: KernelValue;
}

/** What is done to the sum on its last way to memory. */
export interface Tail {
  /** (lanes) */
  readonly bias: string | null;
  readonly relu: boolean;
}

/** A way along z: parts of one group. */
type Way = (writer: Writer, sources: readonly Source[], group: number, out: Grid, tail: Tail) => string[];

/** The sum over sources; `out` is the result's grid, which all x are cut like, and all w folded like. */
export function convolveSame(
  writer: Writer,
  way: WayAlongZ,
  sources: readonly Source[],
  out: Grid,
  tail: Tail,
): PlanesValue {
  const parts = out.groups.flatMap((_, g) => WAYS[way](writer, sources, g, out, tail));
  return { layout: 'planes', grid: out, parts };
}

export type WayAlongZ = 'each plane alone' | 'one pair' | 'Winograd along z' | 'shifted planes';

/** The way for a depth and a kernel. */
export function wayAlongZ(d: number, kz: number): WayAlongZ {
  if (kz === 1 || d === 1) return 'each plane alone';
  if (d === 2) return 'one pair';
  return d % 2 === 0 ? 'Winograd along z' : 'shifted planes';
}

const everyPlane: Way = (writer, sources, group, { parities }, tail) =>
  range(parities).map((parity) =>
    chain(
      writer,
      sources.map(({ x, w }) => [x.parts[group * parities + parity], middle(w)]),
      null,
      tail,
    ),
  );

const onePair: Way = (writer, sources, group, _, tail) => {
  const product = (kOfE: number, kOfO: number) =>
    chain(
      writer,
      sources.flatMap(({ x, w }): Product[] => [
        [x.parts[2 * group], w.parts[kOfE] as string],
        [x.parts[2 * group + 1], w.parts[kOfO] as string],
      ]),
      null,
      tail,
    );
  return [product(1, 2), product(0, 1)];
};

const winograd: Way = (writer, sources, group, _, tail) => {
  const { graph } = writer;
  // All combinations are written before what they are summed to: of a node's inputs ONNX Runtime computes the one that was
  // written last first, and so each combination just before it is used up.
  const terms = sources.map(({ x, w }) => ({
    a: planeCombinations(writer, x, group).map((written) => written()),
    w: winogradWeights(writer, w),
  }));
  const product = (j: number, sum: string | null, end: Tail) =>
    chain(
      writer,
      terms.map(({ a, w }): Product => [a[j], w[j]]),
      sum,
      end,
    );
  const none = { bias: null, relu: false };
  const m2 = product(1, null, none);
  const m3 = product(2, null, none);
  return [product(0, graph.node('Add', [m2, m3]), tail), product(3, graph.node('Sub', [m2, m3]), tail)];
};

const shiftedPlanes: Way = (writer, sources, group, _, tail) => [
  chain(
    writer,
    sources.flatMap(({ x, w }) =>
      [1, 0, 2].map((k): Product => [shifted(writer, x, group, k - 1), w.parts[k] as string]),
    ),
    null,
    tail,
  ),
];

type Product = readonly [x: string, w: string];

/** The sum of 2D convolutions with zeros around, and of `sum`. */
function chain(writer: Writer, products: readonly Product[], sum: string | null, tail: Tail): string {
  return products.reduce<string | null>((before, [x, w], i) => {
    const last = i === products.length - 1;
    return blockedConv(writer.graph, x, w, {
      kernel: [3, 3],
      pads: [1, 1, 1, 1],
      sum: before,
      bias: last ? tail.bias : null,
      activation: last && tail.relu ? 'relu' : null,
    });
  }, sum) as string;
}

/** A1 to A4 of a group, each written when it is asked for. */
export function planeCombinations(writer: Writer, x: PlanesValue, group: number): (() => string)[] {
  const { graph } = writer;
  const [even, odd] = [x.parts[2 * group], x.parts[2 * group + 1]];
  const made = (j: number, make: () => string) => () => writer.once(x, `combination ${group} ${j}`, make);
  return [
    made(1, () => alongZ(writer, x.grid, group, odd, [1, -1], 1, 0)),
    made(2, () => graph.node('Add', [even, odd])),
    made(3, () => graph.node('Sub', [odd, even])),
    made(4, () => alongZ(writer, x.grid, group, even, [-1, 1], 0, 1)),
  ];
}

/**
 * a x[i] + b x[i+1] over the planes x of one parity, with zero planes before or behind: a depthwise convolution whose rows
 * are the planes and whose channels are the lanes of a block, all else being columns.
 */
function alongZ(
  writer: Writer,
  grid: Grid,
  group: number,
  x: string,
  [a, b]: readonly [number, number],
  before: number,
  behind: number,
): string {
  const { graph, block } = writer;
  const planes = planesOf(grid, group);
  const sets = setsOf(grid, group);
  const w = graph.pattern(`along z ${a} ${b}`, [block, 1, 2, 1], (i) => (Math.floor(i / block) === 0 ? a : b));
  const rows = graph.reshape(x, sets, block, planes / sets, planeSize(grid) / block);
  const made = blockedConv(graph, rows, w, { kernel: [2, 1], pads: [before, 0, behind, 0], group: block });
  return graph.reshape(made, planes, grid.lanes, grid.h, grid.w);
}

/** W1 to W4. */
function winogradWeights(writer: Writer, w: KernelValue): string[] {
  return writer.once(w, 'winograd', () => {
    const { graph } = writer;
    const [w0, w1, w2] = w.parts as string[];
    const all = graph.node('Add', [graph.node('Add', [w0, w2]), w1]);
    const second = graph.node('Mul', [all, graph.number(0.5)]);
    return [w0, second, graph.node('Sub', [second, w1]), w2];
  });
}

/** x(z + by) of a group of odd depth, zero outside. */
export function shifted(writer: Writer, x: PlanesValue, group: number, by: number): string {
  if (by === 0) return x.parts[group];
  return writer.once(x, `shifted ${group} ${by}`, () => {
    const { graph } = writer;
    const { d, lanes, h, w } = x.grid;
    const sets = setsOf(x.grid, group);
    const size = planeSize(x.grid);
    const planes = graph.reshape(x.parts[group], sets, d, size);
    const zero = graph.filled(0, sets, 1, size);
    const [from, to] = by < 0 ? [0, d - 1] : [1, d];
    const kept = graph.slice(planes, [1], [from], [to]);
    return graph.reshape(graph.concat(by < 0 ? [zero, kept] : [kept, zero], 1), sets * d, lanes, h, w);
  });
}

const WAYS: Readonly<Record<WayAlongZ, Way>> = {
  'each plane alone': everyPlane,
  'one pair': onePair,
  'Winograd along z': winograd,
  'shifted planes': shiftedPlanes,
};

function middle({ parts }: KernelValue): string {
  return parts[(parts.length - 1) / 2] as string;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
