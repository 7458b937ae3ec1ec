/**
 * Targets whose names are exchanged in one row. Which stain is which can't be seen in one field; but where most rows agree on
 * what each name looks like, a row in which two names look like each other's is the other way round.
 */
import type { PairFacts } from './facts.ts';
import { median } from './drift.ts';
import type { Finding } from './finding.ts';

/** Rows that have both names, at least. */
const LEAST_ROWS = 4;
/** Deviations that two stains must differ by to be told apart, and by which the exchanged names must fit better. */
const APART = 4;
const BETTER = 3;
/** Least deviation of each number between fields of one stain. */
const LEAST_SPREAD = [0.02, 0.15, 0.15, 0.15, 0.15];

export function swappedTargets(facts: readonly PairFacts[]): Finding[] {
  const names = [...new Set(facts.flatMap(({ fingerprint }) => fingerprint.targets.map(({ name }) => name)))];
  return names.flatMap((one, i) => names.slice(i + 1).flatMap((other) => swappedBetween(facts, one, other)));
}

function swappedBetween(facts: readonly PairFacts[], one: string, other: string): Finding[] {
  const rows = facts.flatMap(({ id, fingerprint: { targets } }) => {
    const [a, b] = [one, other].map((name) => targets.find((target) => target.name === name));
    if (!a?.shape || !b?.shape) return [];
    return [{ id, file: a.file, otherFile: b.file, a: numbersOf(a.shape), b: numbersOf(b.shape) }];
  });
  if (rows.length < LEAST_ROWS) return [];
  return rows.flatMap((row): Finding[] => {
    const rest = rows.filter((other_) => other_ !== row);
    const usual = { a: middle(rest.map(({ a }) => a)), b: middle(rest.map(({ b }) => b)) };
    const spread = LEAST_SPREAD.map((least, n) =>
      Math.max(
        least,
        1.4826 *
          median([
            ...rest.map(({ a }) => Math.abs(a[n] - usual.a[n])),
            ...rest.map(({ b }) => Math.abs(b[n] - usual.b[n])),
          ]),
      ),
    );
    const distance = (x: readonly number[], y: readonly number[]) =>
      Math.sqrt(x.reduce((sum, value, n) => sum + ((value - y[n]) / spread[n]) ** 2, 0));
    const asNamed = Math.hypot(distance(row.a, usual.a), distance(row.b, usual.b));
    const exchanged = Math.hypot(distance(row.a, usual.b), distance(row.b, usual.a));
    if (distance(usual.a, usual.b) < APART || asNamed < exchanged + BETTER) return [];
    return [
      {
        kind: 'channel',
        severity: 'spoils',
        samples: [row.id],
        file: row.file,
        what: `${row.file} (target ${one}) looks like ${other} in the other rows, and ${row.otherFile} (target ${other}) like ${one}.`,
        remedy: 'Look at both: if they are exchanged, exchange them in this row of the manifest.',
        measured: { asNamed: Number(asNamed.toFixed(2)), exchanged: Number(exchanged.toFixed(2)), rows: rows.length },
      },
    ];
  });
}

function numbersOf({
  roundness,
  details,
}: {
  readonly roundness: number;
  readonly details: readonly number[];
}): number[] {
  return [roundness, ...details];
}

function middle(rows: readonly (readonly number[])[]): number[] {
  return rows[0].map((_, n) => median(rows.map((row) => row[n])));
}
