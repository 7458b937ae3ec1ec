/** Forty configurations with one or several errors: every error is told at once, with its line and what was probably meant. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../core/index.ts';
import { resolveConfig, type ConfigInput } from './index.ts';

/** What is given, and how each finding begins and ends: `place: what ... remedy`. */
interface Wrong {
  readonly preset?: string;
  readonly yaml?: string;
  /** As typed behind --set. */
  readonly set?: readonly string[];
  /** As typed of an option of its own: `--lr 1`. */
  readonly options?: readonly string[];
  readonly findings: readonly [begins: string, ends: string][];
}

const KEY_OF_OPTION: Readonly<Record<string, string>> = {
  '--lr': 'optimizer.lr',
  '--patch': 'patch',
  '--depth': 'network.depth',
  '--dims': 'network.dims',
  '--batch': 'batch',
  '--steps': 'steps',
};

function inputOf({ preset, yaml, set = [], options = [] }: Wrong): ConfigInput {
  return {
    preset,
    yaml: yaml === undefined ? undefined : { text: yaml, file: 'config.yaml' },
    set: [
      ...options.map((typed) => {
        const [origin, value] = typed.split(' ');
        return { key: KEY_OF_OPTION[origin], value, origin };
      }),
      ...set.map((typed) => ({ key: typed.split('=')[0], value: typed.slice(typed.indexOf('=') + 1) })),
    ],
  };
}

/** Each as `place: what remedy`. */
function findingsOf(input: ConfigInput): string[] {
  try {
    resolveConfig(input);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [, ...several] = error.what.split('\n  ');
    return several.length > 0 ? several : [`${error.what} ${error.remedy}`];
  }
  return [];
}

