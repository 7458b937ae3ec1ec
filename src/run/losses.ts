/**
 * losses.csv: `step,loss,lr`, then for each target `r_NAME,normalizedL2_NAME`; one line a step, numbers with all their digits. The
 * cells of the targets are empty but at steps after which what was kept aside was measured.
 *
 * No time stands in it: equal runs, also one that was stopped and one that was not, write equal bytes.
 */
import { sha256 } from '../codec/index.ts';
import { ModelError } from '../core/index.ts';

export interface LossRow {
  /** 1 is the first. */
  readonly step: number;
  readonly loss: number;
  readonly lr: number;
  /** Of what was kept aside, one a target; null where it was not measured after this step. */
  readonly measures: readonly LossMeasure[] | null;
}

export interface LossMeasure {
  /** Pearson's r; NaN where it is undefined. */
  readonly r: number;
  readonly normalizedL2: number;
}

const COLUMNS = 'step,loss,lr';

/** The first line. Commas, quotes and line ends in a name become `_`. */
export function lossesHeader(targets: readonly string[]): string {
  const columns = targets.flatMap((name) => [`r_${cell(name)}`, `normalizedL2_${cell(name)}`]);
  return `${[COLUMNS, ...columns].join(',')}\n`;
}

function cell(name: string): string {
  return name.replace(/[",\r\n]/g, '_');
}

/** One line of the file. */
export function formatLossRow({ step, loss, lr, measures }: LossRow, targets: number): string {
  const measured =
    measures?.flatMap(({ r, normalizedL2 }) => [r, normalizedL2]) ?? new Array<string>(2 * targets).fill('');
  return `${[step, loss, lr, ...measured].join(',')}\n`;
}

/** The whole file. */
export function formatLosses(targets: readonly string[], rows: readonly LossRow[]): string {
  return lossesHeader(targets) + rows.map((row) => formatLossRow(row, targets.length)).join('');
}

/**
 * The rows of a file. A last line without its end was being written when the program was killed: it is left out.
 * Throws ModelError model/damaged naming the first line that is none.
 */
export function parseLosses(text: string, file: string): LossRow[] {
  const [header, ...lines] = text.split('\n').slice(0, -1);
  const columns = header?.split(',') ?? [];
  const isHeader = columns.slice(0, 3).join() === COLUMNS && columns.length % 2 === 1;
  if (!isHeader) throw damaged(file, 1, header ?? text);
  return lines.map((line, i) => {
    const cells = line.split(',');
    const [counted, measured] = [cells.slice(0, 3), cells.slice(3)];
    const isRow = cells.length === columns.length && /^\d+$/.test(cells[0]) && counted.every(isNumber);
    const isMeasured = measured.length > 0 && measured.every(isNumber);
    if (!isRow || !(isMeasured || measured.every((text) => text === ''))) throw damaged(file, i + 2, line);
    const [step, loss, lr] = counted.map(Number);
    return { step, loss, lr, measures: isMeasured ? pairs(measured.map(Number)) : null };
  });
}

/** SHA-256 of the rows, as they are written. */
export function lossesDigest(rows: readonly LossRow[]): Promise<string> {
  const text = rows.map((row) => formatLossRow(row, 0)).join('');
  return sha256(new TextEncoder().encode(text));
}

function pairs(numbers: readonly number[]): LossMeasure[] {
  return numbers.flatMap((r, i) => (i % 2 === 0 ? [{ r, normalizedL2: numbers[i + 1] }] : []));
}

function isNumber(cell: string): boolean {
  return cell === 'NaN' || (cell.trim() !== '' && !Number.isNaN(Number(cell)));
}

function damaged(file: string, line: number, found: string): ModelError {
  return new ModelError('model/damaged', {
    file,
    what: `${file} line ${line}: ${JSON.stringify(found.slice(0, 80))} is not ${COLUMNS} and the measures of each target.`,
    why: 'The course of the training cannot be read from it.',
    remedy: 'Restore the file from a copy, or remove the line.',
  });
}
