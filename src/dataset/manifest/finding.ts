/** What is wrong with a manifest: collected, then told all at once, each with its line. */
import { DatasetError } from '../../core/index.ts';

export interface Finding {
  /** From 1, as an editor counts; null for what concerns the whole table. */
  readonly line: number | null;
  /** As the header writes it. */
  readonly column: string | null;
  /** A sentence. */
  readonly what: string;
  readonly remedy: string;
}

// A message that runs for pages helps nobody, and a damaged table of a million rows would fill memory with it.
const MOST_TOLD = 200;
const MOST_RUNS = 20;

/** Throws DatasetError `dataset/manifest` with every finding, if there is one; what is wrong in many lines alike is told once. */
export function refuseManifest(file: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const why = 'A row that is understood wrongly would train on the wrong image, so none was used.';
  const told = gathered(findings);
  if (told.length === 1) {
    const [{ where, what, remedy }] = told;
    throw new DatasetError('dataset/manifest', {
      file,
      what: `${file}${where ? ` ${where}` : ''}: ${what}`,
      why,
      remedy,
    });
  }
  const list = told
    .slice(0, MOST_TOLD)
    .map(({ where, what, remedy }) => `\n  ${where ? `${where}: ` : ''}${what} ${remedy}`.trimEnd());
  const more = told.length > MOST_TOLD ? `\n  and ${told.length - MOST_TOLD} more.` : '';
  throw new DatasetError('dataset/manifest', {
    file,
    what: `${file}: ${told.length} things are wrong:${list.join('')}${more}`,
    why,
  });
}

interface Told {
  /** `line 3, split`, `lines 3 to 5, split`, or empty. */
  readonly where: string;
  readonly what: string;
  readonly remedy: string;
}

/** In the order of the lines where each is first seen. */
function gathered(findings: readonly Finding[]): Told[] {
  const alike = new Map<string, Finding[]>();
  for (const finding of findings.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))) {
    const key = JSON.stringify([finding.column, finding.what, finding.remedy]);
    const same = alike.get(key);
    if (same) same.push(finding);
    else alike.set(key, [finding]);
  }
  return [...alike.values()].map((same) => {
    const [{ column, what, remedy }] = same;
    const lines = same.flatMap(({ line }) => line ?? []);
    const where = [lines.length > 0 ? formatLines(lines) : null, column].filter((part) => part !== null);
    return { where: where.join(', '), what, remedy };
  });
}

/** `line 3`; `lines 3, 5 to 9 and 12`; of many runs the first. `lines` rise. */
export function formatLines(lines: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const line of new Set(lines)) {
    const run = runs.at(-1);
    if (run && line === run[1] + 1) run[1] = line;
    else runs.push([line, line]);
  }
  const shown = runs
    .slice(0, MOST_RUNS)
    .flatMap(([first, last]) =>
      last > first + 1 ? [`${first} to ${last}`] : last > first ? [`${first}`, `${last}`] : [`${first}`],
    );
  if (runs.length > MOST_RUNS) shown.push(`${runs.length - MOST_RUNS} more places`);
  const end = shown.pop()!;
  const before = shown.length > 0 ? `${shown.join(', ')} and ` : '';
  return `line${before || end.includes(' ') ? 's' : ''} ${before}${end}`;
}
