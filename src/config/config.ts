/** A training's settings, resolved: every value, also the defaults. */

export type Loss = 'mse' | 'weighted-mse' | 'l1' | 'gaussian';
export type Normalization = 'zscore' | 'zscore-center' | 'percentile' | 'none';

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
    /** cosine: from lr down to 0 at the last step, along half a wave (Loshchilov and Hutter 2017). step: times `dropTo` each `dropEvery`. */
    readonly schedule: 'constant' | 'cosine' | 'step';
    /** Steps in which the learning rate rises to lr; 0: none. */
    readonly warmup: number;
    readonly dropEvery: number;
    readonly dropTo: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weightDecay: number;
    /** The longest that the gradient of all parameters may be; a longer one is shortened. 0: as long as it is. */
    readonly clip: number;
  };
  /**
   * mse: plain; weighted-mse: under the weight map. l1 and gaussian count the weight map where there is one. gaussian: the network
   * has two outputs a target, mean and log variance, and the loss is their negative log-likelihood.
   */
  readonly loss: Loss;
  /** Decay of the exponential moving average of the parameters, which predicts in their place; 0: none is kept. */
  readonly average: number;
  /** In fine-tuning: whether the way down keeps the parameters that it was given. */
  readonly freezeEncoder: boolean;
  /** zscore: by the whole volume. zscore-center: by its central 32 planes. percentile: 0.5 % to 0, 99.5 % to 1. */
  readonly normalize: { readonly signal: Normalization; readonly target: Normalization };
  /** Micrometers of a voxel of the training grid, to which images are resampled; native: as the files have them. */
  readonly voxelSize: 'native' | { readonly z: number; readonly y: number; readonly x: number };
  /**
   * Drawn for each patch. Flips and quarter turns alike for signal, target and weight; turns need square patches (y = x).
   * The rest changes the signal only, in deviations of the normalized signal; 0: not at all.
   */
  readonly augment: {
    readonly flips: boolean;
    readonly quarterTurns: boolean;
    /** Deviation of the logarithm of the factor. */
    readonly contrast: number;
    /** Deviation of what is added. */
    readonly brightness: number;
    /** Largest deviation of a camera's noise. */
    readonly noise: number;
    /** Largest deviation, in voxels, of a Gaussian blur in the plane. */
    readonly defocus: number;
  };
  readonly sampling: {
    /** Part of the patches that are drawn around a bright voxel of the target. */
    readonly foreground: number;
    /** Images that patches are drawn from at a time; 0: all. */
    readonly buffer: number;
    /** Patches after which one image of the buffer gives way to another. */
    readonly switchEvery: number;
  };
  /** What training never sees and what is measured. A manifest's own `split` column comes before all of this. */
  readonly split: {
    /** image: whole images; part: a part of each; auto: images where there are several (groups of them), a part of a single one. */
    readonly by: 'auto' | 'image' | 'part';
    /** Of the images: a whole number of them, or below 1 a part; the rest validates. */
    readonly train: number;
    /** Of each image, at its right edge (along x). 0 keeps all. */
    readonly heldOut: number;
  };
  readonly validate: {
    /** Steps between two measures of whole held-out images; 0: at the end only. */
    readonly every: number;
    /** Held-out images that are measured then, the first ones; 0: all. At the end all are. */
    readonly images: number;
    /** Measures without a better one after which training ends; 0: never. */
    readonly patience: number;
  };
  readonly checkpoint: { readonly every: number };
  readonly seed: number;
}
