/** What a check knows of a sample when its images are gone from memory. */
import type { Finding } from './finding.ts';
import type { Fingerprint } from './fingerprint.ts';

export interface PairFacts {
  readonly id: string;
  readonly findings: readonly Finding[];
  /** Voxels of the signal, of the first target against it; null where none could be measured. Confidence is 0 to 1. */
  readonly shift: { readonly z: number; readonly y: number; readonly x: number; readonly confidence: number } | null;
  /** Focus measure, one a plane. */
  readonly zProfile: { readonly signal: readonly number[]; readonly target: readonly number[] };
  /** Small (< 20 kB): for comparisons between samples. */
  readonly fingerprint: Fingerprint;
}

export interface PlacedFacts {
  readonly facts: PairFacts;
  /** Where the sample belongs, if that is known. */
  readonly split: 'train' | 'val' | 'test' | null;
  /** Samples of one unit, as the times of a series, stay on one side of every split: they may look alike. Null: none. */
  readonly unit?: number | null;
}
