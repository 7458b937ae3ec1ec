/**
 * Which settings predict best in equal time: each variant of the table below trains on the bundled pairs for the same seconds,
 * by as many steps as it makes in them, with several seeds; what counts is Pearson's r on the part that training never sees.
 *
 *     npm run build && npm run bench:study -- [--seconds 120] [--seeds 0,1,2] [--pairs allen-dna] [--only base,flips] [--table]
 *
 * Every training goes into docs/training.json when it ends, and the table into docs/training.md: stopped, the same command
 * goes on. Speeds are measured on a quiet machine (quiet.ts); the results themselves do not depend on it. `--table` only writes
 * the table anew.
 */
import { parseArgs } from 'node:util';
import { trainOnce } from './timed-study.ts';
import {
  average,
  markdownTable,
  meanAndSpread,
  meanR,
  readResults,
  THREADS,
  writeSection,
  type Run,
} from './training-results.ts';
import { PAIRS, type Pair, type Settings } from './trainings.ts';

interface Variant {
  readonly name: string;
  /** What differs from the base, for the reader of the table. */
  readonly about: string;
  /** Beside those of the base. */
  readonly settings: Settings;
  /** On one kind of pair: more of them, or only there. */
  readonly planes?: Settings;
  readonly volume?: Settings;
  readonly only?: Pair['kind'];
  readonly bySteps?: (steps: number) => Settings;
}

/** Everything that is studied, so that no preset that changes later changes it. */
const BASE: Settings = {
  'network.depth': '3',
  'network.channels': '16',
  'optimizer.lr': '0.001',
  'optimizer.schedule': 'constant',
  'optimizer.warmup': '0',
  'optimizer.betas': '0.5,0.999',
  'optimizer.weightDecay': '0',
  'optimizer.clip': '0',
  average: '0',
  'augment.flips': 'false',
  'augment.quarterTurns': 'false',
  'augment.contrast': '0',
  'augment.brightness': '0',
  'augment.noise': '0',
  'augment.defocus': '0',
  'sampling.foreground': '0',
};
const PATCHES = {
  planes: { patch: '1,128,128', batch: '8' },
  volume: { patch: '32,64,64', batch: '2' },
};
const COSINE: Settings = { 'optimizer.schedule': 'cosine' };
const INTENSITY: Settings = { 'augment.contrast': '0.2', 'augment.brightness': '0.2', 'augment.noise': '0.8' };
/** The voxels of the 3D pair are not square: only the 2D pair may be turned by quarters. */
const TURNS = { planes: { 'augment.quarterTurns': 'true' } };

const VARIANTS: readonly Variant[] = [
  { name: 'base', about: 'depth 3, 16 channels; constant rate, no augmentation', settings: {} },

  { name: 'flips', about: 'flips', settings: { 'augment.flips': 'true' } },
  { name: 'turns', about: 'flips and quarter turns', settings: { 'augment.flips': 'true' }, ...TURNS, only: 'planes' },
  {
    name: 'contrast',
    about: 'contrast and brightness 0.2',
    settings: { 'augment.contrast': '0.2', 'augment.brightness': '0.2' },
  },
  { name: 'noise', about: 'noise 0.8', settings: { 'augment.noise': '0.8' } },
  { name: 'intensity', about: 'contrast and brightness 0.2, noise 0.8', settings: INTENSITY },
  { name: 'defocus', about: 'defocus up to 1 voxel', settings: { 'augment.defocus': '1' } },
  { name: 'defocus-2', about: 'defocus up to 2 voxels', settings: { 'augment.defocus': '2' } },

  { name: 'cosine', about: 'cosine schedule', settings: COSINE },
  {
    name: 'step',
    about: 'half the rate every quarter',
    settings: { 'optimizer.schedule': 'step', 'optimizer.dropTo': '0.5' },
    bySteps: (steps) => ({ 'optimizer.dropEvery': String(Math.ceil(steps / 4)) }),
  },
  {
    name: 'warmup',
    about: 'cosine after a warm-up of a twentieth',
    settings: COSINE,
    bySteps: (steps) => ({ 'optimizer.warmup': String(Math.ceil(steps / 20)) }),
  },
  { name: 'lr-3e-4', about: 'rate 0.0003', settings: { 'optimizer.lr': '0.0003' } },
  { name: 'lr-3e-3', about: 'rate 0.003', settings: { 'optimizer.lr': '0.003' } },
  { name: 'cosine-3e-3', about: 'cosine from 0.003', settings: { ...COSINE, 'optimizer.lr': '0.003' } },
  { name: 'betas', about: 'betas 0.9, 0.999', settings: { 'optimizer.betas': '0.9,0.999' } },
  { name: 'decay', about: 'weight decay 0.0001', settings: { 'optimizer.weightDecay': '0.0001' } },
  { name: 'clip', about: 'gradients clipped at 1', settings: { 'optimizer.clip': '1' } },
  { name: 'average', about: 'moving average of 20 steps', settings: { average: '0.95' } },
  { name: 'average-99', about: 'moving average of 100 steps', settings: { average: '0.99' } },

  { name: 'l1', about: 'loss l1', settings: { loss: 'l1' } },
  { name: 'gaussian', about: 'loss gaussian', settings: { loss: 'gaussian' } },

  { name: 'width-8', about: '8 channels', settings: { 'network.channels': '8' } },
  { name: 'width-24', about: '24 channels', settings: { 'network.channels': '24' } },
  { name: 'width-32', about: '32 channels', settings: { 'network.channels': '32' } },
  { name: 'depth-2', about: 'depth 2', settings: { 'network.depth': '2' } },
  { name: 'depth-4', about: 'depth 4', settings: { 'network.depth': '4' } },

  {
    name: 'patches-small',
    about: 'four times the patches, a quarter the size',
    settings: {},
    planes: { patch: '1,64,64', batch: '32' },
    volume: { patch: '32,32,32', batch: '8' },
  },
  {
    name: 'patches-large',
    about: 'half the patches or fewer, the size to match',
    settings: {},
    planes: { patch: '1,256,256', batch: '2' },
    volume: { patch: '32,64,128', batch: '1' },
  },
  { name: 'batch-half', about: 'half the batch', settings: {}, planes: { batch: '4' }, volume: { batch: '1' } },
  { name: 'batch-double', about: 'twice the batch', settings: {}, planes: { batch: '16' }, volume: { batch: '4' } },
  { name: 'foreground', about: 'half of the patches around bright voxels', settings: { 'sampling.foreground': '0.5' } },

  {
    name: 'together',
    about: 'flips, turns where square, intensity, cosine',
    settings: { 'augment.flips': 'true', ...INTENSITY, ...COSINE },
    ...TURNS,
  },
  {
    name: 'together-average',
    about: 'the same, moving average of 20 steps',
    settings: { 'augment.flips': 'true', ...INTENSITY, ...COSINE, average: '0.95' },
    ...TURNS,
  },
  {
    name: 'together-foreground',
    about: 'the same without average, half around bright voxels',
    settings: { 'augment.flips': 'true', ...INTENSITY, ...COSINE, 'sampling.foreground': '0.5' },
    ...TURNS,
  },
];

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seeds: { type: 'string', default: '0,1,2' },
    pairs: { type: 'string' },
    only: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const pairs = chosen(PAIRS, values.pairs);
