/** A training's settings, resolved: every value, also the defaults. */

export type Loss = 'mse' | 'weighted-mse';
export type Normalization = 'zscore' | 'none';

export interface Config {
  readonly network: {
    /** 3, or 2: a plane. */
    readonly dims: 2 | 3;
    /** Levels of the U-Net below the first. */
    readonly depth: number;
    /** Channels of the first level. */
    readonly channels: number;
    /** In 2D: the planes of the signal are the network's input channels, and it predicts one plane. */
    readonly zAsChannels: boolean;
  };
  /** Voxels of a patch; z is 1 in 2D. */
  readonly patch: { readonly z: number; readonly y: number; readonly x: number };
  /** Patches a step. */
  readonly batch: number;
  readonly steps: number;
  /** Adam (Kingma and Ba 2015). */
  readonly optimizer: {
    readonly lr: number;
    /** cosine: from lr down to 0 at the last step, along half a wave (Loshchilov and Hutter 2017). */
    readonly schedule: 'constant' | 'cosine';
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weightDecay: number;
  };
  readonly loss: Loss;
  readonly normalize: { readonly signal: Normalization; readonly target: Normalization };
  /**
   * Drawn for each patch. Flips and quarter turns alike for signal, target and weight; turns need square patches (y = x).
   * Intensity: brightness, contrast and noise of the signal.
   */
  readonly augment: { readonly flips: boolean; readonly quarterTurns: boolean; readonly intensity: boolean };
  /** Part of the field, at its right edge (along x), that training never sees and that is measured. 0 keeps all. */
  readonly split: { readonly heldOut: number };
  readonly checkpoint: { readonly every: number };
  readonly seed: number;
}
