/** The way of the data through the U-Net, whatever its layers do: training and prediction build theirs on it. */
import type { Tensor } from '../graph/index.ts';
import { levelPrefix, type NetworkDescription } from './description.ts';

/** What stands behind a convolution's name. */
export interface Layers {
  /** Convolution over `sources` side by side (their channels one after the other), norm, ReLU. */
  block(sources: readonly Tensor[], conv: string, norm: string): Tensor;
  /** To half the extents, norm, ReLU. */
  down(x: Tensor, conv: string, norm: string): Tensor;
  /** To twice the extents, norm, ReLU. */
  up(x: Tensor, conv: string, norm: string): Tensor;
  /** Convolution alone. */
  last(x: Tensor, conv: string): Tensor;
}

/** The network's prediction for `x` (n, c, z, y, x), or (n, c, y, x); every extent a multiple of 2^depth. */
export function unet({ depth }: NetworkDescription, x: Tensor, layers: Layers): Tensor {
  const twice = (sources: readonly Tensor[], prefix: string) =>
    layers.block([layers.block(sources, `${prefix}conv1`, `${prefix}bn1`)], `${prefix}conv2`, `${prefix}bn2`);
  const level = (l: number, input: Tensor): Tensor => {
    const prefix = levelPrefix(l);
    const y = twice([input], `${prefix}sub_2conv_more.`);
    if (l === depth) return y;
    const below = level(l + 1, layers.down(y, `${prefix}conv_down`, `${prefix}bn0`));
    return twice([y, layers.up(below, `${prefix}convt`, `${prefix}bn1`)], `${prefix}sub_2conv_less.`);
  };
  return layers.last(level(0, x), 'conv_out');
}
