/**
 * The one table of settings. The command line's options, the YAML file, its JSON Schema, the help pages and the presets
 * come from it. It has the shape of `Config`, so that the compiler misses no key.
 */
import type { Config } from './config.ts';
import { decayRates, flag, number, oneOf, patchSize, whole, type Kind } from './kind.ts';

export const PRESETS = ['default', 'paper'] as const;
export type PresetName = (typeof PRESETS)[number];

/** A preset's value; where it depends on other settings, on those above it in the table only. */
type PresetValue<T> = T | ((above: Config) => T);

export interface Key<T> {
  readonly kind: Kind<T>;
  readonly help: string;
  /** Its own option on the command line, without dashes. */
  readonly option?: string;
  /** Sized for a laptop. */
  readonly default: PresetValue<T>;
  /** Ounkomol et al. (Nature Methods 2018), to the letter. */
  readonly paper: PresetValue<T>;
}

type Leaf = number | string | boolean | readonly number[] | Config['patch'];
type Table<C> = { readonly [K in keyof C]: C[K] extends Leaf ? Key<C[K]> : Table<C[K]> };

const in2D = <T>(plane: T, volume: T): ((above: Config) => T) => {
  return ({ network }) => (network.dims === 2 ? plane : volume);
};

const TABLE: Table<Config> = {
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
      paper: 4,
    },
    channels: {
      kind: whole(1, 512),
      help: 'channels of the first level; each level below has twice as many. Twice the channels, four times the work',
      option: 'channels',
      default: 16,
      paper: 32,
    },
  },
  patch: {
    kind: patchSize,
    help: 'voxels of a patch, the piece that training looks at; each must divide by 2^depth',
    option: 'patch',
    default: in2D({ z: 1, y: 128, x: 128 }, { z: 32, y: 64, x: 64 }),
    paper: in2D({ z: 1, y: 64, x: 64 }, { z: 32, y: 64, x: 64 }),
  },
  batch: {
    kind: whole(1, 4096),
    help: 'patches a step; less needs less memory',
    option: 'batch',
    default: in2D(8, 2),
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
      kind: oneOf('constant', 'cosine'),
      help: 'cosine: the learning rate falls to 0 toward the last step, which settles the network',
      default: 'cosine',
      paper: 'constant',
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
  },
  loss: {
    kind: oneOf('mse', 'weighted-mse'),
    help: 'mean squared error; weighted-mse counts each voxel as the weight map says, and is taken where one is given',
    default: 'mse',
    paper: 'mse',
  },
  normalize: {
    signal: {
      kind: oneOf('zscore', 'none'),
      help: 'zscore: minus the mean, divided by the standard deviation of the whole volume',
      default: 'zscore',
      paper: 'zscore',
    },
    target: {
      kind: oneOf('zscore', 'none'),
      help: 'the same for the target',
      default: 'zscore',
      paper: 'zscore',
    },
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
      default: ({ network, patch }) => network.dims === 2 && patch.y === patch.x,
      paper: false,
    },
    intensity: {
      kind: flag,
      help: 'varies brightness, contrast and noise of the signal at random: shapes count, not the exposure of one field',
      default: false,
      paper: false,
    },
  },
  split: {
    heldOut: {
      kind: number({ below: 1 }),
      help: 'part of the field, at its right edge, that training never sees and that is measured; 0 keeps all',
      default: 0.25,
      paper: 0.25,
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

/** A key with its place in the configuration: `optimizer.lr`. */
export interface PlacedKey extends Key<unknown> {
  readonly path: string;
}

/** All keys in the order of the table. */
export const KEYS: readonly PlacedKey[] = placed(TABLE, '');

/** Names that hold keys: `optimizer`. */
export const SECTIONS: ReadonlySet<string> = new Set(
  KEYS.filter(({ path }) => path.includes('.')).map(({ path }) => path.split('.')[0]),
);

const byPath: ReadonlyMap<string, PlacedKey> = new Map(KEYS.map((key) => [key.path, key]));

export function keyAt(path: string): PlacedKey | undefined {
  return byPath.get(path);
}

type Nested = { readonly [name: string]: Key<unknown> | Nested };

function placed(table: object, prefix: string): PlacedKey[] {
  return Object.entries(table as Nested).flatMap(([name, entry]) =>
    isKey(entry) ? [{ ...entry, path: prefix + name }] : placed(entry, `${prefix}${name}.`),
  );
}

function isKey(entry: Key<unknown> | Nested): entry is Key<unknown> {
  return typeof entry.help === 'string';
}
