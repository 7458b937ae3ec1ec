/**
 * A manifest: the samples of a training, one a row of a table. Ours (signal, target or target:NAME, weight, mask, split, id, group,
 * t), and the tables of pytorch_fnet as they are. Everything that is wrong in it is told at once. Only the table is read here, no
 * image.
 */
import { DatasetError, type LongCall } from '../../core/index.ts';
import type { Sample } from '../sample.ts';
import { shortened } from './cells.ts';
import { isColumn, readColumns, type Column, type Columns } from './columns.ts';
import { formatLines, refuseManifest, type Finding } from './finding.ts';
import { readRow, type RowFacts } from './rows.ts';
import { nameSamples } from './sample-ids.ts';
import { MOST_ROWS, readTable, type Row } from './table.ts';

export interface ManifestSettings {
  /** Whether a sample without target is wrong, as in training; to predict none is needed. True where nothing is said. */
  readonly withTargets?: boolean;
  readonly onNote?: LongCall['onNote'];
}

/**
 * The samples of the manifest at `file`, from where paths in it are meant. A range of times is a sample each time.
 * Throws DatasetError `dataset/manifest` with all that is wrong, by line and column.
 */
export function parseManifest(text: string, file: string, settings: ManifestSettings = {}): Sample[] {
  return nameSamples(readManifest(text, file, settings));
}

/**
 * The samples of several manifests, which are one training: `dna_train.csv` and `dna_test.csv`, as pytorch_fnet splits its tables.
 * Where one of several says nothing in a column split, the last word of its name counts. Throws as `parseManifest`.
 */
export function parseManifests(
  tables: readonly { readonly text: string; readonly file: string }[],
  settings: ManifestSettings = {},
): Sample[] {
  const errors: DatasetError[] = [];
  const facts = tables.flatMap(({ text, file }) => {
    const word = /(?:^|[^a-z])(train|val|test)\.\w+$/i.exec(file)?.[1].toLowerCase();
    const split = tables.length > 1 && word !== undefined ? (word as Sample['split']) : null; // by the pattern
    try {
      return readManifest(text, file, settings).map((row) => ({ ...row, split: row.split ?? split }));
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      errors.push(error);
      return [];
    }
  });
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1)
    throw new DatasetError('dataset/manifest', {
      what: errors.map(({ what }) => what).join('\n'),
      why: errors[0].why,
      remedy: errors[0].remedy,
    });
  refuseSharedIds(facts);
  if (settings.withTargets !== false) refuseOtherTargets(facts);
  return nameSamples(facts);
}

function readManifest(text: string, file: string, { withTargets = true, onNote }: ManifestSettings): RowFacts[] {
  const { header, rows, findings: unreadable } = readTable(text, file, isColumn);
  const { columns, findings: misnamed } = readColumns(header, withTargets);
  const findings: Finding[] = [...misnamed, ...unreadable];
  if (misnamed.length > 0) refuseManifest(file, findings); // cells under a misspelled name would be blamed for it
  if (rows.length === 0 && findings.length === 0)
    findings.push({
      line: null,
      column: null,
      what: 'it has a header and no rows.',
      remedy: 'Write one row a sample.',
    });

  const settings = { file, columns, width: header.cells.length, withTargets };
  const facts = rows.flatMap((row) => readRow(row, settings, findings) ?? []);
  refuseManifest(file, [
    ...findings,
    ...repeatedIds(rows, columns.of.id),
    ...unlikeTargets(facts, columns),
    ...tooManyTimes(facts),
  ]);
  if (columns.unused.length > 0) onNote?.(`${file}: not used: ${columns.unused.join(', ')}.`);
  return facts;
}

/** Also of rows that are wrong otherwise. */
function repeatedIds(rows: readonly Row[], column: Column | undefined): Finding[] {
  if (!column) return [];
  const lines = new Map<string, number[]>();
  for (const { cells, line } of rows) {
    const id = cells[column.index] ?? '';
    const earlier = lines.get(id);
    if (earlier) earlier.push(line);
    else if (id !== '') lines.set(id, [line]);
  }
  return [...lines]
    .filter(([, places]) => places.length > 1)
    .map(([id, places]) => ({
      line: places[1],
      column: column.name,
      what: `"${shortened(id)}" stands in ${formatLines(places)}.`,
      remedy: 'Results bear the names of their samples: give each its own.',
    }));
}

/** Lists of channels; of columns each cell is looked at by itself. */
function unlikeTargets(facts: readonly RowFacts[], { of, named }: Columns): Finding[] {
  const { targetChannel } = of;
  const [first, ...others] = facts.filter(({ targets }) => targets.length > 0);
  if (!first || !targetChannel || named.length > 0) return [];
  return others
    .filter(({ targets }) => targets.length !== first.targets.length)
    .map(({ line, targets }) => ({
      line,
      column: targetChannel.name,
      what: `it says ${targets.length}, line ${first.line} says ${first.targets.length}.`,
      remedy: 'All samples of a manifest have the same targets.',
    }));
}

function tooManyTimes(facts: readonly RowFacts[]): Finding[] {
  const samples = facts.reduce((sum, { times }) => sum + (times ? times.to - times.from : 1), 0);
  if (samples <= MOST_ROWS) return [];
  const what = `it has ${samples} samples with all times; ${MOST_ROWS} can be used.`;
  return [{ line: null, column: 't', what, remedy: 'Shorten the ranges of times.' }];
}

function refuseSharedIds(facts: readonly RowFacts[]): void {
  const placeOf = new Map<string, string>();
  for (const { id, place } of facts) {
    if (id === null) continue;
    const earlier = placeOf.get(id);
    if (earlier !== undefined)
      throw new DatasetError('dataset/manifest', {
        what: `${place}: "${shortened(id)}" is the id of ${earlier} too.`,
        why: 'Results bear the names of their samples.',
        remedy: 'Give each its own.',
      });
    placeOf.set(id, place);
  }
}

function refuseOtherTargets([first, ...others]: readonly RowFacts[]): void {
  const namesOf = ({ targets }: RowFacts) => targets.map(({ name }) => name).join(', ');
  const other = others.find((row) => namesOf(row) !== namesOf(first));
  if (!other) return;
  throw new DatasetError('dataset/manifest', {
    what: `${other.place} has the targets ${namesOf(other)}, ${first.place} has ${namesOf(first)}.`,
    why: 'A network predicts the same targets of all samples, in one order.',
    remedy: 'Give the tables the same columns.',
  });
}
