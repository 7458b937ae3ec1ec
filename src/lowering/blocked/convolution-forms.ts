/**
 * The forms of convolutions, transposed convolutions and gradients of weights in blocked planes: when each is taken, and what
 * it hands to the file that says how it is done.
 */
import type { ConvWeightAttributes, Shape } from '../../graph/index.ts';
import { asKernel, asPlain, asPlanes } from '../convert.ts';
import type { Form, Use } from '../form.ts';
import type { ConvolutionAttributes, DoublingAttributes } from '../fusions.ts';
import type { DeviceTraits } from '../traits.ts';
import type { Value } from '../value.ts';
import type { Writer } from '../writer.ts';
import { toLanes } from './channels.ts';
import { convolveFromFew, convolveToFew, isFew, weightGradientFromFew, weightGradientToFew } from './few-channels.ts';
import { double, halve, halvingWeightGradient } from './halving.ts';
import { turned } from './kernels.ts';
import { convolveSame, wayAlongZ, type WayAlongZ } from './same-convolution.ts';
import { sameWeightGradient } from './same-weight-gradient.ts';

const WAYS: Readonly<Record<WayAlongZ, string>> = {
  'each plane alone': '3x3 in plane, or a single plane',
  'one pair': '3x3x3, two planes',
  'Winograd along z': '3x3x3, an even number of planes, four or more',
  'shifted planes': '3x3x3, an odd number of planes',
};
const ways = Object.keys(WAYS) as WayAlongZ[];

interface ConvUse {
  readonly x: Shape;
  readonly w: Shape;
  readonly strides: readonly number[];
  readonly pads: readonly number[];
}

/** 3x3 or 3x3x3, stride 1, a zero around. */
function isSame({ x, w, strides, pads }: ConvUse): boolean {
  const kernel = w.slice(2);
  return isSpatial(x) && kernel.every((k, i) => k === 3 && strides[i] === 1 && pads[i] === 1);
}

/** 2x2 or 2x2x2, stride 2, no padding, even extents. */
function isHalving({ x, w, strides, pads }: ConvUse): boolean {
  return isSpatial(x) && w.slice(2).every((k, i) => k === 2 && strides[i] === 2 && pads[i] === 0 && x[i + 2] % 2 === 0);
}

export function isSpatial(x: Shape): boolean {
  return x.length === 4 || x.length === 5;
}

function depthOf(x: Shape): number {
  return x.length === 5 ? x[2] : 1;
}

function kzOf(w: Shape): number {
  return w.length === 5 ? w[2] : 1;
}

/** The sources' weights among a convolution's inputs. */
function weightInputs({ attributes: { sources } }: Use<ConvolutionAttributes>): number[] {
  return Array.from({ length: sources }, (_, i) => 2 * i + 1);
}

function convUse({ shapes, attributes }: Use<ConvolutionAttributes>): ConvUse {
  return { x: shapes[0], w: shapes[1], strides: attributes.strides, pads: attributes.pads };
}

/** The convolution that a transposed one undoes: its x is the result. */
function doublingUse({ shapes, attributes, shape }: Use<DoublingAttributes>): ConvUse {
  return { x: shape, w: shapes[1], strides: attributes.strides, pads: attributes.pads };
}

function gradientUse({ shapes: [x], attributes, shape }: Use<ConvWeightAttributes>): ConvUse {
  return { x, w: shape, strides: attributes.strides, pads: attributes.pads };
}

function kernelOf(writer: Writer, value: Value, shape: Shape) {
  return asKernel(writer, value, { shape, block: writer.block, sources: [shape[1]] });
}

function tailOf(writer: Writer, bias: Value | undefined, relu: boolean, out: Shape) {
  const grid = writer.grid(out);
  return { bias: bias ? toLanes(writer, asPlain(writer, bias, [grid.c]), grid) : null, relu };
}

const fewInputs = (use: Use<ConvolutionAttributes>, { convBlock }: DeviceTraits) =>
  convBlock !== null &&
  use.attributes.sources === 1 &&
  isSame(convUse(use)) &&
  isFew(use.shapes[0][1], kzOf(use.shapes[1]), convBlock);

const convolutionFromFew: Form<ConvolutionAttributes> = {
  name: 'blocked: neighboring planes as channels',
  when: 'from few channels',
  applies: fewInputs,
  write(writer, { inputs: [x, w, bias], shapes, attributes: { relu }, shape }) {
    const from = { value: asPlain(writer, x, shapes[0]), shape: shapes[0] };
    const weight = { value: asPlain(writer, w, shapes[1]), shape: shapes[1] };
    return convolveFromFew(writer, from, weight, writer.grid(shape), tailOf(writer, bias, relu, shape), false);
  },
};

const convolutionToFew: Form<ConvolutionAttributes> = {
  name: 'blocked: planes added up behind',
  when: 'to few channels',
  applies: (use, { convBlock }) =>
    convBlock !== null &&
    use.attributes.sources === 1 &&
    !use.attributes.relu &&
    isSame(convUse(use)) &&
    isFew(use.shape[1], kzOf(use.shapes[1]), convBlock),
  write(writer, { inputs: [x, w, bias], shapes, shape }) {
    const weight = { value: asPlain(writer, w, shapes[1]), shape: shapes[1] };
    const shift = bias ? asPlain(writer, bias, [shape[1]]).name : null;
    return convolveToFew(writer, asPlanes(writer, x, shapes[0]), weight, shift, shape);
  },
};

