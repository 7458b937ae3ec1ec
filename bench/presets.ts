/**
 * The default preset beside the paper's in equal time: both train on the bundled pairs for the same minutes, by as many steps as
 * they make in them, with several seeds; what counts is Pearson's r on the part that training never sees.
 *
 *     npm run build && npm run bench:presets -- [--minutes 10] [--seeds 0,1,2] [--pairs allen-dna] [--table]
 *
 * As in study.ts: every training is kept when it ends, the same command goes on, `--table` only writes the table anew. Settings
 * beside the preset are those that the field demands (planes or volume, its weight map, the part kept aside), the same for both;
 * where the voxel size of a file is unknown, the paper's grid cannot be had and the file's own is kept.
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

const PRESETS = ['default', 'paper'] as const;
const SECONDS_PER_MINUTE = 60;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seeds: { type: 'string', default: '0,1,2' },
    pairs: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.minutes) * SECONDS_PER_MINUTE;
if (!values.table)
  for (const seed of values.seeds.split(',').map(Number))
    for (const pair of PAIRS.filter(({ name }) => values.pairs?.split(',').includes(name) ?? true))
      for (const preset of PRESETS) {
        trainOnce({ study: 'presets', variant: preset, pair, settings: settingsOf(preset, pair) }, seed, seconds);
        writeTable();
      }
writeTable();

function settingsOf(preset: (typeof PRESETS)[number], pair: Pair): Settings {
  const isSizeUnknown = pair.name === 'isl-motor-neurons';
  return { preset, ...(preset === 'paper' && isSizeUnknown ? { voxelSize: 'native' } : {}) };
}

function writeTable(): void {
  const runs = readResults().runs.filter(
    ({ study, budgetSeconds, threads }) => study === 'presets' && budgetSeconds === seconds && threads === THREADS,
  );
  if (runs.length === 0) return;
  const rows = PAIRS.flatMap(({ name }) => {
    const own = runs.filter(({ pair }) => pair === name);
    return (own[0]?.heldOut ?? []).map((target) => rowOf(name, target.name, own));
  });
  const gains = PAIRS.flatMap(({ name }) => {
    const own = gainsOf(
      runs.filter(({ pair }) => pair === name),
      meanR,
    );
    return own.length > 0 ? [`${name} ${meanAndSpread(own)} (least ${Math.min(...own).toFixed(3)})`] : [];
  });
  const heads = ['pair', 'target', ...PRESETS.flatMap((preset) => [`${preset}: steps`, 'r']), 'gain', 'seeds'];
  writeSection(
    'presets',
    `${Number(values.minutes)} minutes of training each, ${THREADS} threads of ${runs[0].processor}:\n\n` +
      `${markdownTable(heads, rows)}\n\nGain in r, as a mean over the targets of a pair: ${gains.join('; ')}.`,
  );
}

function rowOf(pair: string, target: string, runs: readonly Run[]): string[] {
  const r = ({ heldOut }: Run) => heldOut.find(({ name }) => name === target)?.r ?? NaN;
  const cells = PRESETS.flatMap((preset) => {
    const own = runs.filter(({ variant }) => variant === preset);
    return own.length > 0
      ? [`${Math.round(average(own.map(({ steps }) => steps)))}`, meanAndSpread(own.map(r))]
      : ['', ''];
  });
  const gains = gainsOf(runs, r);
  return [pair, target, ...cells, meanAndSpread(gains), `${gains.length}`];
}

/** Of the default over the paper's, seed by seed. */
function gainsOf(runs: readonly Run[], score: (run: Run) => number): number[] {
  const [ours, papers] = PRESETS.map((preset) => runs.filter(({ variant }) => variant === preset));
  return ours.flatMap((run) => {
    const other = papers.find(({ seed }) => seed === run.seed);
    return other ? [score(run) - score(other)] : [];
  });
}
