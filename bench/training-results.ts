/**
 * docs/training.json, what every training of the studies came to, and the tables made from it between marker lines of
 * docs/training.md. A study writes each training as soon as it ends: stopped, it goes on from there.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Settings } from './trainings.ts';

const SCHEMA = 'unstained.training-studies/1';
const RESULTS = fileURLToPath(new URL('../docs/training.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/training.md', import.meta.url));

/** A training that was measured on what it never saw. */
export interface Run {
  readonly study: 'study' | 'presets';
  readonly variant: string;
  readonly pair: string;
  readonly seed: number;
  /** How long it was to train, by the speed that was measured before. */
  readonly budgetSeconds: number;
  readonly threads: number;
  readonly steps: number;
  /** What each step really took on average. */
  readonly stepSeconds: number;
  readonly heldOut: readonly { readonly name: string; readonly r: number }[];
  /** All but what the pair itself wants, so that a variant that changed is trained anew. */
  readonly settings: Settings;
  readonly processor: string;
  readonly date: string;
}

/** How fast a training with these settings is, whatever the others: the median step of a short run. */
export interface Speed {
  readonly pair: string;
  readonly threads: number;
  readonly stepSeconds: number;
  readonly settings: Settings;
}

export interface Results {
  readonly speeds: readonly Speed[];
  readonly runs: readonly Run[];
}

export const THREADS: number = availableParallelism();

export function readResults(): Results {
  if (!existsSync(RESULTS)) return { speeds: [], runs: [] };
  const { schema, ...results } = JSON.parse(readFileSync(RESULTS, 'utf8')) as Results & { readonly schema: string };
  if (schema !== SCHEMA) throw new Error(`${RESULTS} has the schema ${schema}, not ${SCHEMA}: move it away.`);
  return results;
}

/** What stands there already of the same variant is replaced. */
export function addRun(run: Omit<Run, 'threads' | 'processor' | 'date'>): void {
  const same = (other: Run) =>
    (['study', 'variant', 'pair', 'seed', 'budgetSeconds'] as const).every((key) => other[key] === run[key]);
  const dated: Run = {
    ...run,
    threads: THREADS,
    processor: cpus()[0].model.trim(),
    date: new Date().toISOString().slice(0, 10),
  };
  const { speeds, runs } = readResults();
  writeResults({ speeds, runs: [...runs.filter((other) => !same(other)), dated] });
}

export function addSpeed(speed: Omit<Speed, 'threads'>): void {
  const { speeds, runs } = readResults();
  writeResults({ speeds: [...speeds, { ...speed, threads: THREADS }], runs });
}

export function equalSettings(a: Settings, b: Settings): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function writeResults({ speeds, runs }: Results): void {
  const lines = (entries: readonly unknown[]) => entries.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n');
  const text = `{\n "schema": "${SCHEMA}",\n "speeds": [\n${lines(speeds)}\n ],\n "runs": [\n${lines(runs)}\n ]\n}\n`;
  writeFileSync(`${RESULTS}.new`, text);
  renameSync(`${RESULTS}.new`, RESULTS); // hours of results survive a kill
}

/** Puts `text` between the lines `<!-- NAME: begin -->` and `<!-- NAME: end -->` of the page. */
export function writeSection(name: string, text: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`${PAGE} lacks the lines ${begin} and ${end}, in that order, between which the table belongs.`);
  writeFileSync(PAGE, `${page.slice(0, from)}${begin}\n${text}\n${page.slice(to)}`);
}

export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** `0.812 ± 0.010`: mean and deviation (of a sample). */
export function meanAndSpread(values: readonly number[], digits = 3): string {
  if (values.length === 0) return '';
  const mean = average(values);
  if (values.length === 1) return mean.toFixed(digits);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(squares / (values.length - 1)).toFixed(digits)}`;
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Over the targets of the pair. */
export function meanR({ heldOut }: Pick<Run, 'heldOut'>): number {
  return average(heldOut.map(({ r }) => r));
}
