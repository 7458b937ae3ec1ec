import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveConfig, type Config } from '../config/index.ts';
import { DatasetError, random } from '../core/index.ts';
import { assignSplit, type Side } from './assign-split.ts';
import { splitUnits } from './split-units.ts';
import { parseManifest } from './manifest/manifest.ts';
import type { Sample } from './sample.ts';

const usual = resolveConfig({}).config.split;
const settings = (split: Partial<Config['split']>): Config['split'] => ({ ...usual, ...split });

function sample(signal: string, more: Partial<Sample> = {}): Sample {
  return {
    id: signal,
    place: null,
    signal,
    targets: [],
    weight: null,
    mask: null,
    split: null,
    group: null,
    time: null,
    flips: { y: false, x: false },
    ...more,
  };
}

const images = (count: number): Sample[] => Array.from({ length: count }, (_, i) => sample(`${i}.tif`));

const count = (sides: readonly Side[]) => ({
  train: sides.filter((side) => side === 'train').length,
  val: sides.filter((side) => side === 'val').length,
  test: sides.filter((side) => side === 'test').length,
});

function refusal(call: () => unknown): DatasetError {
  try {
    call();
  } catch (error) {
    if (error instanceof DatasetError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('what belongs together', () => {
  const units = (samples: readonly Sample[]) => splitUnits(samples).map(({ members, images: n }) => [members, n]);

  it('times, channels and mirrored copies of one image', () => {
    const text = [
      'path_tiff,channel_signal,channel_target,t,flip_y,flip_x',
      'a.tif,0,1,0:2,,',
      'b.tif,0,1,,,',
      'a.tif,2,1,5,,',
      'b.tif,0,1,,1,',
    ].join('\n');
    expect(units(parseManifest(text, 'm.csv'))).toEqual([
      [[0, 1, 3], 1],
      [[2, 4], 1],
    ]);
  });

  it('what shares a target or a group, also through others', () => {
    const samples = [
      sample('a.tif', { targets: [{ name: 'dna', path: 'x.tif' }] }),
      sample('b.tif', { group: 'g' }),
      sample('c.tif', { targets: [{ name: 'dna', path: 'x.tif#channel=1' }], group: 'g' }),
      sample('d.tif', { group: 'h', weight: 'w.tif' }),
      sample('e.tif', { weight: 'w.tif' }),
    ];
    expect(units(samples)).toEqual([
      [[0, 1, 2], 3],
      [[3], 1],
      [[4], 1],
    ]);
  });

  it('scenes do not; a file that is read without a scene has one', () => {
    expect(units([sample('p.czi#scene=0'), sample('p.czi#scene=1'), sample('p.czi#scene=0,t=3')])).toEqual([
      [[0, 2], 1],
      [[1], 1],
    ]);
    expect(units([sample('p.czi'), sample('p.czi#scene=0')])).toEqual([[[0, 1], 1]]);
  });
});

describe('the paper: 30 images train', () => {
  const paper = resolveConfig({ preset: 'paper' }).config.split;
  // The sizes of data/csvs/*_train.csv and *_test.csv of pytorch_fnet: dna, beta_actin, dic_lamin_b1.
  it.each([
    [68, 38],
    [52, 22],
    [40, 10],
    [31, 1],
  ])('of %i images %i are kept aside', (total, aside) => {
    expect(count(assignSplit(images(total), paper, random(1)).sides)).toEqual({ train: 30, val: aside, test: 0 });
  });

  it.each([30, 12, 2])('of %i images all but one', (total) => {
    expect(count(assignSplit(images(total), paper, random(1)).sides)).toEqual({ train: total - 1, val: 1, test: 0 });
  });
});

describe('a part of the images', () => {
  it.each([
    [0.8, 10, 8],
    [0.8, 2, 1],
    [0.01, 5, 1],
    [0.99, 5, 4],
    [0.5, 5, 3],
  ])('%f of %i is %i', (train, total, expected) => {
    expect(count(assignSplit(images(total), settings({ train }), random(3)).sides).train).toBe(expected);
  });
});

describe('what the manifest says', () => {
  const said = (words: string, split: Partial<Config['split']> = {}) => {
    const samples = Array.from(words, (letter, i) =>
      sample(`${i}.tif`, { split: ({ t: 'train', v: 'val', x: 'test' } as const)[letter] ?? null }),
    );
    const { by, sides } = assignSplit(samples, settings(split), random(5));
    return `${by} ${sides.map((side) => ({ train: 't', val: 'v', test: 'x' })[side]).join('')}`;
  };

  it.each([
    ['ttvx', 'image ttvx'],
    ['ttxx', 'image ttxx'],
    ['tttt', 'image tttt'],
    ['t..x', 'image tvvx'],
    ['v..x', 'image vttx'],
  ])('%s gives %s', (words, sides) => expect(said(words)).toBe(sides));

  it('only tests: the others are drawn', () => {
    expect(said('x.....x', { train: 3 })).toMatch(/^image x(?=.*t.*t.*t)(?=.*v.*v)[tv]{5}x$/);
  });

  it('only tests, and one image left: a part of it is kept aside', () => {
    expect(said('x.')).toBe('part xt');
    expect(said('.xx', { by: 'part' })).toBe('part txx');
  });

  it('goes for all that belongs together', () => {
    const samples = [sample('a.tif', { time: 0, split: 'val' }), sample('a.tif', { time: 1 }), sample('b.tif')];
    expect(assignSplit(samples, usual, random(1)).sides).toEqual(['val', 'val', 'train']);
  });

  it('some without a word, where both sides are said, are refused with their lines', () => {
    const text = 'signal,target,split\na,x,train\nb,y,\nc,z,val\nd,w,\n';
    expect(refusal(() => assignSplit(parseManifest(text, 'm.csv'), usual, random(1))).message).toContain(
      'and 2 say nothing: m.csv line 3, m.csv line 5.',
    );
  });

  it('what belongs together on two sides is refused with what ties it', () => {
    const text =
      'signal,target,split,group\na,x,train,g\nb,y,test,g\nc,z,val,\nc,z2,train,\nd,u,train,h\ne,u,,i\nf,q,val,i\n';
    const { what } = refusal(() => assignSplit(parseManifest(text, 'data/m.csv'), usual, random(1)));
    expect(what).toContain('data/m.csv line 2 (train) and data/m.csv line 3 (test): both have group g.');
    expect(what).toContain('data/m.csv line 4 (val) and data/m.csv line 5 (train): both have image data/c.');
    expect(what).toContain('data/m.csv line 6 (train) and data/m.csv line 8 (val): others tie them by image or group.');
  });

  it('nothing to train on is refused', () => {
    expect(refusal(() => said('vx')).what).toBe('None of 2 samples is to train: 1 validate, 1 test.');
    expect(refusal(() => said('xx')).code).toBe('dataset/split');
    expect(refusal(() => said('xx', { by: 'part' })).code).toBe('dataset/split');
  });
});

describe('all belongs together', () => {
  const series = [0, 1, 2].map((time) => sample('a.tif', { time }));

  it('auto: a part of each is kept aside', () => {
    expect(assignSplit(series, usual, random(1))).toEqual({ by: 'part', sides: ['train', 'train', 'train'] });
  });

  it('by image it is refused with what to type', () => {
    const { message } = refusal(() => assignSplit(series, settings({ by: 'image' }), random(1)));
    expect(message).toContain('There is one image only.');
    expect(message).toContain('--set split.by=part');
  });

  it('several images of one group likewise', () => {
    const dish = images(12).map((image) => ({ ...image, group: 'dish 1' }));
    expect(refusal(() => assignSplit(dish, settings({ by: 'image' }), random(1))).what).toContain('All 12 images');
  });
});

describe('laws', () => {
  const anySample = fc.record({
    signal: fc.integer({ min: 0, max: 30 }),
    target: fc.integer({ min: 0, max: 40 }),
    group: fc.option(fc.integer({ min: 0, max: 6 }), { nil: null, freq: 2 }),
    time: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
  });
  const anySamples = fc.array(anySample, { minLength: 2, maxLength: 40 }).map((facts) =>
    facts.map(({ signal, target, group, time }, i) =>
      sample(`${signal}.tif`, {
        id: `${i}`,
        targets: [{ name: 'dna', path: `dna/${target}.tif` }],
        group: group === null ? null : `g${group}`,
        time,
      }),
    ),
  );
  const anyTrain = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }));

  it('no group, image or target stands on two sides; both sides have an image; no more train than wanted', () => {
    fc.assert(
      fc.property(anySamples, anyTrain, fc.nat(), (samples, train, seed) => {
        const units = splitUnits(samples);
        const { by, sides } = assignSplit(samples, settings({ train }), random(seed));
        expect(by).toBe(units.length === 1 ? 'part' : 'image');
        for (const shared of [
          (s: Sample) => s.signal,
          (s: Sample) => s.targets[0].path,
          (s: Sample, i: number) => s.group ?? `none ${i}`,
        ]) {
          const seen = new Map<string, Side>();
          for (const [i, one] of samples.entries()) {
            const side = seen.get(shared(one, i)) ?? sides[i];
            expect(sides[i]).toBe(side);
            seen.set(shared(one, i), side);
          }
        }
        if (by === 'part') return;
        const { train: trained, val } = count(sides);
        expect(trained).toBeGreaterThan(0);
        expect(val).toBeGreaterThan(0);
        const total = new Set(samples.map(({ signal }) => signal)).size;
        const trainImages = new Set(samples.flatMap(({ signal }, i) => (sides[i] === 'train' ? [signal] : []))).size;
        const wanted = Math.min(train < 1 ? Math.max(1, Math.round(train * total)) : train, total - 1);
        const smallest = Math.min(...units.map((unit) => unit.images));
        expect(trainImages).toBeLessThanOrEqual(Math.max(wanted, smallest));
        if (units.every((unit) => unit.images === 1)) expect(trainImages).toBe(wanted);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('the order of the rows has no say, the seed has', () => {
    fc.assert(
      fc.property(anySamples, anyTrain, fc.nat(), (samples, train, seed) => {
        const byId = (list: readonly Sample[]) => {
          const { sides } = assignSplit(list, settings({ train }), random(seed));
          return Object.fromEntries(list.map(({ id }, i) => [id, sides[i]]));
        };
        expect(byId(samples.toReversed())).toEqual(byId(samples));
      }),
      { seed: 12, numRuns: 300 },
    );
    const drawnBy = (seed: number) => assignSplit(images(40), settings({ train: 20 }), random(seed)).sides;
    expect(drawnBy(1)).toEqual(drawnBy(1));
    expect(drawnBy(1)).not.toEqual(drawnBy(2));
  });

  it('every image trains equally often', () => {
    const times = new Array<number>(8).fill(0);
    const generator = random(1);
    for (let repeat = 0; repeat < 800; repeat++)
      assignSplit(images(8), settings({ train: 4 }), generator).sides.forEach((side, i) => {
        if (side === 'train') times[i]++;
      });
    // Binomial of 800 and 1/2: 14 is one deviation; five of them.
    for (const n of times) expect(Math.abs(n - 400)).toBeLessThan(70);
  });
});
