/** The way of the data through the U-Net, whatever its layers do: training, prediction and ONNX files build theirs on it. */
import { levelPrefix, type NetworkDescription } from './description.ts';

/** What stands behind a convolution's name; `T` is what flows: a tensor, or a name for one. */
export interface Layers<T> {
  /** Convolution over `sources` side by side (their channels one after the other), norm, ReLU. */
  block(sources: readonly T[], conv: string, norm: string): T;
  /** To half the extents, norm, ReLU. */
  down(x: T, conv: string, norm: string): T;
  /** To twice the extents, norm, ReLU. */
  up(x: T, conv: string, norm: string): T;
  /** Convolution alone. */
  last(x: T, conv: string): T;
}

/** The network's prediction for `x` (n, c, z, y, x), or (n, c, y, x); every extent a multiple of 2^depth. */
export function unet<T>({ depth }: Pick<NetworkDescription, 'depth'>, x: T, layers: Layers<T>): T {
  const twice = (sources: readonly T[], prefix: string) =>
    layers.block([layers.block(sources, `${prefix}conv1`, `${prefix}bn1`)], `${prefix}conv2`, `${prefix}bn2`);
  const level = (l: number, input: T): T => {
    const prefix = levelPrefix(l);
    const y = twice([input], `${prefix}sub_2conv_more.`);
    if (l === depth) return y;
    const below = level(l + 1, layers.down(y, `${prefix}conv_down`, `${prefix}bn0`));
    return twice([y, layers.up(below, `${prefix}convt`, `${prefix}bn1`)], `${prefix}sub_2conv_less.`);
  };
  return layers.last(level(0, x), 'conv_out');
}
