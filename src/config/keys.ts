/**
 * The one table of settings. The command line's options, the YAML file, its JSON Schema, the help pages and the presets
 * come from it. It has the shape of `Config`, so that the compiler misses no key.
 */
import type { Config } from './config.ts';
import { decayRates, flag, number, oneOf, patchSize, trainingGrid, whole, type Kind } from './kind.ts';

export const PRESETS = ['default', 'laptop', 'paper'] as const;
export type PresetName = (typeof PRESETS)[number];

/** A preset's value; where it depends on other settings, on those above it in the table only. */
type PresetValue<T> = T | ((above: Config) => T);

export interface Key<T> {
  readonly kind: Kind<T>;
  readonly help: string;
  /** Its own option on the command line, without dashes. */
  readonly option?: string;
  /** Sized for a processor; see docs/training.md for what was measured. */
  readonly default: PresetValue<T>;
  /** As default where nothing is said; less work a step, for small machines. */
  readonly laptop?: PresetValue<T>;
  /** Ounkomol et al. (Nature Methods 2018), to the letter. */
  readonly paper: PresetValue<T>;
}

/** Sizes along z, y, x are one value too. */
type Leaf = number | string | boolean | readonly number[] | Config['patch'];
type Table<C> = { readonly [K in keyof C]: [C[K]] extends [Leaf] ? Key<C[K]> : Table<C[K]> };

const in2D = <T>(plane: T, volume: T): ((above: Config) => T) => {
  return ({ network }) => (network.dims === 2 ? plane : volume);
};