const sameConvolutions = ways.map((way): Form<ConvolutionAttributes> => ({
  name: `blocked: ${way}`,
  when: WAYS[way],
  applies: (use) => isSame(convUse(use)) && wayAlongZ(depthOf(use.shapes[0]), kzOf(use.shapes[1])) === way,
  kernels: weightInputs,
  write(writer, { inputs, shapes, attributes: { sources, relu }, shape }) {
    const from = Array.from({ length: sources }, (_, i) => ({
      x: asPlanes(writer, inputs[2 * i], shapes[2 * i]),
      w: kernelOf(writer, inputs[2 * i + 1], shapes[2 * i + 1]),
    }));
    return convolveSame(writer, way, from, writer.grid(shape), tailOf(writer, inputs[2 * sources], relu, shape));
  },
}));

const halving: Form<ConvolutionAttributes> = {
  name: 'blocked: halving',
  when: '2x2 or 2x2x2, stride 2',
  applies: (use) => use.attributes.sources === 1 && isHalving(convUse(use)),
  kernels: () => [1],
  write(writer, { inputs: [x, w, bias], shapes, attributes: { relu }, shape }) {
    const kernel = kernelOf(writer, w, shapes[1]);
    return halve(writer, asPlanes(writer, x, shapes[0]), kernel, writer.grid(shape), tailOf(writer, bias, relu, shape));
  },
};

const turnedFromFew: Form<DoublingAttributes> = {
  name: 'blocked: neighboring planes as channels',
  when: 'from few channels',
  applies: (use, { convBlock }) =>
    convBlock !== null && isSame(doublingUse(use)) && isFew(use.shapes[0][1], kzOf(use.shapes[1]), convBlock),
  write(writer, { inputs: [y, w, bias], shapes, attributes: { relu }, shape }) {
    const from = { value: asPlain(writer, y, shapes[0]), shape: shapes[0] };
    const weight = { value: asPlain(writer, w, shapes[1]), shape: shapes[1] };
    return convolveFromFew(writer, from, weight, writer.grid(shape), tailOf(writer, bias, relu, shape), true);
  },
};

const turnedConvolutions = ways.map((way): Form<DoublingAttributes> => ({
  name: `blocked: ${way}, by the turned weight`,
  when: WAYS[way],
  applies: (use) => isSame(doublingUse(use)) && wayAlongZ(depthOf(use.shapes[0]), kzOf(use.shapes[1])) === way,
  kernels: () => [1],
  write(writer, { inputs: [y, w, bias], shapes, attributes: { relu }, shape }) {
    const source = {
      x: asPlanes(writer, y, shapes[0]),
      w: turned(writer, kernelOf(writer, w, shapes[1])),
    };
    return convolveSame(writer, way, [source], writer.grid(shape), tailOf(writer, bias, relu, shape));
  },
}));

const doubling: Form<DoublingAttributes> = {
  name: 'blocked: doubling',
  when: '2x2 or 2x2x2, stride 2, transposed',
  applies: (use) => isHalving(doublingUse(use)),
  kernels: () => [1],
  write(writer, { inputs: [y, w, bias], shapes, attributes: { relu }, shape }) {
    const kernel = kernelOf(writer, w, shapes[1]);
    return double(
      writer,
      asPlanes(writer, y, shapes[0]),
      kernel,
      writer.grid(shape),
      tailOf(writer, bias, relu, shape),
    );
  },
};

const gradientFromFew: Form<ConvWeightAttributes> = {
  name: 'blocked: taps as columns',
  when: 'from few channels',
  applies: (use, { convBlock }) =>
    convBlock !== null && isSame(gradientUse(use)) && isFew(use.shapes[0][1], kzOf(use.shape), convBlock),
  write: (writer, { inputs: [x, y], shapes, shape }) =>
    weightGradientFromFew(
      writer,
      { value: asPlain(writer, x, shapes[0]), shape: shapes[0] },
      asPlanes(writer, y, shapes[1]),
      shape,
    ),
};

const gradientToFew: Form<ConvWeightAttributes> = {
  name: 'blocked: taps as columns',
  when: 'to few channels',
  applies: (use, { convBlock }) =>
    convBlock !== null && isSame(gradientUse(use)) && isFew(use.shapes[1][1], kzOf(use.shape), convBlock),
  write: (writer, { inputs: [x, y], shapes, shape }) =>
    weightGradientToFew(
      writer,
      asPlanes(writer, x, shapes[0]),
      { value: asPlain(writer, y, shapes[1]), shape: shapes[1] },
      shape,
    ),
};

const sameGradients = ways.map((way): Form<ConvWeightAttributes> => ({
  name: `blocked: ${way}`,
  when: WAYS[way],
  applies: (use) => isSame(gradientUse(use)) && wayAlongZ(depthOf(use.shapes[0]), kzOf(use.shape)) === way,
  write: (writer, { inputs: [x, y], shapes, shape }) =>
    sameWeightGradient(writer, way, asPlanes(writer, x, shapes[0]), asPlanes(writer, y, shapes[1]), shape),
}));

const halvingGradient: Form<ConvWeightAttributes> = {
  name: 'blocked: halving',
  when: '2x2 or 2x2x2, stride 2',
  applies: (use) => isHalving(gradientUse(use)),
  write: (writer, { inputs: [x, y], shapes, shape }) =>
    halvingWeightGradient(writer, asPlanes(writer, x, shapes[0]), asPlanes(writer, y, shapes[1]), shape),
};

export const convolutionForms: readonly Form<ConvolutionAttributes>[] = [
  convolutionFromFew,
  convolutionToFew,
  ...sameConvolutions,
  halving,
];

export const doublingForms: readonly Form<DoublingAttributes>[] = [turnedFromFew, ...turnedConvolutions, doubling];

export const weightGradientForms: readonly Form<ConvWeightAttributes>[] = [
  gradientFromFew,
  gradientToFew,
  ...sameGradients,
  halvingGradient,
];
