/** The forms of gradients of convolutions' weights in blocked planes: when each is taken, and what does it. */
import type { ConvWeightAttributes, Shape } from '../../graph/index.ts';
import { asPlain, asPlanes } from '../convert.ts';
import type { Form, Use } from '../form.ts';
import type { DeviceTraits } from '../traits.ts';
import { depthOf, isHalving, isSame, kzOf, sharedFold, SHARINGS, WAYS, ways, type ConvUse } from './conv-use.ts';
import { areTapsFew, isFew, weightGradientFromFew, weightGradientToFew } from './few-channels.ts';
import { cutLike } from './grid.ts';
import { halvingWeightGradient } from './halving.ts';
import { unfoldedGradient } from './kernels.ts';
import { onGrid } from './planes.ts';
import { wayAlongZ } from './same-convolution.ts';
import { sameWeightGradient } from './same-weight-gradient.ts';

function gradientUse({ shapes: [x], attributes, shape }: Use<ConvWeightAttributes>): ConvUse {
  return { x, w: shape, strides: attributes.strides, pads: attributes.pads };
}

/** Whether a gradient's taps of few channels are worth being columns. */
function areFew(use: Use<ConvWeightAttributes>, few: Shape, many: Shape, { convBlock }: DeviceTraits): boolean {
  if (convBlock === null || !isSame(gradientUse(use))) return false;
  const counts = [few[1], many[1], few[0], kzOf(use.shape), convBlock] as const;
  return isFew(...counts) && areTapsFew(...counts);
}

const gradientFromFew: Form<ConvWeightAttributes> = {
  name: 'blocked: taps as columns',
  when: 'from few channels',
  applies: (use, traits) => areFew(use, use.shapes[0], use.shapes[1], traits),
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
  applies: (use, traits) => areFew(use, use.shapes[1], use.shapes[0], traits),
  write: (writer, { inputs: [x, y], shapes, shape }) =>
    weightGradientToFew(
      writer,
      asPlanes(writer, x, shapes[0]),
      { value: asPlain(writer, y, shapes[1]), shape: shapes[1] },
      shape,
    ),
};

const sameGradients = SHARINGS.flatMap(({ shared, name }) =>
  ways.map((way): Form<ConvWeightAttributes> => ({
    name: `${name}: ${way}`,
    when: WAYS[way],
    applies: (use, { convBlock }) =>
      convBlock !== null &&
      isSame(gradientUse(use)) &&
      wayAlongZ(depthOf(use.shapes[0]), kzOf(use.shape)) === way &&
      sharedFold(convBlock, ...use.shapes) > 1 === shared,
    write(writer, { inputs, shapes, shape }) {
      const fold = sharedFold(writer.block, ...shapes);
      const [x, dy] = inputs.map((value, i) => asPlanes(writer, value, shapes[i]));
      const [cutX, cutDy] = [x, dy].map((value) => onGrid(writer, value, cutLike(value.grid, dy.grid, fold)));
      const made = sameWeightGradient(writer, way, cutX, cutDy, shape);
      return fold === 1 ? made : unfoldedGradient(writer, made, shape, fold);
    },
  })),
);

const halvingGradients = SHARINGS.map(({ shared, name }): Form<ConvWeightAttributes> => ({
  name: `${name}: halving`,
  when: '2x2 or 2x2x2, stride 2',
  applies: (use, { convBlock }) =>
    convBlock !== null && isHalving(gradientUse(use)) && sharedFold(convBlock, use.shapes[0]) > 1 === shared,
  write(writer, { inputs: [x, y], shapes, shape }) {
    const fine = asPlanes(writer, x, shapes[0]);
    const made = halvingWeightGradient(writer, fine, asPlanes(writer, y, shapes[1]), shape);
    return shared ? unfoldedGradient(writer, made, shape, fine.grid.fold) : made;
  },
}));

export const weightGradientForms: readonly Form<ConvWeightAttributes>[] = [
  gradientFromFew,
  gradientToFew,
  ...sameGradients,
  ...halvingGradients,
];
