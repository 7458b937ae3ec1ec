/** A row of a manifest: its files, times and words, before samples get their names. */
import { parseImagePath } from '../../io/index.ts';
import type { Sample } from '../sample.ts';
import { readChannels, readFlip, readPath, readSplit, readTimes, type Read } from './cells.ts';
import type { Column, Columns } from './columns.ts';
import type { Finding } from './finding.ts';
import type { Row } from './table.ts';

export interface RowFacts {
  readonly line: number;
  /** `cells.csv line 3`. */
  readonly place: string;
  /** What the column id says. */
  readonly id: string | null;
  readonly signal: string;
  readonly targets: Sample['targets'];
  readonly weight: string | null;
  readonly mask: string | null;
  readonly split: Sample['split'];
  readonly group: string | null;
  /** From `from` up to and without `to`; null where nothing is said. */
  readonly times: { readonly from: number; readonly to: number } | null;
  readonly flips: Sample['flips'];
}

export interface RowSettings {
  /** The manifest's path. */
  readonly file: string;
  readonly columns: Columns;
  /** How many cells the header has. */
  readonly width: number;
  /** Whether a row without its targets is wrong. */
  readonly withTargets: boolean;
}

/** The facts of a row; null where something is wrong, which `findings` gains. */
export function readRow({ line, cells }: Row, settings: RowSettings, findings: Finding[]): RowFacts | null {
  const { file, columns, width, withTargets } = settings;
  const { of } = columns;
  const before = findings.length;
  const wrong = (column: Column | null, what: string, remedy: string) =>
    findings.push({ line, column: column && column.name, what, remedy });

  if (cells.length < width || cells.slice(width).some((cell) => cell !== '')) {
    wrong(
      null,
      `the row has ${cells.length} cells, the header ${width}.`,
      'A cell that holds the separator must stand in quotes; an empty one needs its separators too.',
    );
    return null;
  }
  for (const column of [...Object.values(of), ...columns.named]) {
    const cell = cells[column.index];
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    if (/[\u0000-\u001f\u007f]/.test(cell))
      wrong(column, 'the cell holds a line break or a tab.', 'Write it in one line.');
    else if (cell.includes('\uFFFD'))
      wrong(column, 'the cell holds letters that are not UTF-8.', 'Save the table as "CSV UTF-8".');
  }
  if (findings.length > before) return null;

  /** What a cell says; nothing where there is no such column. pandas may write a gap as nan. */
  const textOf = (column: Column | undefined): string => {
    const text = column ? cells[column.index] : '';
    return text === 'nan' || text === 'NaN' ? '' : text;
  };
  const valueOf = <T>(column: Column | undefined, read: (text: string) => Read<T>): T | null => {
    const value = read(textOf(column));
    if ('value' in value) return value.value;
    wrong(column ?? null, value.what, value.remedy);
    return null;
  };
  const pathOf = (column: Column | undefined, channel: string | null = null): string | null =>
    textOf(column) === '' ? null : valueOf(column, (text) => readPath(text, channel, file));

  const readSignal = (): string | null => {
    const column = of.signal ?? of.file!; // the header has one of them
    const channels = readChannels(textOf(of.signalChannel));
    if (textOf(column) === '') wrong(column, 'the cell is empty.', 'Every sample needs its signal.');
    else if (of.signalChannel && channels.length !== 1 && !(of.signal && channels.length === 0))
      wrong(
        of.signalChannel,
        `it says ${channels.length || 'no'} channels.`,
        'The signal is one channel: its name, or its number from 0.',
      );
    else return pathOf(column, channels[0] ?? null);
    return null;
  };

  const readTargets = (): Sample['targets'] => {
    const target = (name: string, column: Column, channel: string | null = null) => {
      const path = pathOf(column, channel);
      return path === null ? [] : [{ name, path }];
    };
    const missing = (column: Column) => wrong(column, 'the cell is empty.', 'Every sample needs all targets.');
    if (columns.named.length > 0)
      return columns.named.flatMap((column) => {
        if (withTargets && textOf(column) === '') missing(column);
        return target(column.target, column);
      });
    const column = of.target ?? of.file;
    if (!column || (!of.target && !of.targetChannel)) return [];
    const channels = readChannels(textOf(of.targetChannel));
    const isSaid = of.target ? textOf(of.target) !== '' : channels.length > 0;
    if (withTargets && !isSaid) missing(of.target ?? of.targetChannel!);
    if (!isSaid) return [];
    if (channels.length <= 1) return target('target', column, channels[0] ?? null);
    return channels.flatMap((channel, i) => target(`target-${i + 1}`, column, channel));
  };

  const signal = readSignal();
  const targets = readTargets();
  const times = valueOf(of.t, readTimes);
  const facts = {
    line,
    place: `${file} line ${line}`,
    id: textOf(of.id) || null,
    targets,
    weight: pathOf(of.weight),
    mask: pathOf(of.mask),
    split: valueOf(of.split, readSplit),
    group: textOf(of.group) || null,
    times,
    flips: { y: valueOf(of.flipY, readFlip) ?? false, x: valueOf(of.flipX, readFlip) ?? false },
  };
  for (const { path } of targets)
    if (path === signal)
      wrong(
        of.target ?? of.targetChannel ?? null,
        'signal and target are the same image.',
        'Say the image, or the channel, that each is.',
      );
  if (times && signal !== null && parseImagePath(signal).selection.time !== null)
    wrong(of.t!, `the signal selects a time itself: ${signal}.`, 'Say it in one place.');
  return signal === null || findings.length > before ? null : { ...facts, signal };
}