export const TABLE: Table<Config> = {
  network: {
    dims: {
      kind: oneOf(2, 3),
      help: '3: volumes, neighbors in z count; 2: planes',
      option: 'dims',
      default: 3,
      paper: 3,
    },
    zAsChannels: {
      kind: flag,
      help: 'in 2D: all planes of the signal are seen at once, to predict one plane',
      default: false,
      paper: false,
    },
    depth: {
      kind: whole(0, 6),
      help: 'times that the U-Net halves the image: each sees twice as far',
      option: 'depth',
      default: in2D(4, 3),
      laptop: 3,
      paper: 4,
    },
    channels: {
      kind: whole(1, 512),
      help: 'channels of the first level; each level below has twice as many. Twice the channels, four times the work',
      option: 'channels',
      default: 16,
      laptop: 16, // a processor computes 16 channels at once: fewer take as long
      paper: 32,
    },
  },
  patch: {
    kind: patchSize,
    help: 'voxels of a patch, the piece that training looks at; each must divide by 2^depth',
    option: 'patch',
    default: in2D({ z: 1, y: 128, x: 128 }, { z: 32, y: 64, x: 64 }),
    laptop: in2D({ z: 1, y: 128, x: 128 }, { z: 16, y: 64, x: 64 }),
    paper: in2D({ z: 1, y: 64, x: 64 }, { z: 32, y: 64, x: 64 }),
  },
  batch: {
    kind: whole(1, 4096),
    help: 'patches a step; less needs less memory',
    option: 'batch',
    default: in2D(8, 2),
    laptop: in2D(4, 2),
    paper: 24,
  },
  steps: {
    kind: whole(1, 1_000_000_000),
    help: 'how long to train; more is better, with less and less gain',
    option: 'steps',
    default: 1000,
    paper: 50_000,
  },
  optimizer: {
    lr: {
      kind: number({ positive: true }),
      help: 'learning rate of Adam, how far a step goes',
      option: 'lr',
      default: 0.001,
      paper: 0.001,
    },
    schedule: {
      kind: oneOf('constant', 'cosine', 'step'),
      help: 'cosine: the learning rate falls to 0 toward the last step, which settles the network; step: it drops now and then',
      default: 'cosine',
      paper: 'constant',
    },
    warmup: {
      kind: whole(0, 1_000_000_000),
      help: 'steps in which the learning rate rises to lr',
      default: 0,
      paper: 0,
    },
    dropEvery: {
      kind: whole(1, 1_000_000_000),
      help: 'with schedule step: steps between two drops',
      default: 1000,
      paper: 1000,
    },
    dropTo: {
      kind: number({ positive: true, most: 1 }),
      help: 'with schedule step: what a drop leaves of the learning rate',
      default: 0.5,
      paper: 0.5,
    },
    betas: {
      kind: decayRates,
      help: 'how long Adam remembers gradients and their squares',
      default: [0.5, 0.999],
      paper: [0.5, 0.999],
    },
    eps: {
      kind: number({ positive: true }),
      help: 'keeps Adam from dividing by 0',
      default: 1e-8,
      paper: 1e-8,
    },
    weightDecay: {
      kind: number(),
      help: 'pulls the parameters toward 0',
      default: 0,
      paper: 0,
    },
    clip: {
      kind: number(),
      help: 'a gradient longer than this is shortened to it, so that one odd patch does no harm; 0: never',
      default: 0,
      paper: 0,
    },
  },
  loss: {
    kind: oneOf('mse', 'weighted-mse', 'l1', 'gaussian'),
    help:
      'mse: mean squared error; weighted-mse counts each voxel as the weight map says, and is taken where one is given; l1: mean ' +
      'absolute error; gaussian: predicts also how sure it is',
    default: 'mse',
    paper: 'mse',
  },
  average: {
    kind: number({ below: 1 }),
    help: 'predicts with a moving average of the parameters, of about 1 / (1 - this) steps; 0: with the last ones',
    default: 0,
    paper: 0,
  },
  freezeEncoder: {
    kind: flag,
    help: 'with --init: the first half of the network stays as it was, only the second learns',
    default: false,
    paper: false,
  },
  normalize: {
    signal: {
      kind: oneOf('zscore', 'zscore-center', 'percentile', 'none'),
      help:
        'zscore: minus the mean, divided by the standard deviation of the whole volume; zscore-center: of its central 32 planes; ' +
        'percentile: 0.5 % becomes 0, 99.5 % becomes 1',
      default: 'zscore',
      paper: 'zscore',
    },
    target: {
      kind: oneOf('zscore', 'zscore-center', 'percentile', 'none'),
      help: 'the same for the target',
      default: 'zscore',
      paper: 'zscore',
    },
  },
  voxelSize: {
    kind: trainingGrid,
    help: 'micrometers of a voxel z,y,x: images are resampled to it, and predictions back; native: as the files have them',
    default: 'native',
    paper: { z: 0.3, y: 0.3, x: 0.3 },
  },
  augment: {
    flips: {
      kind: flag,
      help: 'mirrors patches at random: more to learn from',
      default: true,
      paper: false,
    },
    quarterTurns: {
      kind: flag,
      help: 'turns patches at random by 90 degrees in the plane; needs patches with y = x',
      default: ({ network, patch, voxelSize }) =>
        network.dims === 2 && patch.y === patch.x && (voxelSize === 'native' || voxelSize.y === voxelSize.x),
      paper: false,
    },
    contrast: {
      kind: number({ most: 2 }),
      help: 'varies the contrast of the signal at random, by about this part: shapes count, not the exposure of one field',
      default: 0,
      paper: 0,
    },
    brightness: {
      kind: number({ most: 10 }),
      help: 'varies the brightness of the signal, by about so many standard deviations',
      default: 0,
      paper: 0,
    },
    noise: {
      kind: number({ most: 10 }),
      help: 'adds noise to the signal, of up to so many standard deviations',
      default: 0,
      paper: 0,
    },
    defocus: {
      kind: number({ most: 10 }),
      help: 'blurs the signal in the plane, by a Gaussian of up to so many voxels',
      default: 0,
      paper: 0,
    },
  },
  sampling: {
    foreground: {
      kind: number({ most: 1 }),
      help: 'part of the patches that are drawn around something bright in the target; the others are drawn anywhere',
      default: 0,
      paper: 0,
    },
    buffer: {
      kind: whole(0, 1_000_000),
      help: 'images that patches are drawn from at a time, for data beyond memory; 0: all',
      default: 0,
      paper: 0,
    },
    switchEvery: {
      kind: whole(1, 1_000_000_000),
      help: 'with sampling.buffer: patches after which one of its images gives way to another',
      default: 720,
      paper: 720,
    },
  },
  split: {
    by: {
      kind: oneOf('auto', 'image', 'part'),
      help: 'what is kept aside and measured: whole images, a part of each, or (auto) images where there are several',
      default: 'auto',
      paper: 'auto',
    },
    train: {
      kind: number({ positive: true }),
      help: 'images to train on, a number of them or below 1 a part; the others are kept aside',
      default: 0.8,
      paper: 30,
    },
    heldOut: {
      kind: number({ below: 1 }),
      help: 'where parts are kept aside: which part of each image, at its right edge; 0 keeps all',
      default: 0.25,
      paper: 0.25,
    },
  },
  validate: {
    every: {
      kind: whole(0, 1_000_000_000),
      help: 'steps between two measures of what was kept aside; the best network is kept. 0: at the end only',
      default: ({ steps }) => Math.max(1, Math.ceil(steps / 10)),
      paper: 1000,
    },
    images: {
      kind: whole(0, 1_000_000),
      help: 'held-out images that are measured each time; at the end all are. 0: all each time',
      default: 4,
      paper: 4,
    },
    patience: {
      kind: whole(0, 1_000_000),
      help: 'ends training after so many measures without a better one; 0: never',
      default: 0,
      paper: 0,
    },
  },
  checkpoint: {
    every: {
      kind: whole(1, 1_000_000_000),
      help: 'steps between two saved states',
      default: 100,
      paper: 1000,
    },
  },
  seed: {
    kind: whole(0, 4_294_967_295),
    help: 'start of the random numbers: the same seed, machine and threads give the same bits',
    option: 'seed',
    default: 0,
    paper: 0,
  },
};
