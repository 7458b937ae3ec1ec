import { describe, expect, it } from 'vitest';
import type { Config } from '../config/index.ts';
import { statistics, type Size, type Volume } from '../volume/index.ts';
import { preparePair } from './pair.ts';
import type { PairImages } from './pair-images.ts';

const config: Config = {
  network: { dims: 3, depth: 2, channels: 4, zAsChannels: false },
  patch: { z: 4, y: 8, x: 8 },
  batch: 2,
  steps: 10,
  optimizer: {
    lr: 0.001,
    schedule: 'constant',
    warmup: 0,
    dropEvery: 1000,
    dropTo: 0.5,
    clip: 0,
    betas: [0.5, 0.999],
    eps: 1e-8,
    weightDecay: 0,
  },
  loss: 'mse',
  normalize: { signal: 'zscore', target: 'zscore' },
  augment: { flips: false, quarterTurns: false, contrast: 0, brightness: 0, noise: 0, defocus: 0 },
  average: 0,
  freezeEncoder: false,
  voxelSize: 'native',
  sampling: { foreground: 0, buffer: 0, switchEvery: 720 },
  validate: { every: 0, patience: 0 },
  split: { by: 'auto', train: 0.8, heldOut: 0 },
  checkpoint: { every: 5 },
  seed: 0,
};
const planes: Config = {
  ...config,
  network: { ...config.network, dims: 2, zAsChannels: true },
  patch: { z: 1, y: 8, x: 8 },
};

function ramp(size: Size, channels = 1, scale = 1): Volume {
  const data = new Float32Array(channels * size.z * size.y * size.x).map((_, i) => scale * ((i * 37) % 101));
  return { data, channels, size, voxelSize: { z: 0.3, y: 0.1, x: 0.1 } };
}

const size = { z: 5, y: 10, x: 24 };

function images(changes: Partial<PairImages> = {}): PairImages {
  return {
    signal: { file: 'bf.tif', volume: ramp(size) },
    targets: [{ name: 'dna', file: 'dna.tif', volume: ramp(size, 1, 3) }],
    weight: null,
    ...changes,
  };
}

const prepare = (changes: Partial<PairImages>, settings = config) => preparePair(images(changes), settings, 4, 4);
const target = (of: Size) => [{ name: 'dna', file: 'dna.tif', volume: ramp(of) }];

describe('a pair that fits', () => {
  it('is normalized, keeps the statistics of the files, and puts targets side by side in their order', () => {
    const pair = prepare({
      targets: [
        { name: 'dna', file: 'dna.tif', volume: ramp(size, 1, 3) },
        { name: 'membrane', file: 'm.tif', volume: ramp(size, 1, -2) },
      ],
    });
    expect(pair.targetNames).toEqual(['dna', 'membrane']);
    expect(pair.target.channels).toBe(2);
    expect(pair.statistics.target.map(({ max, min }) => max - min)).toEqual([300, 200]);
    expect(statistics(pair.signal.data).std).toBeCloseTo(1, 5);
    expect(statistics(pair.target.data.subarray(1200)).std).toBeCloseTo(1, 5);
    expect(pair.target.data[1200 + 1]).toBeCloseTo(-pair.target.data[1], 5);
    expect(pair.split).toEqual({ train: { start: { z: 0, y: 0, x: 0 }, size }, heldOut: null, margin: 0 });
  });

  it('is left in the units of its files where normalization is none', () => {
    const pair = prepare({}, { ...config, normalize: { signal: 'none', target: 'zscore' } });
    expect(pair.signal.data).toEqual(ramp(size).data);
  });

  it('with planes as channels is normalized over all planes together, for one plane of target', () => {
    const pair = prepare({ targets: target({ ...size, z: 1 }) }, planes);
    expect([pair.signal.channels, pair.signal.size]).toEqual([5, { z: 1, y: 10, x: 24 }]);
    expect(pair.statistics.signal.length).toBe(1);
    expect(statistics(pair.signal.data).mean).toBeCloseTo(0, 5);
  });

  it('in 2D draws planes from stacks', () => {
    const pair = prepare({}, { ...config, network: { ...config.network, dims: 2 }, patch: planes.patch });
    expect(pair.signal.size).toEqual(size);
  });
});

