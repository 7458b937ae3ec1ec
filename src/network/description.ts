/**
 * The U-Net of Ounkomol et al. (Nature Methods 2018) as data: what it is made of follows from five numbers.
 *
 * Level l = 0..depth has channels * 2^l channels on a grid of the patch / 2^l. A level above the deepest:
 *
 *   y   = ReLU(norm(conv2(ReLU(norm(conv1(x))))))      sub_2conv_more: 3x3x3
 *   u   = level l+1 (ReLU(norm(conv_down(y))))         2x2x2, stride 2
 *   out = two more 3x3x3 of (y, ReLU(norm(convt(u))))  sub_2conv_less; convt: transposed 2x2x2, stride 2
 *
 * The deepest level is sub_2conv_more alone; conv_out, 3x3x3 without norm, ends the net. In 2D the same without z.
 */
import type { Shape } from '../graph/index.ts';

export interface NetworkDescription {
  readonly dims: 2 | 3;
  /** Levels below the first: 4 in the paper. */
  readonly depth: number;
  /** Channels of the first level: 32 in the paper. */
  readonly channels: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
}

/** One convolution with the norm behind it. */
export interface Convolution {
  /** As in pytorch_fnet: `net_recurse.sub_u.conv_down`. */
  readonly name: string;
  readonly kind: 'same' | 'halving' | 'doubling';
  readonly norm: string | null;
  /** (out, in, kernel...); of a doubling convolution (in, out, kernel...), as PyTorch keeps it. */
  readonly weight: Shape;
  readonly outputs: number;
}

/** `net_recurse.` and a `sub_u.` for each level down. */
export function levelPrefix(level: number): string {
  return `net_recurse.${'sub_u.'.repeat(level)}`;
}

/** All convolutions, in the order in which data flow. */
export function convolutionsOf({
  dims,
  depth,
  channels,
  inputChannels,
  outputChannels,
}: NetworkDescription): Convolution[] {
  const kernel = (extent: number) => new Array<number>(dims).fill(extent);
  const same = (name: string, norm: string | null, inputs: number, outputs: number): Convolution => ({
    name,
    kind: 'same',
    norm,
    weight: [outputs, inputs, ...kernel(3)],
    outputs,
  });
  const twice = (block: string, inputs: number, outputs: number) => [
    same(`${block}conv1`, `${block}bn1`, inputs, outputs),
    same(`${block}conv2`, `${block}bn2`, outputs, outputs),
  ];
  const level = (l: number, inputs: number): Convolution[] => {
    const prefix = levelPrefix(l);
    const c = channels * 2 ** l;
    const more = twice(`${prefix}sub_2conv_more.`, inputs, c);
    if (l === depth) return more;
    return [
      ...more,
      { name: `${prefix}conv_down`, kind: 'halving', norm: `${prefix}bn0`, weight: [c, c, ...kernel(2)], outputs: c },
      ...level(l + 1, c),
      { name: `${prefix}convt`, kind: 'doubling', norm: `${prefix}bn1`, weight: [2 * c, c, ...kernel(2)], outputs: c },
      ...twice(`${prefix}sub_2conv_less.`, 2 * c, c),
    ];
  };
  return [...level(0, inputChannels), same('conv_out', null, channels, outputChannels)];
}
