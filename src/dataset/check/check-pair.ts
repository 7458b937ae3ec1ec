/** What is wrong with one sample: its images by themselves, and against each other. */
import type { Random } from '../../core/index.ts';
import type { Volume } from '../../volume/index.ts';
import type { Finding } from './finding.ts';
import type { Fingerprint } from './fingerprint.ts';

export interface CheckedImage {
  /** As the user wrote it: messages name it. */
  readonly file: string;
  readonly volume: Volume;
  readonly channelNames: readonly (string | null)[];
  /** Largest value of the file's sample type; null for floats. */
  readonly typeMax: number | null;
}

export interface CheckedTarget extends CheckedImage {
  /** The structure that is stained: `dna`. */
  readonly name: string;
}

export interface CheckedPair {
  readonly id: string;
  readonly signal: CheckedImage;
  readonly targets: readonly CheckedTarget[];
  readonly weight: CheckedImage | null;
  /** The files' channels that were not chosen: perhaps another one should have been. */
  readonly others: readonly CheckedImage[];
}

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

export function checkPair(pair: CheckedPair, random: Random): PairFacts {
  void random;
  return { id: pair.id, findings: [], shift: null, zProfile: { signal: [], target: [] }, fingerprint: { signal: '' } };
}
