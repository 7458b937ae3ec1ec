/** What is wrong, or odd, with the images of a data set: a sentence, and what to do about it. */

export type FindingKind =
  | 'unreadable'
  | 'shape'
  | 'axes'
  | 'voxel-size'
  | 'not-finite'
  | 'constant'
  | 'shift'
  | 'flip'
  | 'channel'
  | 'focus'
  | 'saturated'
  | 'blank-plane'
  | 'duplicate-plane'
  | 'drift'
  | 'leakage'
  | 'duplicate';

export interface Finding {
  readonly kind: FindingKind;
  /** `spoils`: training on it teaches something wrong, or measures nothing. `note`: look at it. */
  readonly severity: 'spoils' | 'note';
  /** Ids of the samples that it concerns. */
  readonly samples: readonly string[];
  /** The file to blame, as the user wrote it. */
  readonly file: string;
  /** With file, numbers and axes. */
  readonly what: string;
  /** What to do, as something to type where there is one. */
  readonly remedy: string;
  /** The numbers behind it. */
  readonly measured?: Readonly<Record<string, number | string | null>>;
}
