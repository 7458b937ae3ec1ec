/** `unstained check` */
import type { CheckResult, Finding } from '../../api/index.ts';
import { UsageError } from '../../core/index.ts';
import { STOPS, type Command } from '../command.ts';
import { formatSeconds, wrap } from '../format.ts';
import {
  AXES,
  axesOf,
  DATA,
  MEMORY,
  memoryBytesOf,
  namedFile,
  OVERWRITE,
  SIGNAL,
  TARGET,
  VOXEL_SIZE,
  voxelSizeOf,
  WEIGHT,
} from '../options.ts';

/** Something would spoil training. */
const EXIT_SPOILS = 6;

export const check: Command = {
  usage: '--data MANIFEST | --signal FILE --target [NAME=]FILE',
  about: [
    'Reads every pair of a data set, or the one that is given, before days of training are spent on it. It looks for files that ' +
      'cannot be read, shapes, axes and voxel sizes that do not fit, a target that is shifted or mirrored against its signal, ' +
      'another channel that fits better, stacks out of focus, saturated, blank or repeated planes, NaN, intensities that drift ' +
      'from file to file, and the same field twice, above all on both sides of a split.',
    'All that is found is listed at once, with what to do about it, and shown on a page with pictures that opens in any ' +
      'browser. The exit code is 6 where something would spoil training, and 0 where nothing would.',
  ],
  operands: null,
  options: [
    {
      title: 'Images',
      options: [
        DATA,
        SIGNAL,
        TARGET,
        WEIGHT,
        { name: 'out', value: 'FILE', help: 'the page with pictures, an HTML file [check.html]' },
        VOXEL_SIZE,
        AXES,
        OVERWRITE,
      ],
    },
    { title: 'Computer', options: [MEMORY] },
  ],
  examples: [
    { say: 'A whole data set', type: 'unstained check --data cells.csv --out cells-check.html' },
    { say: 'One pair', type: 'unstained check --signal brightfield.ome.tif --target dna=nuclei.ome.tif' },
    {
      say: 'Channels of one file',
      type: 'unstained check --signal cells.czi#channel=Bright --target dna=cells.czi#channel=EGFP',
    },
  ],
  atInterrupt: STOPS,
  prepare(given) {
    const data = given.many('data');
    const ofPair = ['signal', 'target', 'weight'].filter(given.has);
    if (data.length === 0 && ofPair.length === 0)
      throw new UsageError('usage/missing', {
        what: 'check needs a manifest, or a signal and a target.',
        remedy: 'Either: unstained check --data MANIFEST\n  or: unstained check --signal FILE --target FILE',
      });
    if (data.length > 0 && ofPair.length > 0)
      throw new UsageError('usage/value', {
        what: `check takes --data or --${ofPair[0]}, not both.`,
        remedy: 'The manifest names all files; leave the other out.',
      });
    if (data.length === 0) given.need('signal', 'target');
    const request = {
      data,
      signal: given.one('signal'),
      targets: given.many('target').map(namedFile),
      weight: given.one('weight'),
      voxelSize: voxelSizeOf(given),
      axes: axesOf(given),
      memoryBytes: memoryBytesOf(given),
      out: given.one('out') ?? 'check.html',
      overwrite: given.has('overwrite'),
    };
    return async (verbs, world, call) => {
      const result = await verbs.check(world, request, call);
      return {
        json: result,
        text: (columns) => checkText(result, columns),
        exitCode: result.spoiled > 0 ? EXIT_SPOILS : 0,
      };
    };
  },
};

const WIDEST = 140;

function checkText(result: CheckResult, columns: number): string {
  const { findings, page, seconds } = result;
  const table = findings.length > 0 ? [findingsTable(findings, Math.min(columns, WIDEST)), ''] : [];
  return [...table, verdictText(result), `Looked at in ${formatSeconds(seconds)}. Pictures: ${page}`].join('\n');
}

function verdictText({ samples, spoiled }: CheckResult): string {
  const noted = samples.filter(({ verdict }) => verdict === 'note').length;
  const isOne = samples.length === 1;
  const worth =
    noted > 0 && !isOne ? `; ${noted}${spoiled > 0 ? ' more' : ''} ${noted === 1 ? 'is' : 'are'} worth a look` : '';
  if (spoiled > 0)
    return `${isOne ? 'The sample' : `${spoiled} of ${samples.length} samples`} would spoil training${worth}.`;
  return `${isOne ? 'The sample' : `All ${samples.length} samples`} can be trained on${worth}.`;
}

/** Sample, finding, and what was measured with what to do below it, as wide as the terminal. */
function findingsTable(findings: readonly Finding[], columns: number): string {
  const rows = findings.map((finding) => ({ ...finding, id: idText(finding.samples), name: nameOf(finding) }));
  const longest = (texts: readonly string[]) => texts.reduce((most, { length }) => Math.max(most, length), 0);
  const idWidth = Math.min(Math.floor(columns / 4), longest(['sample', ...rows.map(({ id }) => id)]));
  const nameWidth = longest(['finding', ...rows.map(({ name }) => name)]);
  const indent = ' '.repeat(idWidth + nameWidth + 4);
  const row = (id: string, name: string, ...paragraphs: readonly string[]) => {
    const cell = paragraphs
      .flatMap((text) => wrap(text.replace(/\s+/g, ' '), columns - indent.length).split('\n'))
      .join(`\n${indent}`);
    const start = id.length > idWidth ? `${id}\n${' '.repeat(idWidth)}` : id.padEnd(idWidth);
    return `${start}  ${name.padEnd(nameWidth)}  ${cell}`;
  };
  return [
    row('sample', 'finding', 'what was measured, and what to do'),
    ...rows.map(({ id, name, what, remedy }) => row(id, name, what, `→ ${remedy}`)),
  ].join('\n');
}

/** `B2_03`, or of several the first and how many. */
function idText([first, ...more]: readonly string[]): string {
  return more.length > 0 ? `${first} and ${more.length} more` : first;
}

/** `shift`; what only deserves a look says so. */
function nameOf({ kind, severity }: Finding): string {
  const words = kind.replaceAll('-', ' ');
  return severity === 'spoils' ? words : `(${words})`;
}
