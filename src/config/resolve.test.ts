import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../core/index.ts';
import { configToYaml, describeKeys, nearest, resolveConfig } from './index.ts';
import { PRESETS } from './keys.ts';
import { KEYS } from './placed-keys.ts';
import { valueAt } from './resolve.ts';

const set = (...pairs: [key: string, value: string][]) => pairs.map(([key, value]) => ({ key, value }));
const yaml = (text: string) => ({ text, file: 'config.yaml' });

function refusal(input: Parameters<typeof resolveConfig>[0]): UsageError {
  try {
    resolveConfig(input);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('precedence', () => {
  it('the command line wins over the file, the file over the preset', () => {
    const { config, explicit } = resolveConfig({
      preset: 'paper',
      yaml: yaml('steps: 200\nbatch: 3\n'),
      set: set(['steps', '100']),
    });
    expect(config).toMatchObject({ steps: 100, batch: 3, network: { channels: 32 } });
    expect([...explicit].sort()).toEqual(['batch', 'steps']);
  });

  it('the paper preset is the paper', () => {
    expect(resolveConfig({ preset: 'paper' }).config).toEqual({
      network: { dims: 3, depth: 4, channels: 32, zAsChannels: false },
      patch: { z: 32, y: 64, x: 64 },
      batch: 24,
      steps: 50_000,
      optimizer: {
        lr: 0.001,
        schedule: 'constant',
        warmup: 0,
        dropEvery: 1000,
        dropTo: 0.5,
        betas: [0.5, 0.999],
        eps: 1e-8,
        weightDecay: 0,
        clip: 0,
      },
      loss: 'mse',
      normalize: { signal: 'zscore', target: 'zscore' },
      average: 0,
      freezeEncoder: false,
      voxelSize: { z: 0.3, y: 0.3, x: 0.3 },
      augment: { flips: false, quarterTurns: false, contrast: 0, brightness: 0, noise: 0, defocus: 0 },
      sampling: { foreground: 0, buffer: 0, switchEvery: 720 },
      split: { by: 'auto', train: 30, heldOut: 0.25 },
      validate: { every: 1000, images: 4, patience: 0 },
      checkpoint: { every: 1000 },
      seed: 0,
    });
  });

  it('in 2D the default patch is a plane, and turns only where it is square', () => {
    const plane = resolveConfig({ set: set(['network.dims', '2']) }).config;
    expect(plane).toMatchObject({
      patch: { z: 1, y: 128, x: 128 },
      batch: 8,
      augment: { quarterTurns: true },
    });
    const oblong = resolveConfig({ set: set(['network.dims', '2'], ['patch', '128,64']) }).config;
    expect(oblong).toMatchObject({
      patch: { z: 1, y: 128, x: 64 },
      augment: { quarterTurns: false },
    });
  });
});

describe('YAML', () => {
  it('takes lists, typed lists, dotted keys, empty sections, and an empty file', () => {
    const { config } = resolveConfig({
      yaml: yaml('patch: 16,32,32\noptimizer.lr: 1e-4\noptimizer:\n  betas: [0.9, 0.99]\naugment:\n'),
    });
    expect(config).toMatchObject({ patch: { z: 16, y: 32, x: 32 }, optimizer: { lr: 1e-4, betas: [0.9, 0.99] } });
    expect(resolveConfig({ yaml: yaml('') }).explicit.size).toBe(0);
  });

  it.each([
    ['optimiser:\n  lr: 1', 'config.yaml:1:1: unknown key optimiser.', null],
    ['steps: 10\noptimizer:\n  lrr: 1', 'config.yaml:3:3: unknown key optimizer.lrr.', 'Did you mean optimizer.lr?'],
    ['lr: 1', 'config.yaml:1:1: unknown key lr.', 'Did you mean optimizer.lr?'],
    ['__proto__: 1', 'config.yaml:1:1: unknown key __proto__.', null],
    ['steps: many', 'config.yaml:1:8: steps is "many".', 'It must be a whole number from 1 to 1000000000.'],
    ['steps: 1.5', 'config.yaml:1:8: steps is 1.5.', null],
    ['steps: "10"', 'config.yaml:1:8: steps is "10".', null],
    ['steps:', 'steps is null.', null],
    [
      'patch: [32, 64]\noptimizer: 3',
      'config.yaml:2:12: optimizer must hold keys with values.',
      'such as optimizer.lr.',
    ],
    ['- 1', 'config.yaml:1:1: the file must hold keys with values.', null],
    ['steps: 1\nsteps: 2', 'this is not YAML: Map keys must be unique.', null],
    ['steps: !!js/function x', 'this is not YAML: Unresolved tag', null],
    ['steps: 1\n  batch: [', 'config.yaml:2', null],
    [
      'steps: 1\noptimizer.lr: 1\noptimizer: { lr: 2 }',
      'optimizer.lr is given twice, first by config.yaml:2:15.',
      null,
    ],
  ])('refuses %j with its place', (text, what, remedy) => {
    const error = refusal({ yaml: yaml(text) });
    expect(error.message).toContain(what);
    if (remedy) expect(error.message).toContain(remedy);
  });

  it('survives a bomb of aliases', () => {
    const nineTimes = (name: string) => `[${`*${name},`.repeat(9)}]`;
    const levels = ['a: &a [x]', ...Array.from('bcdefgh', (name, i) => `${name}: &${name} ${nineTimes('abcdefg'[i])}`)];
    const error = refusal({ yaml: yaml(`${levels.join('\n')}\npatch: *h`) });
    expect(error.message).toContain('patch is null.');
  });

  it.each([
    ['optimizer: &o\n  lr: *o', 'config.yaml:2:7: optimizer.lr is null.'],
    ['optimizer:\n  lr: .inf\n  eps: .nan', 'config.yaml:2:7: optimizer.lr is Infinity.'],
    [`patch: ${'['.repeat(5000)}`, 'brackets are no settings'],
    [Array.from({ length: 3000 }, (_, i) => `k${i}: 1`).join('\n'), '\n  and 2900 more.'],
    [`steps: ${' '.repeat(70_000)}1`, 'config.yaml: 70008 characters are no settings'],
    ['optimizer:\n  <<: *a', 'config.yaml:2:3: unknown key optimizer.<<.'],
  ])('refuses what is made to break it', (text, what) => {
    const error = refusal({ yaml: yaml(text) });
    expect(error.message).toContain(what);
    expect(error.message.length).toBeLessThan(20_000);
  });

  it('whatever the text, it is settings or a refusal', () => {
    const pieces = [
      'steps',
      'optimizer',
      'lr',
      ': ',
      '\n',
      '\n  ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '&a',
      '*a',
      '-',
      '1',
      '"',
      '#',
      '? ',
      '!!x',
      '|',
      '<<',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (parts) => {
        try {
          resolveConfig({ yaml: yaml(parts.join('')) });
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { seed: 23, numRuns: 3000 },
    );
  });

  it('lists everything that is wrong at once', () => {
    const error = refusal({
      preset: 'papr',
      yaml: yaml('stepz: 3\nbatch: 0'),
      set: [{ key: 'optimizer.lr', value: 'fast', origin: '--lr' }],
    });
    expect(error.what.split('\n').slice(1)).toEqual([
      '  --preset: there is no preset papr. Did you mean paper?',
      '  config.yaml:1:1: unknown key stepz. Did you mean steps?',
      '  config.yaml:2:8: batch is 0. It must be a whole number from 1 to 4096.',
      '  --lr: optimizer.lr is "fast". It must be a number above 0.',
    ]);
    expect(error.exitCode).toBe(2);
  });
});

describe('the command line', () => {
  it.each([
    ['steps', '0x10'],
    ['steps', ''],
    ['steps', 'NaN'],
    ['steps', '-1'],
    ['optimizer.lr', '0'],
    ['optimizer.lr', 'Infinity'],
    ['optimizer.betas', '0.5,1'],
    ['optimizer.betas', '0.5'],
    ['patch', '32,64,64,64'],
    ['patch', '64'],
    ['patch', '32,64,'],
    ['split.heldOut', '1'],
    ['augment.flips', 'yes'],
    ['network.dims', '4'],
    ['loss', 'huber'],
  ])('refuses %s %j', (key, value) => {
    const error = refusal({ set: set([key, value]) });
    expect(error.what).toMatch(new RegExp(`^--set ${key}: ${key} is .*\\.$`));
    expect(error.remedy).toMatch(/^It must be /);
  });

  it('refuses the same key from an option and from --set', () => {
    const twice = [
      { key: 'optimizer.lr', value: '1', origin: '--lr' },
      { key: 'optimizer.lr', value: '2' },
    ];
    expect(refusal({ set: twice }).message).toContain('given twice, first by --lr');
  });
});

describe('settings that must fit each other', () => {
  it.each([
    [set(['patch', '30,64,70']), 'z 30 and x 70 must divide by 8', 'The nearest that do are 24,64,64 and 32,64,72.'],
    [set(['patch', '4,64,64']), 'z 4 must divide by 8', 'The nearest that does is 8,64,64.'],
    [
      set(['network.dims', '2'], ['patch', '8,64,64']),
      '8 planes, but network.dims is 2',
      'In 2D a patch is y,x: 64,64.',
    ],
    [set(['patch', '64,64']), 'one plane, but network.dims is 3', '8,64,64'],
    [set(['network.zAsChannels', 'true']), 'planes are channels in 2D only', '--dims 2'],
    [set(['augment.quarterTurns', 'true'], ['patch', '32,64,32']), 'needs patches with y = x', '--patch 32,64,64'],
    [set(['batch', '1'], ['patch', '8,8,8']), 'the deepest level is one voxel', 'batch 2'],
  ])('refuses %j', (settings, what, remedy) => {
    const { message } = refusal({ set: settings });
    expect(message).toContain(what);
    expect(message).toContain(remedy);
  });

  it('does not blame a key twice', () => {
    expect(refusal({ set: set(['network.depth', 'deep'], ['patch', '30,64,64']) }).message).not.toContain(
      'must divide',
    );
  });

  it('says where the blamed value stands', () => {
    expect(refusal({ yaml: yaml('seed: 1\npatch: [30, 64, 64]') }).message).toMatch(/^config\.yaml:2:8: patch/);
    expect(refusal({ set: set(['network.depth', '6']) }).message).toMatch(/^--set network\.depth: patch 32,64,64/);
  });
});

describe('written settings', () => {
  it('read back to the same values, whatever they are', () => {
    const arbitrary = fc.record({
      'network.depth': fc.integer({ min: 0, max: 3 }),
      'optimizer.lr': fc.double({ min: 1e-12, max: 10, noNaN: true }),
      'optimizer.betas': fc.tuple(
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
      ),
      'augment.flips': fc.boolean(),
      'network.dims': fc.constantFrom(2, 3),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    });
    fc.assert(
      fc.property(arbitrary, (values) => {
        const { config } = resolveConfig({
          set: Object.entries(values).map(([key, value]) => ({ key, value: String(value) })),
        });
        const again = resolveConfig({ yaml: { text: configToYaml(config), file: 'again.yaml' } });
        expect(again.config).toEqual(config);
        expect(again.explicit.size).toBe(KEYS.length);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('explain every key', () => {
    const text = configToYaml(resolveConfig({}).config);
    for (const { help } of KEYS) expect(text).toContain(`# ${help}`);
    for (const { help } of describeKeys()) expect(help).not.toMatch(/\.$/);
  });
});

it('every preset, in 2D and 3D, passes when typed value by value', () => {
  for (const preset of PRESETS)
    for (const dims of ['2', '3']) {
      const { config } = resolveConfig({ preset, set: set(['network.dims', dims]) });
      const typed = KEYS.map(({ path, kind }) => ({ key: path, value: kind.format(valueAt(config, path)) }));
      expect(resolveConfig({ set: typed }).config).toEqual(config);
    }
});

it('every preset stands any number of steps, in 2D and 3D', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PRESETS),
      fc.constantFrom('2', '3'),
      fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1_000_000 })),
      (preset, dims, steps) => {
        const { config } = resolveConfig({ preset, set: set(['network.dims', dims], ['steps', String(steps)]) });
        expect(config.steps).toBe(steps);
      },
    ),
    { seed: 5, numRuns: 200 },
  );
});

it('the laptop preset fills the blocks of 16 channels that processors compute at once', () => {
  for (const dims of ['2', '3']) {
    const { network } = resolveConfig({ preset: 'laptop', set: set(['network.dims', dims]) }).config;
    expect(network.channels % 16).toBe(0);
    expect(network.depth).toBe(3);
  }
});

describe('nearest', () => {
  it.each([
    ['optimiser.lr', 'optimizer.lr'],
    ['LR', 'optimizer.lr'],
    ['stpes', 'steps'],
    ['zzz', null],
    ['', null],
  ])('%s is meant to be %s', (word, meant) => {
    expect(nearest(word, ['steps', 'batch', 'optimizer.lr'])).toBe(meant);
  });
});
