/** What is wrong between samples: drift from file to file, names exchanged in a row, the same field twice or on both sides. */
import type { LongCall } from '../../core/index.ts';
import { driftFindings } from './drift.ts';
import type { PlacedFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { sameFieldFindings } from './leakage.ts';
import { swappedTargets } from './swapped-targets.ts';

/** Compares all samples with each other: about a millisecond for each two. Throws an AbortError. */
export async function checkTogether(samples: readonly PlacedFacts[], call: LongCall = {}): Promise<Finding[]> {
  const facts = samples.map((sample) => sample.facts);
  return [...(await sameFieldFindings(samples, call)), ...swappedTargets(facts), ...driftFindings(facts)];
}
