/** What a report shows: numbers and planes, nothing that needs a file or a network to be looked at. */

/** One image plane, or several of a stack: float32, (y, x), x fastest, in whatever units; windows are found from the values. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Float32Array[];
}

export interface Score {
  /** Pearson's r; null where undefined. */
  readonly r: number | null;
  readonly normalizedL2: number;
}

export interface ReportStructure {
  readonly name: string;
  /** `#RRGGBB`: how it is shown. */
  readonly color: string;
  /** z-scored, on the same planes as the signal. */
  readonly target: Planes;
  readonly prediction: Planes;
  /** Where each voxel counts (> 0); null: everywhere. */
  readonly weight: Planes | null;
  /** Null where nothing of the field was trained on. */
  readonly train: Score | null;
  /** Null where nothing was held out. */
  readonly heldOut: Score | null;
  readonly baselines: readonly (Score & { readonly name: string })[];
}

export interface ReportExample {
  readonly title: string;
  readonly about: string;
  /** Whose images they are, and under which licence. */
  readonly credit: string | null;
  readonly signal: Planes;
  /** What each plane is called: `z 12`. */
  readonly planeNames: readonly string[];
  /** Whether the planes are of the held-out part; else training saw them. */
  readonly isHeldOut: boolean;
  /** Micrometers of a pixel along x; null where unknown. */
  readonly pixelSize: number | null;
  readonly structures: readonly ReportStructure[];
  readonly losses: readonly { readonly step: number; readonly loss: number }[];
  /** Columns of the field, along x. */
  readonly split: { readonly width: number; readonly train: number; readonly margin: number; readonly heldOut: number };
  readonly facts: readonly Fact[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What a network made of some patches at one moment of its training. */
export interface PreviewPicture {
  readonly step: number;
  readonly png: Uint8Array;
  /** Pearson's r of the validation at this step; null where undefined. */
  readonly r: number | null;
}

export interface ReportData {
  readonly title: string;
  readonly examples: readonly ReportExample[];
  /** What the network made of some patches as it learned; none where that was not looked at. */
  readonly previews: readonly PreviewPicture[];
  /** What ran on what machine in what time. */
  readonly facts: readonly Fact[];
}

/** The plane that is shown first. */
export function middleOf(planeNames: readonly string[]): number {
  return planeNames.length >> 1;
}