describe('images of unlike size are refused with both sizes and a remedy', () => {
  it('the last plane missing', () => {
    expect(() => prepare({ targets: target({ ...size, z: 4 }) })).toThrow(
      'bf.tif is (z 5, y 10, x 24), target dna of dna.tif is (z 4, y 10, x 24). Both must show the same voxels. ' +
        'The network would learn to predict another place than it sees. If dna.tif lacks the last planes: bf.tif#z=0:4.',
    );
  });

  it('another field', () => {
    expect(() => prepare({ targets: target({ ...size, x: 23 }) })).toThrow(
      expect.objectContaining({ code: 'dataset/sizes', remedy: expect.stringMatching(/^Register/) }),
    );
  });

  it('one plane of target for a stack', () => {
    expect(() => prepare({ targets: target({ ...size, z: 1 }) })).toThrow(/--dims 2 --set network\.zAsChannels=true/);
  });

  it('a stack of target where one plane is predicted', () => {
    expect(() => prepare({}, planes)).toThrow(/bf\.tif is \(z 5, y 10, x 24\).*Select a plane: dna\.tif#z=2:3/s);
  });

  it('a weight map', () => {
    expect(() => prepare({ weight: { file: 'w.tif', volume: ramp({ ...size, y: 9 }) } })).toThrow(/weight of w\.tif/);
  });
});

it('a target of several channels is refused', () => {
  expect(() => prepare({ targets: [{ name: 'dna', file: 'a.tif', volume: ramp(size, 2) }] })).toThrow(
    expect.objectContaining({ code: 'dataset/channels', remedy: 'Select one: a.tif#channel=0.' }),
  );
});

it('constant images and images with NaN are refused by the name of their file', () => {
  const constant = { ...ramp(size), data: new Float32Array(1200).fill(7) };
  expect(() => prepare({ targets: [{ name: 'dna', file: 'flat.tif', volume: constant }] })).toThrow(
    expect.objectContaining({ code: 'dataset/constant', file: 'flat.tif' }),
  );
  const broken = ramp(size);
  broken.data[3] = NaN;
  expect(() => prepare({ signal: { file: 'nan.tif', volume: broken } })).toThrow(
    expect.objectContaining({ code: 'dataset/not-finite', file: 'nan.tif' }),
  );
});

describe('an image smaller than the patch is refused', () => {
  it('with a patch that fits and is a multiple of 2^depth', () => {
    expect(() => prepare({}, { ...config, patch: { z: 8, y: 16, x: 16 } })).toThrow(
      'bf.tif is (z 5, y 10, x 24), smaller than the patch (z 8, y 16, x 16) along z and y. ' +
        'Patches are cut from inside the image. A patch that fits: --patch 4,8,16.',
    );
  });

  it('with the advice to take a smaller depth where none fits', () => {
    expect(() => preparePair(images(), { ...config, patch: { z: 16, y: 16, x: 16 } }, 4, 16)).toThrow(
      /smaller --depth/,
    );
  });

  it('in 2D counts planes one by one', () => {
    const stack = images({ targets: target({ ...size, z: 1 }) });
    expect(() => preparePair(stack, { ...planes, patch: { z: 1, y: 16, x: 16 } }, 4, 8)).toThrow(/--patch 1,8,16/);
  });
});

describe('a weight map', () => {
  const weighted = (data: Float32Array, settings = config) =>
    prepare({ weight: { file: 'w.tif', volume: { ...ramp(size), data } } }, settings);
  const heldOut: Config = { ...config, split: { by: 'auto', train: 0.8, heldOut: 0.25 } };

  it('is scaled to mean 1 over the training part, whatever it is elsewhere', () => {
    const data = new Float32Array(1200).map((_, i) => (i % 24 < 14 ? (i % 2) * 3 : 50));
    const { weight } = weighted(data, heldOut);
    let sum = 0;
    weight?.data.forEach((value, i) => (sum += i % 24 < 14 ? value : 0));
    expect(sum / (5 * 10 * 14)).toBeCloseTo(1, 6);
    expect(weight?.data[23]).toBeCloseTo(50 / 1.5, 4);
  });

  it.each([
    ['negative weights', new Float32Array(1200).fill(-1, 7, 9), '2 of 1200 weights are negative, down to -1'],
    ['NaN', new Float32Array(1200).fill(NaN, 7, 8), '1 of 1200 weights are NaN'],
    ['nothing', new Float32Array(1200), 'are 0'],
    ['nothing in the training part', new Float32Array(1200).map((_, i) => (i % 24 < 14 ? 0 : 1)), '(x 0 to 13) are 0'],
  ])('of %s is refused', (_, data, message) => {
    expect(() => weighted(data, heldOut)).toThrow(expect.objectContaining({ code: 'dataset/weight', file: 'w.tif' }));
    expect(() => weighted(data, heldOut)).toThrow(message);
  });

  it('is asked for where the loss needs one', () => {
    expect(() => prepare({}, { ...config, loss: 'weighted-mse' })).toThrow(
      expect.objectContaining({ code: 'dataset/no-weight' }),
    );
  });
});
