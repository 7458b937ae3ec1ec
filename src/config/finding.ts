/** What is wrong with settings: collected, then told all at once, so that nobody mends a file one error at a time. */
import { UsageError } from '../core/index.ts';

export interface Finding {
  /** `config.yaml:7:3`, `--lr`, `--set optimizer.lr`. */
  readonly where: string;
  /** A sentence that goes on from `where: `. */
  readonly what: string;
  readonly remedy: string;
}

// More than anybody mends at a time.
const MOST_TOLD = 100;

/** Throws UsageError `usage/config` with every finding, if there is one. */
export function refuseFindings(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const why = 'A training with other settings than you meant would waste hours, so nothing was started.';
  const [first] = findings;
  if (findings.length === 1)
    throw new UsageError('usage/config', { what: `${first.where}: ${first.what}`, why, remedy: first.remedy });
  const list = findings.slice(0, MOST_TOLD).map(({ where, what, remedy }) => `\n  ${where}: ${what} ${remedy}`);
  if (findings.length > MOST_TOLD) list.push(`\n  and ${findings.length - MOST_TOLD} more.`);
  throw new UsageError('usage/config', { what: `${findings.length} settings cannot be used:${list.join('')}`, why });
}
