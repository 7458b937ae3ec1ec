/**
 * losses.csv: `step,loss,lr,seconds`, one line a step, numbers with all their digits.
 *
 * `seconds` is how long the run had been computing, pauses left out; it differs between equal runs, the other columns do not.
 */
import { sha256 } from '../codec/index.ts';
import { ModelError } from '../core/index.ts';

export interface LossRow {
  /** 1 is the first. */
  readonly step: number;
  readonly loss: number;
  readonly lr: number;
  readonly seconds: number;
}

export const LOSSES_HEADER = 'step,loss,lr,seconds\n';

/** One line of the file. Seconds are kept to the millisecond. */
export function formatLossRow({ step, loss, lr, seconds }: LossRow): string {
  return `${step},${loss},${lr},${Number(seconds.toFixed(3))}\n`;
}

/** The whole file. */
export function formatLosses(rows: readonly LossRow[]): string {
  return LOSSES_HEADER + rows.map(formatLossRow).join('');
}

/**
 * The rows of a file. A last line without its end was being written when the program was killed: it is left out.
 * Throws ModelError model/damaged naming the first line that is none.
 */
export function parseLosses(text: string, file: string): LossRow[] {
  const lines = text.split('\n').slice(0, -1);
  if (lines[0] !== LOSSES_HEADER.trimEnd()) throw damaged(file, 1, lines[0] ?? text);
  return lines.slice(1).map((line, i) => {
    const cells = line.split(',');
    if (cells.length !== 4 || !/^\d+$/.test(cells[0]) || !cells.every(isNumber)) throw damaged(file, i + 2, line);
    const [step, loss, lr, seconds] = cells.map(Number);
    return { step, loss, lr, seconds };
  });
}

/** SHA-256 of what equal runs have in common: step, loss and learning rate of each row. */
export function lossesDigest(rows: readonly LossRow[]): Promise<string> {
  const text = rows.map(({ step, loss, lr }) => `${step},${loss},${lr}\n`).join('');
  return sha256(new TextEncoder().encode(text));
}

function isNumber(cell: string): boolean {
  return cell === 'NaN' || (cell.trim() !== '' && !Number.isNaN(Number(cell)));
}

function damaged(file: string, line: number, found: string): ModelError {
  return new ModelError('model/damaged', {
    file,
    what: `${file} line ${line}: ${JSON.stringify(found.slice(0, 80))} is not ${LOSSES_HEADER.trimEnd()}.`,
    why: 'The course of the training cannot be read from it.',
    remedy: 'Restore the file from a copy, or remove the line.',
  });
}
