/**
 * The gradient of a 3x3x3 convolution's weight in blocked planes, put together from gradients in plane (weight-gradient.ts).
 * dw(y, x) below is one of those; the ways along z are those of same-convolution.ts.
 *
 * - each plane alone   w1 = dw(dy, x)
 * - one pair           w1 = dw(dE, E) + dw(dO, O)      w0 = dw(dO, E)      w2 = dw(dE, O)
 * - Winograd along z   M1 = dw(dE, A1)   M2 = dw(dE + dO, A2)   M3 = dw(dO - dE, A3)   M4 = dw(dO, A4)
 *                      H = (M2 - M3) / 2      w0 = H + M1      w1 = H + M3      w2 = H + M4
 * - shifted planes     wk = dw(dy(z), x(z + k - 1))
 *
 * Winograd's: the adjoint of m2 is dE + dO, that of m3 dE - dO; taken negative, it is A3 of dy, which the gradient to the input
 * needs too.
 */
import type { Shape } from '../../graph/index.ts';
import { kernelExtents, type KernelLayout } from '../kernel-layout.ts';
import type { KernelValue, PlanesValue } from '../value.ts';
import { planesOf, type Grid } from './grid.ts';
import { planeCombinations, shifted, type WayAlongZ } from './same-convolution.ts';
import { weightGradient, type Images, type Pairing } from './weight-gradient.ts';
import type { Writer } from '../writer.ts';

const TAPS = { extent: 3, stride: 1, pad: 1 };

/** `x` and `dy` are cut alike; folded where they are. */
export function sameWeightGradient(
  writer: Writer,
  way: WayAlongZ,
  x: PlanesValue,
  dy: PlanesValue,
  shape: Shape,
): KernelValue {
  const { fold } = dy.grid;
  const [o, c, ...rest] = shape;
  const kernel: KernelLayout = { shape: [fold * o, fold * c, ...rest], block: writer.block, sources: [fold * c] };
  const [ofDy, ofX] = [imagesOf(dy.grid), imagesOf(x.grid)];
  /** dw over all groups; `pair` gives each group's names. */
  const dw = (...pairs: ((group: number) => readonly [dy: string, x: string])[]) =>
    weightGradient(
      writer,
      dy.grid.groups.flatMap((_, g) =>
        pairs.map((pair): Pairing => {
          const [dyName, xName] = pair(g);
          return { dy: dyName, x: xName, planes: planesOf(dy.grid, g) };
        }),
      ),
      ofDy,
      ofX,
      TAPS,
    );
  return { layout: 'kernel', kernel, parts: WAYS[way](writer, x, dy, dw, kernelExtents(kernel).kz) };
}

type InPlane = (...pairs: ((group: number) => readonly [dy: string, x: string])[]) => string;
type Way = (writer: Writer, x: PlanesValue, dy: PlanesValue, dw: InPlane, kz: number) => (string | null)[];

const eachPlane: Way = (_, x, dy, dw, kz) => {
  const { parities } = dy.grid;
  const ofParity = (parity: number) => (g: number) =>
    [dy.parts[g * parities + parity], x.parts[g * parities + parity]] as const;
  const middle = dw(...Array.from({ length: parities }, (_unused, parity) => ofParity(parity)));
  return kz === 1 ? [middle] : [null, middle, null];
};

const onePair: Way = (_, x, dy, dw) => {
  const pair = (dyParity: number, xParity: number) => (g: number) =>
    [dy.parts[2 * g + dyParity], x.parts[2 * g + xParity]] as const;
  return [dw(pair(1, 0)), dw(pair(0, 0), pair(1, 1)), dw(pair(0, 1))];
};

const winograd: Way = (writer, x, dy, dw) => {
  const { graph } = writer;
  const combined = (value: PlanesValue, j: number) => (g: number) => planeCombinations(writer, value, g)[j]();
  const parity = (p: number) => (g: number) => dy.parts[2 * g + p];
  const product = (left: (g: number) => string, j: number) => dw((g) => [left(g), combined(x, j)(g)]);
  const m1 = product(parity(0), 0);
  const m2 = product(combined(dy, 1), 1);
  const m3 = product(combined(dy, 2), 2);
  const m4 = product(parity(1), 3);
  const half = graph.node('Mul', [graph.node('Sub', [m2, m3]), graph.number(0.5)]);
  return [m1, m3, m4].map((m) => graph.node('Add', [half, m]));
};

const shiftedPlanes: Way = (writer, x, dy, dw) =>
  [0, 1, 2].map((k) => dw((g) => [dy.parts[g], shifted(writer, x, g, k - 1)]));

const WAYS: Readonly<Record<WayAlongZ, Way>> = {
  'each plane alone': eachPlane,
  'one pair': onePair,
  'Winograd along z': winograd,
  'shifted planes': shiftedPlanes,
};

export function imagesOf({ lanes, block, h, w }: Grid): Images {
  return { blocks: lanes / block, h, w };
}