const variants = chosen(VARIANTS, values.only);
if (!values.table)
  for (const seed of values.seeds.split(',').map(Number))
    // whoever stops it has the first seed of all
    for (const pair of pairs)
      for (const variant of variants.filter(({ only }) => (only ?? pair.kind) === pair.kind)) {
        const settings = { ...BASE, ...PATCHES[pair.kind], ...variant.settings, ...variant[pair.kind] };
        try {
          trainOnce({ study: 'study', variant: variant.name, pair, settings, bySteps: variant.bySteps }, seed, seconds);
          writeTables();
        } catch (error) {
          console.error(`${pair.name}, ${variant.name}: ${error instanceof Error ? error.message : String(error)}`);
          process.exitCode = 1; // the others are worth having
        }
      }
writeTables();

function chosen<T extends { readonly name: string }>(all: readonly T[], names: string | undefined): readonly T[] {
  if (names === undefined) return all;
  return names.split(',').map((name) => {
    const found = all.find((one) => one.name === name);
    if (!found) throw new Error(`There is no ${name}; there are ${all.map((one) => one.name).join(', ')}.`);
    return found;
  });
}

function writeTables(): void {
  const runs = readResults().runs.filter(
    ({ study, budgetSeconds, threads }) => study === 'study' && budgetSeconds === seconds && threads === THREADS,
  );
  writeSection(
    'study',
    PAIRS.map((pair) =>
      pairTable(
        pair.name,
        runs.filter((run) => run.pair === pair.name),
      ),
    ).join('\n\n'),
  );
}

function pairTable(pair: string, runs: readonly Run[]): string {
  if (runs.length === 0) return `${pair}: not measured yet.`;
  const base = runs.filter(({ variant }) => variant === 'base');
  const targets = runs[0].heldOut.map(({ name }) => name);
  const several = targets.length > 1 ? ['mean'] : [];
  const rows = VARIANTS.flatMap(({ name, about }) => {
    const own = runs.filter(({ variant }) => variant === name);
    if (own.length === 0) return [];
    const gains = own.flatMap((run) => {
      const same = base.find(({ seed }) => seed === run.seed);
      return same && name !== 'base' ? [meanR(run) - meanR(same)] : [];
    });
    return [
      {
        gain: gains.length > 0 ? average(gains) : 0,
        cells: [
          name,
          about,
          `${Math.round(average(own.map(({ steps }) => steps)))}`,
          ...targets.map((target) =>
            meanAndSpread(own.map(({ heldOut }) => heldOut.find(({ name }) => name === target)?.r ?? NaN)),
          ),
          ...several.map(() => meanAndSpread(own.map(meanR))),
          meanAndSpread(gains),
          `${own.length}`,
        ],
      },
    ];
  });
  const table = markdownTable(
    ['variant', 'what differs from the base', 'steps', ...targets, ...several, 'gain', 'seeds'],
    rows.toSorted((a, b) => b.gain - a.gain).map(({ cells }) => cells),
  );
  return `${pair}, ${seconds} s of training each, ${runs[0].threads} threads of ${runs[0].processor}:\n\n${table}`;
}