const CASES: readonly Wrong[] = [
  // Keys that are not there.
  { yaml: 'stepz: 3', findings: [['config.yaml:1:1: unknown key stepz.', 'Did you mean steps?']] },
  { yaml: 'optimiser:\n  lr: 0.1', findings: [['config.yaml:1:1: unknown key optimiser.', 'Did you mean optimizer?']] },
  {
    yaml: 'optimizer:\n  lr: 0.1\n  beta: [0.5, 0.9]',
    findings: [['config.yaml:3:3: unknown key optimizer.beta.', 'Did you mean optimizer.betas?']],
  },
  { yaml: '# mine\n\nlr: 0.1', findings: [['config.yaml:3:1: unknown key lr.', 'Did you mean optimizer.lr?']] },
  {
    yaml: 'network:\n  lr: 0.1\n  chanels: 16',
    findings: [
      ['config.yaml:2:3: unknown key network.lr.', 'Did you mean optimizer.lr?'],
      ['config.yaml:3:3: unknown key network.chanels.', 'Did you mean network.channels?'],
    ],
  },
  {
    set: ['augment.flip=true'],
    findings: [['--set augment.flip: unknown key augment.flip.', 'Did you mean augment.flips?']],
  },
  {
    set: ['Batch_size=3'],
    findings: [['--set Batch_size: unknown key Batch_size.', 'All keys: unstained train --help.']],
  },
  { set: ['optimizer=adam'], findings: [['--set optimizer: unknown key optimizer.', 'set one of them.']] },
  { yaml: 'preset: paper', findings: [['config.yaml:1:1: unknown key preset.', '--preset NAME.']] },
  {
    yaml: 'seed: 1\nvalidate:\n  evry: 10\n  patience: 3\nsteps: 100\ncheckpoint: { evrey: 5 }',
    findings: [
      ['config.yaml:3:3: unknown key validate.evry.', 'Did you mean validate.every?'],
      ['config.yaml:6:15: unknown key checkpoint.evrey.', 'Did you mean checkpoint.every?'],
    ],
  },

  // Presets.
  { preset: 'papr', findings: [['--preset: there is no preset papr.', 'Did you mean paper?']] },
  { preset: 'labtop', findings: [['--preset: there is no preset labtop.', 'Did you mean laptop?']] },
  { preset: 'best', findings: [['--preset: there is no preset best.', 'There are: default, laptop, paper.']] },
  {
    preset: 'Papers',
    yaml: 'batch: 0',
    options: ['--depth 5'], // what it would not fit is not known
    findings: [
      ['--preset: there is no preset Papers.', 'Did you mean paper?'],
      ['config.yaml:1:8: batch is 0.', 'a whole number from 1 to 4096.'],
    ],
  },

  // Values.
  { yaml: 'steps: many', findings: [['config.yaml:1:8: steps is "many".', 'a whole number from 1 to 1000000000.']] },
  {
    yaml: 'steps: 1.5\nbatch: -1\nseed: 4294967296',
    findings: [
      ['config.yaml:1:8: steps is 1.5.', '1000000000.'],
      ['config.yaml:2:8: batch is -1.', '4096.'],
      ['config.yaml:3:7: seed is 4294967296.', 'from 0 to 4294967295.'],
    ],
  },
  {
    yaml: 'optimizer:\n  schedule: cosin',
    findings: [
      ['config.yaml:2:13: optimizer.schedule is "cosin".', 'Did you mean cosine? It must be constant, cosine or step.'],
    ],
  },
  {
    yaml: 'loss: MSE',
    findings: [['config.yaml:1:7: loss is "MSE".', 'Did you mean mse? It must be mse, weighted-mse, l1 or gaussian.']],
  },
  {
    set: ['loss=weightedmse'],
    findings: [
      [
        '--set loss: loss is "weightedmse".',
        'Did you mean weighted-mse? It must be mse, weighted-mse, l1 or gaussian.',
      ],
    ],
  },
  {
    yaml: 'normalize:\n  signal: z-score\n  target: zscore-centre',
    findings: [
      [
        'config.yaml:2:11: normalize.signal is "z-score".',
        'Did you mean zscore? It must be zscore, zscore-center, percentile or none.',
      ],
      [
        'config.yaml:3:11: normalize.target is "zscore-centre".',
        'Did you mean zscore-center? It must be zscore, zscore-center, percentile or none.',
      ],
    ],
  },
  {
    yaml: 'augment:\n  flips: yes\n  noise: 11',
    findings: [
      ['config.yaml:2:10: augment.flips is "yes".', 'It must be true or false.'],
      ['config.yaml:3:10: augment.noise is 11.', 'a number, 0 or more, 10 at most.'],
    ],
  },
  {
    set: ['augment.flips=True'],
    findings: [['--set augment.flips: augment.flips is "True".', 'Did you mean true? It must be true or false.']],
  },
  {
    yaml: 'optimizer:\n  betas: [0.5, 1]\n  eps: 0\n  clip: -1',
    findings: [
      ['config.yaml:2:10: optimizer.betas is [0.5,1].', 'such as 0.5,0.999.'],
      ['config.yaml:3:8: optimizer.eps is 0.', 'a number above 0.'],
      ['config.yaml:4:9: optimizer.clip is -1.', 'a number, 0 or more.'],
    ],
  },
  { yaml: 'voxelSize: [0.3, 0.3]', findings: [['config.yaml:1:12: voxelSize is [0.3,0.3].', 'such as 0.3,0.3,0.3.']] },
  {
    yaml: 'voxelSize: natve',
    findings: [
      [
        'config.yaml:1:12: voxelSize is "natve".',
        'Did you mean native? It must be native, or z,y,x in micrometers, such as 0.3,0.3,0.3.',
      ],
    ],
  },
  { set: ['voxelSize=0.3,0,0.3'], findings: [['--set voxelSize: voxelSize is [0.3,0,0.3].', 'such as 0.3,0.3,0.3.']] },
  { options: ['--patch 32x64x64'], findings: [['--patch: patch is "32x64x64".', 'in 2D y,x, such as 128,128.']] },
  {
    yaml: 'average: 1\nsampling:\n  foreground: 50',
    findings: [
      ['config.yaml:1:10: average is 1.', 'a number, 0 or more and below 1.'],
      ['config.yaml:3:15: sampling.foreground is 50.', 'a number, 0 or more, 1 at most.'],
    ],
  },
  {
    yaml: 'split:\n  by: images\n  heldOut: 1',
    findings: [
      ['config.yaml:2:7: split.by is "images".', 'Did you mean image? It must be auto, image or part.'],
      ['config.yaml:3:12: split.heldOut is 1.', 'a number, 0 or more and below 1.'],
    ],
  },

  // The form of the file.
  {
    yaml: 'steps: 1\nsteps: 2',
    findings: [['config.yaml:2:1: this is not YAML: Map keys must be unique.', 'Correct the line.']],
  },
  { yaml: 'steps: 1\nbatch 2\nseed: 3', findings: [['config.yaml:2:1: this is not YAML', 'Correct the line.']] },
  {
    yaml: 'optimizer: adam\nsteps:\n  - 1',
    findings: [
      ['config.yaml:1:12: optimizer must hold keys with values.', 'such as optimizer.lr.'],
      ['config.yaml:3:3: steps is [1].', '1000000000.'],
    ],
  },
  {
    yaml: 'optimizer.lr: 1\nseed: 2\noptimizer: { lr: 2 }',
    findings: [['config.yaml:3:18: optimizer.lr is given twice, first by config.yaml:1:15.', 'Leave one out.']],
  },

  // YAML and command line together.
  {
    yaml: 'steps: 0',
    options: ['--lr fast', '--batch 0'],
    set: ['seed=x'],
    findings: [
      ['config.yaml:1:8: steps is 0.', '1000000000.'],
      ['--lr: optimizer.lr is "fast".', 'a number above 0.'],
      ['--batch: batch is 0.', '4096.'],
      ['--set seed: seed is "x".', '4294967295.'],
    ],
  },
  {
    options: ['--lr 1'],
    set: ['optimizer.lr=2'],
    findings: [['--set optimizer.lr: optimizer.lr is given twice, first by --lr.', 'Leave one out.']],
  },

  // Settings that do not fit each other.
  {
    yaml: 'seed: 3\npatch: [30, 64, 70]',
    findings: [
      [
        'config.yaml:2:8: patch 30,64,70: z 30 and x 70 must divide by 8 (2^depth, depth 3).',
        'The nearest that do are 24,64,64 and 32,64,72.',
      ],
    ],
  },
  {
    preset: 'paper',
    yaml: 'network:\n  dims: 2\n  zAsChannels: true\npatch: 16,64,64',
    findings: [['config.yaml:4:8: patch 16,64,64 has 16 planes, but network.dims is 2.', 'For volumes: --dims 3.']],
  },
  {
    yaml: 'steps: 100\noptimizer:\n  schedule: step\n  warmup: 100\nvalidate: { every: 0, patience: 3 }',
    findings: [
      ['config.yaml:4:11: optimizer.warmup is 100, steps 100:', '--set optimizer.warmup=10, or more steps.'],
      [
        'config.yaml:3:13: optimizer.schedule is step, but of 100 steps',
        '--set optimizer.dropEvery=25, or more steps.',
      ],
      ['config.yaml:5:33: validate.patience is 3 measures, but validate.every is 0:', '--set validate.every=100.'],
    ],
  },
  {
    yaml: 'voxelSize: [0.3, 0.1, 0.2]\naugment:\n  quarterTurns: true\nsplit: { by: part, heldOut: 0, train: 2.5 }',
    options: ['--patch 32,64,32'],
    set: ['validate.patience=2'],
    findings: [
      [
        '--patch: augment.quarterTurns needs patches with y = x; patch is 32,64,32.',
        'or --set augment.quarterTurns=false.',
      ],
      [
        'config.yaml:1:12: augment.quarterTurns needs voxels with y = x; voxelSize is 0.3,0.1,0.2.',
        'or --set augment.quarterTurns=false.',
      ],
      [
        '--set validate.patience: validate.patience is 2 measures, but split.heldOut is 0:',
        '--set split.heldOut=0.25.',
      ],
      ['config.yaml:4:39: split.train is 2.5:', 'such as 0.8.'],
    ],
  },
  {
    preset: 'paper',
    yaml: 'network: { depth: deep }\npatch: 30,64,64\nlos: l1\nbatch: 1',
    set: ['network.zAsChannels=true', 'average=-0.5'],
    findings: [
      ['config.yaml:1:19: network.depth is "deep".', 'a whole number from 0 to 6.'],
      ['config.yaml:3:1: unknown key los.', 'Did you mean loss?'],
      ['--set network.zAsChannels: network.zAsChannels is true, but network.dims is 3:', 'or leave zAsChannels out.'],
      ['--set average: average is -0.5.', 'a number, 0 or more and below 1.'],
    ],
  },
];

describe('wrong configurations', () => {
  it('are forty', () => expect(CASES).toHaveLength(40));

  it.each(CASES.map((wrong, i) => [i + 1, wrong] as const))(
    '%i: every error, its place, what was meant',
    (_, wrong) => {
      const told = findingsOf(inputOf(wrong));
      for (const [begins, ends] of wrong.findings)
        expect(told).toContainEqual(expect.stringMatching(new RegExp(`^${literal(begins)}.*${literal(ends)}$`)));
      expect(told).toHaveLength(wrong.findings.length);
    },
  );
});

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
