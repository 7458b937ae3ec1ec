/**
 * The text of a manifest as rows of cells, each with its line: CSV, TSV, or with semicolons as spreadsheets write it where
 * the comma is decimal. Cells may be quoted; blank lines and lines that begin with # say nothing.
 */
import { parse, type CsvError } from 'csv-parse/browser/esm/sync';
import { DatasetError } from '../../core/index.ts';
import { refuseManifest, type Finding } from './finding.ts';

export interface Row {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Without spaces around them. */
  readonly cells: readonly string[];
}

export interface Table {
  readonly header: Row;
  /** Each with as many cells as the header. */
  readonly rows: readonly Row[];
  /** What is wrong with rows that are left out here. */
  readonly findings: readonly Finding[];
}

const MOST_CHARACTERS = 64 * 2 ** 20;
export const MOST_ROWS = 1_000_000;
// Of one row: far above any list of paths, and a quote that is never closed does not become one cell of 64 MB.
const MOST_CHARACTERS_OF_A_ROW = 2 ** 20;

const DELIMITERS = [',', '\t', ';'] as const;

/**
 * Rows of `text`; `isColumn` tells which words of a header are columns, by which the separator is known.
 * Throws DatasetError `dataset/manifest` where the file is no table or larger than any manifest.
 */
export function readTable(text: string, file: string, isColumn: (word: string) => boolean): Table {
  refuseOtherFiles(text, file);
  const plain = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  if (countLines(plain) > MOST_ROWS)
    throw refused(file, `${file} has more than ${MOST_ROWS} lines.`, 'Split it into several manifests.');
  const start = plain.slice(0, MOST_CHARACTERS_OF_A_ROW);
  const first = parseRows(start, DELIMITERS[0], 1);
  if (first.read.length === 0) refuseManifest(file, first.findings);
  if (first.read.length === 0)
    throw refused(file, `${file} is empty.`, 'Write a header and one row a sample: signal,target');
  const known = DELIMITERS.map((delimiter) => {
    const header = parseRows(start, delimiter, 1).read[0];
    return header ? header.cells.filter(isColumn).length : 0;
  });
  const delimiter = DELIMITERS[known.indexOf(Math.max(...known))];

  const {
    read: [header, ...rows],
    findings,
  } = parseRows(plain, delimiter);
  return { header, rows: rows.filter(({ cells }) => cells.some((cell) => cell !== '')), findings };
}

function refuseOtherFiles(text: string, file: string): void {
  if (text.length > MOST_CHARACTERS)
    throw refused(
      file,
      `${file} has ${(text.length / 2 ** 20).toFixed(0)} MB; a manifest has ${MOST_CHARACTERS / 2 ** 20} at most.`,
      'Give the list of images, a CSV, not an image.',
    );
  if (text.startsWith('PK\x03\x04'))
    throw refused(file, `${file} is a workbook.`, 'Save the sheet as CSV (UTF-8), and give that file.');
  if (text.slice(0, 2 ** 16).includes('\0'))
    throw refused(
      file,
      `${file} is no text in UTF-8: it holds zero bytes.`,
      'Give a CSV; a spreadsheet program saves it as "CSV UTF-8".',
    );
}

function refused(file: string, what: string, remedy: string): DatasetError {
  return new DatasetError('dataset/manifest', {
    file,
    what,
    why: 'A manifest is a table with a header and one row a sample.',
    remedy,
  });
}

/** The rows, the header among them, or the first `most`. What is not written as a row must be is a finding. */
function parseRows(text: string, delimiter: string, most?: number): { read: Row[]; findings: Finding[] } {
  const read: Row[] = [];
  const findings: Finding[] = [];
  let lastLine = 0;
  parse(text, {
    delimiter,
    record_delimiter: '\n',
    to: most,
    trim: true,
    comment: '#',
    comment_no_infix: true, // `cells.czi#channel=1` is none
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true, // `2" dish.tif`
    max_record_size: MOST_CHARACTERS_OF_A_ROW,
    on_record: (record: string[], { lines }) => {
      lastLine = lines;
      // `lines` is where the row ends; only within quotes does one go on over line breaks.
      const breaks = record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
      read.push({ line: lines - breaks, cells: record.map((cell) => cell.trim()) });
      return null;
    },
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error) findings.push(notARow(error, () => nextLine(text, lastLine)));
    },
  });
  return { read, findings };
}

/** `begin` finds the line where the row would have begun. */
function notARow({ code, lines }: CsvError & { lines?: number }, begin: () => number): Finding {
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return {
      line: begin(),
      column: null,
      what: 'a quotation mark is opened and never closed.',
      remedy: 'Close it where the cell ends.',
    };
  if (code === 'CSV_MAX_RECORD_SIZE')
    return {
      line: begin(),
      column: null,
      what: `the row has more than ${MOST_CHARACTERS_OF_A_ROW} characters.`,
      remedy: 'Look for a quotation mark that is not closed.',
    };
  return {
    line: lines ?? begin(),
    column: null,
    what: 'a cell in quotes goes on after its closing quotation mark.',
    remedy: 'Put the whole cell in quotes, and write a quotation mark within it twice: "".',
  };
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The first line after `line` that says something. */
function nextLine(text: string, line: number): number {
  const lines = text.split('\n', line + 10_000);
  const found = lines.findIndex((content, i) => i >= line && /^\s*[^\s#]/.test(content));
  return found < 0 ? line + 1 : found + 1;
}
