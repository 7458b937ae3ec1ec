/** A sample: one field at one time, by the names of its files. A manifest is a list of them. */

export interface Sample {
  /** Unique in its manifest: results and messages name it. */
  readonly id: string;
  /** Where it stands, for messages: `cells.csv line 3`; null for files that were given by options. */
  readonly place: string | null;
  /** May select within the file, as all that follow: `cells.czi#channel=Bright`. */
  readonly signal: string;
  readonly targets: readonly { readonly name: string; readonly path: string }[];
  /** How much each voxel counts. */
  readonly weight: string | null;
  /** 0 where a voxel must not count at all. */
  readonly mask: string | null;
  /** Where it belongs, if somebody said so. */
  readonly split: 'train' | 'val' | 'test' | null;
  /** Fields of one dish or well, which stay on one side of a split. */
  readonly group: string | null;
  /** Of a time series, from 0; null where nothing was said: each time of the files is a sample then. */
  readonly time: number | null;
  /** All images of the sample are mirrored so before anything else. */
  readonly flips: { readonly y: boolean; readonly x: boolean };
}
