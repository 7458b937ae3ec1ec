/** What the page of a data check shows: findings, curves and pictures that are drawn already. */
import type { Fact } from './report-data.ts';

export interface CheckPageData {
  /** What was checked: `cells.csv`. */
  readonly title: string;
  /** In the order of the manifest. */
  readonly samples: readonly CheckedSample[];
  readonly facts: readonly Fact[];
}

export interface CheckedSample {
  readonly id: string;
  /** Where it stands: `cells.csv line 3`. */
  readonly place: string | null;
  /** What each file is: signal, target dna, weight. */
  readonly files: readonly Fact[];
  readonly findings: readonly ShownFinding[];
  /** What was checked where it is not all of the images; null: all. */
  readonly part: string | null;
  /** Of the first target against the signal, in voxels; null where it could not be measured. */
  readonly shift: Shift | null;
  /** Micrometers of a voxel; null where unknown. */
  readonly voxelSize: { readonly z: number | null; readonly y: number | null; readonly x: number | null } | null;
  /** How sharp each plane is, in units of its own. */
  readonly zProfile: { readonly signal: readonly number[]; readonly target: readonly number[] };
  /** Plane of the signal that the pictures show. */
  readonly plane: number | null;
  /** Empty where nothing could be read, or where there are too many samples for pictures of all. */
  readonly pictures: readonly ShownPicture[];
}

export interface ShownFinding {
  /** In words: `blank plane`. */
  readonly kind: string;
  readonly severity: 'spoils' | 'note';
  readonly what: string;
  readonly remedy: string;
  /** The numbers behind it, as short texts. */
  readonly measured: readonly Fact[];
}

export interface Shift {
  readonly z: number;
  readonly y: number;
  readonly x: number;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface ShownPicture {
  /** What is seen: `signal`, `dna`, `dna on signal`. */
  readonly title: string;
  /** `plane z 12`. */
  readonly hint: string;
  readonly image: DrawnImage;
  /** The same from the side, below it; null where there is one plane. */
  readonly side: DrawnImage | null;
}

export interface DrawnImage {
  /** A PNG as a data URI. */
  readonly src: string;
  readonly width: number;
  readonly height: number;
}

/** The worst of a sample's findings; null where there is none. */
export function severityOf({ findings }: CheckedSample): 'spoils' | 'note' | null {
  if (findings.some(({ severity }) => severity === 'spoils')) return 'spoils';
  return findings.length > 0 ? 'note' : null;
}
