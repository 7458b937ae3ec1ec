/** What `check` is asked for and what it answers. */
import type { Finding } from '../dataset/index.ts';
import type { GivenVoxelSize, NamedFile } from './requests.ts';

export interface CheckRequest {
  /** A manifest; or null, and the files of one sample are given. */
  readonly data: readonly string[];
  readonly signal: string | null;
  readonly targets: readonly NamedFile[];
  readonly weight: string | null;
  readonly voxelSize: GivenVoxelSize | null;
  /** What the planes are, where a file does not say or is wrong: `TYX`, `C2ZYX`; null: as it says. */
  readonly axes?: string | null;
  readonly memoryBytes: number | null;
  /** The page. */
  readonly out: string;
  readonly overwrite: boolean;
}

export interface CheckResult {
  readonly schema: 'unstained.check/1';
  /** The manifest; null where files were given. */
  readonly data: readonly string[];
  /** In the order of the manifest; of time series one a time. */
  readonly samples: readonly {
    readonly id: string;
    /** `cells.csv line 3`; null where files were given. */
    readonly place: string | null;
    readonly signal: string;
    readonly targets: readonly { readonly name: string; readonly path: string }[];
    /** By the worst of its findings. */
    readonly verdict: 'spoils' | 'note' | 'good';
    /** Of the first target against the signal, voxels; null where it cannot be measured. Confidence is 0 to 1. */
    readonly shift: {
      readonly z: number;
      readonly y: number;
      readonly x: number;
      readonly confidence: number;
    } | null;
    /** Where not all of the images was read: which part; null: all. */
    readonly part: string | null;
  }[];
  /** What would spoil training first, then what is worth a look; each in the order of the samples. */
  readonly findings: readonly Finding[];
  /** How many samples would spoil training. */
  readonly spoiled: number;
  /** The page's file. */
  readonly page: string;
  readonly seconds: number;
}
