/**
 * The U-Net of Ounkomol et al. (Nature Methods 2018) as data, and what follows from it alone: shapes, reach, names.
 *
 * Level l = 0..depth has channels * 2^l channels on a grid of the patch / 2^l. Every level but the deepest: two 3x3x3
 * convolutions, a halving convolution to the next level, a doubling one back, both results side by side, two more 3x3x3
 * convolutions. In 2D the same without z.
 */

export interface NetworkDescription {
  readonly dims: 2 | 3;
  /** Levels below the first: 4 in the paper. */
  readonly depth: number;
  /** Channels of the first level: 32 in the paper. */
  readonly channels: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
}
