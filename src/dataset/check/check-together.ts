/** What is wrong between samples: drift from file to file, names exchanged in a row, the same field twice or on both sides. */
import { driftFindings } from './drift.ts';
import type { PlacedFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { sameFieldFindings } from './leakage.ts';
import { swappedTargets } from './swapped-targets.ts';

/** Compares all samples with each other: a few milliseconds for each two. */
export function checkTogether(samples: readonly PlacedFacts[]): Finding[] {
  const facts = samples.map((sample) => sample.facts);
  return [...sameFieldFindings(samples), ...swappedTargets(facts), ...driftFindings(facts)];
}
