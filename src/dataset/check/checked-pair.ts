/** One sample as it is checked: its images in memory, as their files have them. */
import type { Size, Volume } from '../../volume/index.ts';

export interface CheckedImage {
  /** As the user wrote it: messages name it. */
  readonly file: string;
  readonly volume: Volume;
  readonly channelNames: readonly (string | null)[];
  /** Largest value of the file's sample type; null for floats. */
  readonly typeMax: number | null;
  /** Of the image, where `volume` is only a part of it. */
  readonly whole?: Size | null;
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
