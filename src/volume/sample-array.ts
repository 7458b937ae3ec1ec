/** Samples in memory as a file stores them: what statistics are taken of, without a copy in float32. */
import type { Size } from './size.ts';

export type SampleArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array;

/** Samples of any type with their axes; each `Volume` is one. */
export interface SampledVolume {
  /** (c, z, y, x), x fastest. */
  readonly data: SampleArray;
  readonly channels: number;
  readonly size: Size;
}
