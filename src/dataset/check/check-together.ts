/** What is wrong between samples: drift from file to file, the same field twice, a field on both sides of a split. */
import type { PairFacts } from './check-pair.ts';
import type { Finding } from './finding.ts';

export interface PlacedFacts {
  readonly facts: PairFacts;
  readonly split: 'train' | 'val' | 'test' | null;
}

export function checkTogether(samples: readonly PlacedFacts[]): Finding[] {
  void samples;
  return [];
}
