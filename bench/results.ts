/** What a row came to, as it is printed, written and merged with earlier ones. */
import type { PyTorch } from './programs.ts';
import { DISTURBING_CORES } from './quiet.ts';
import type { Row } from './rows.ts';
import { fastestOf, summarize, type Entry, type Summary } from './turns.ts';

export const UNSTAINED = 'Unstained';

export interface PyTorchResult extends Summary {
  readonly from: PyTorch['from'];
  readonly version: string;
  /** The fastest round of any of its ways. */
  readonly bestSeconds: number;
  readonly ways: readonly Summary[];
}

export interface Result {
  readonly name: string;
  readonly threads: number;
  readonly ours: Summary;
  readonly pytorch: readonly PyTorchResult[];
  /** The seconds of PyPI's PyTorch by ours: above 1 Unstained is faster. Null where PyTorch failed. */
  readonly ratio: number | null;
  /** The same of the fastest rounds: PyTorch's threads sometimes wait for each other for long, which no median mends. */
  readonly bestRatio: number | null;
  readonly debianRatio: number | null;
  readonly debianBestRatio: number | null;
}

export function programName({ from, version }: Pick<PyTorch, 'from' | 'version'>): string {
  return `PyTorch ${version} (${from})`;
}

export function toResult(row: Row, threads: number, entries: readonly Entry[], pytorches: readonly PyTorch[]): Result {
  const waysOf = (program: string) =>
    entries.filter((entry) => entry.program === program).map((entry) => roundedSummary(summarize(entry)));
  const ours = waysOf(UNSTAINED)[0];
  const pytorch = pytorches.flatMap(({ from, version }): PyTorchResult[] => {
    const ways = waysOf(programName({ from, version }));
    const fastest = fastestOf(ways);
    return fastest ? [{ from, version, ...fastest, bestSeconds: Math.min(...ways.map(bestRound)), ways }] : [];
  });
  const ratios = (from: PyTorch['from']) => {
    const their = pytorch.find((program) => program.from === from);
    if (!their) return [null, null];
    return [rounded(their.seconds / ours.seconds), rounded(their.bestSeconds / bestRound(ours))];
  };
  const [ratio, bestRatio] = ratios('PyPI');
  const [debianRatio, debianBestRatio] = ratios('Debian');
  return { name: row.name, threads, ours, pytorch, ratio, bestRatio, debianRatio, debianBestRatio };
}

/** Some lines for a person. */
export function formatResult({ name, threads, ours, pytorch, ...ratios }: Result): string {
  const line = (program: string, summary: Summary) =>
    `  ${program.padEnd(26)} ${summary.way.padEnd(22)} ${summary.rounds > 0 ? figures(summary) : ''}${note(summary)}`;
  const note = (summary: Summary) =>
    (isDisturbed(summary) ? `   disturbed: others took ${summary.othersCores} cores` : '') +
    (summary.left === null ? '' : `   ${summary.left}`);
  const figures = ({ seconds, spread, peakGB }: Summary) =>
    `${formatSeconds(seconds)} s (${spread.map(formatSeconds).join(' to ')}), ${peakGB.toFixed(1)} GB`;
  return [
    `${name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    line(UNSTAINED, ours),
    ...pytorch.flatMap((program) => program.ways.map((way) => line(programName(program), way))),
    `  ratio ${formatRatio(ratios.ratio)}, of the best rounds ${formatRatio(ratios.bestRatio)}` +
      (ratios.debianRatio === null
        ? ''
        : `; Debian's ${formatRatio(ratios.debianRatio)}, ${formatRatio(ratios.debianBestRatio)}`),
  ].join('\n');
}

export function formatSeconds(seconds: number): string {
  return seconds.toPrecision(3);
}

export function formatRatio(ratio: number | null): string {
  return ratio?.toFixed(2) ?? 'none';
}

/** Whether other programs ran during at least half of its rounds. */
export function isDisturbed({ othersCores }: Summary): boolean {
  return othersCores > DISTURBING_CORES;
}

function bestRound({ spread, rounds }: Summary): number {
  return rounds > 0 ? spread[0] : Infinity;
}

function roundedSummary(summary: Summary): Summary {
  const { seconds, spread, loadSeconds, peakGB, othersCores, rounds } = summary;
  if (rounds === 0) return { ...summary, seconds: 0, spread: [0, 0], loadSeconds: 0, peakGB: 0, othersCores: 0 }; // JSON has no NaN
  return {
    ...summary,
    seconds: rounded(seconds),
    spread: [rounded(spread[0]), rounded(spread[1])],
    loadSeconds: rounded(loadSeconds),
    peakGB: rounded(peakGB),
    othersCores: rounded(othersCores),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
