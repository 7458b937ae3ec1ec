/** The images of a pair as their files have them, with the names that messages use. */
import type { Volume } from '../volume/index.ts';

export interface NamedVolume {
  /** As the user wrote it: messages name it. */
  readonly file: string;
  readonly volume: Volume;
}

export interface TargetVolume extends NamedVolume {
  /** The structure that is stained: `dna`. */
  readonly name: string;
}

/** The images of one field, in the units of their files. Targets and weight have one channel each. */
export interface PairImages {
  readonly signal: NamedVolume;
  readonly targets: readonly TargetVolume[];
  readonly weight: NamedVolume | null;
}
