/**
 * The forms of convolutions and transposed convolutions in blocked planes: when each is taken, and what it hands to the file
 * that says how it is done.
 */
import type { Shape } from '../../graph/index.ts';
import { asKernel, asPlain, asPlanes } from '../convert.ts';
import type { Form, Use } from '../form.ts';
import type { ConvolutionAttributes, DoublingAttributes } from '../fusions.ts';
import type { KernelValue, Value } from '../value.ts';
import type { Writer } from '../writer.ts';
import { toLanes } from './channels.ts';
import { depthOf, isHalving, isSame, kzOf, sharedFold, SHARINGS, WAYS, ways, type ConvUse } from './conv-use.ts';
import { convolveFromFew, convolveToFew, isFew } from './few-channels.ts';
import { cutLike, type Grid } from './grid.ts';
import { double, halve } from './halving.ts';
import { foldedKernel, turned } from './kernels.ts';
import { onGrid } from './planes.ts';
import { convolveSame, wayAlongZ } from './same-convolution.ts';

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

/** The weight in blocks, for samples that share them. Alone, each weight may lie in blocks from step to step. */
function kernelOf(writer: Writer, value: Value, shape: Shape, fold: number): KernelValue {
  if (fold > 1) return foldedKernel(writer, asPlain(writer, value, shape), shape, fold);
  return asKernel(writer, value, { shape, block: writer.block, sources: [shape[1]] });
}

function tailOf(writer: Writer, bias: Value | undefined, relu: boolean, grid: Grid) {
  return { bias: bias ? toLanes(writer, asPlain(writer, bias, [grid.c]), grid) : null, relu };
}

const convolutionFromFew: Form<ConvolutionAttributes> = {
  name: 'blocked: neighboring planes as channels',
  when: 'from few channels',
  applies: (use, { convBlock }) =>
    convBlock !== null &&
    use.attributes.sources === 1 &&
    isSame(convUse(use)) &&
    isFew(use.shapes[0][1], use.shape[1], use.shape[0], kzOf(use.shapes[1]), convBlock),
  write(writer, { inputs: [x, w, bias], shapes, attributes: { relu }, shape }) {
    const from = { value: asPlain(writer, x, shapes[0]), shape: shapes[0] };
    const weight = { value: asPlain(writer, w, shapes[1]), shape: shapes[1] };
    const grid = writer.grid(shape);
    return convolveFromFew(writer, from, weight, grid, tailOf(writer, bias, relu, grid), false);
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
    isFew(use.shape[1], use.shapes[0][1], use.shape[0], kzOf(use.shapes[1]), convBlock),
  write(writer, { inputs: [x, w, bias], shapes, shape }) {
    const weight = { value: asPlain(writer, w, shapes[1]), shape: shapes[1] };
    const shift = bias ? asPlain(writer, bias, [shape[1]]).name : null;
    return convolveToFew(writer, asPlanes(writer, x, shapes[0]), weight, shift, shape);
  },
};

/** The activations of a convolution: all sources, and the result. */
function activationsOf({ shapes, attributes: { sources }, shape }: Use<ConvolutionAttributes>): Shape[] {
  return [...Array.from({ length: sources }, (_, i) => shapes[2 * i]), shape];
}

const sameConvolutions = SHARINGS.flatMap(({ shared, name }) =>
  ways.map((way): Form<ConvolutionAttributes> => ({
    name: `${name}: ${way}`,
    when: WAYS[way],
    applies: (use, { convBlock }) =>
      convBlock !== null &&
      isSame(convUse(use)) &&
      wayAlongZ(depthOf(use.shapes[0]), kzOf(use.shapes[1])) === way &&
      sharedFold(convBlock, ...activationsOf(use)) > 1 === shared,
    kernels: (use) => (shared ? [] : weightInputs(use)),
    write(writer, call) {
      const { inputs, shapes, attributes, shape } = call;
      const { sources, relu } = attributes;
      const fold = sharedFold(writer.block, ...activationsOf(call));
      const out = writer.grid(shape);
      const grid = cutLike(out, out, fold);
      const from = Array.from({ length: sources }, (_, i) => {
        const x = asPlanes(writer, inputs[2 * i], shapes[2 * i]);
        return {
          x: onGrid(writer, x, cutLike(x.grid, out, fold)),
          w: kernelOf(writer, inputs[2 * i + 1], shapes[2 * i + 1], fold),
        };
      });
      const made = convolveSame(writer, way, from, grid, tailOf(writer, inputs[2 * sources], relu, grid));
      return onGrid(writer, made, out);
    },
  })),
);

const halvings = SHARINGS.map(({ shared, name }): Form<ConvolutionAttributes> => ({
  name: `${name}: halving`,
  when: '2x2 or 2x2x2, stride 2',
  applies: (use, { convBlock }) =>
    convBlock !== null &&
    use.attributes.sources === 1 &&
    isHalving(convUse(use)) &&
    sharedFold(convBlock, use.shapes[0]) > 1 === shared,
  kernels: () => (shared ? [] : [1]),
  write(writer, { inputs: [x, w, bias], shapes, attributes: { relu }, shape }) {
    const from = asPlanes(writer, x, shapes[0]);
    const { fold } = from.grid;
    const out = writer.grid(shape);
    const tail = tailOf(writer, bias, relu, cutLike(out, out, fold));
    return halve(writer, from, kernelOf(writer, w, shapes[1], fold), out, tail);
  },
}));

const turnedFromFew: Form<DoublingAttributes> = {
  name: 'blocked: neighboring planes as channels',
  when: 'from few channels',
  applies: (use, { convBlock }) =>
    convBlock !== null &&
    isSame(doublingUse(use)) &&
    isFew(use.shapes[0][1], use.shape[1], use.shape[0], kzOf(use.shapes[1]), convBlock),
  write(writer, { inputs: [y, w, bias], shapes, attributes: { relu }, shape }) {
    const from = { value: asPlain(writer, y, shapes[0]), shape: shapes[0] };
    const weight = { value: asPlain(writer, w, shapes[1]), shape: shapes[1] };
    const grid = writer.grid(shape);
    return convolveFromFew(writer, from, weight, grid, tailOf(writer, bias, relu, grid), true);
  },
};

const turnedConvolutions = SHARINGS.flatMap(({ shared, name }) =>
  ways.map((way): Form<DoublingAttributes> => ({
    name: `${name}: ${way}, by the turned weight`,
    when: WAYS[way],
    applies: (use, { convBlock }) =>
      convBlock !== null &&
      isSame(doublingUse(use)) &&
      wayAlongZ(depthOf(use.shapes[0]), kzOf(use.shapes[1])) === way &&
      sharedFold(convBlock, use.shapes[0], use.shape) > 1 === shared,
    kernels: () => (shared ? [] : [1]),
    write(writer, { inputs: [y, w, bias], shapes, attributes: { relu }, shape }) {
      const fold = sharedFold(writer.block, shapes[0], shape);
      const out = writer.grid(shape);
      const grid = cutLike(out, out, fold);
      const from = asPlanes(writer, y, shapes[0]);
      const source = {
        x: onGrid(writer, from, cutLike(from.grid, out, fold)),
        w: turned(writer, kernelOf(writer, w, shapes[1], fold)),
      };
      const made = convolveSame(writer, way, [source], grid, tailOf(writer, bias, relu, grid));
      return onGrid(writer, made, out);
    },
  })),
);

const doublings = SHARINGS.map(({ shared, name }): Form<DoublingAttributes> => ({
  name: `${name}: doubling`,
  when: '2x2 or 2x2x2, stride 2, transposed',
  applies: (use, { convBlock }) =>
    convBlock !== null && isHalving(doublingUse(use)) && sharedFold(convBlock, use.shape) > 1 === shared,
  kernels: () => (shared ? [] : [1]),
  write(writer, { inputs: [y, w, bias], shapes, attributes: { relu }, shape }) {
    const out = writer.grid(shape);
    const kernel = kernelOf(writer, w, shapes[1], out.fold);
    return double(writer, asPlanes(writer, y, shapes[0]), kernel, out, tailOf(writer, bias, relu, out));
  },
}));

export const convolutionForms: readonly Form<ConvolutionAttributes>[] = [
  convolutionFromFew,
  convolutionToFew,
  ...sameConvolutions,
  ...halvings,
];

export const doublingForms: readonly Form<DoublingAttributes>[] = [turnedFromFew, ...turnedConvolutions, ...doublings];
