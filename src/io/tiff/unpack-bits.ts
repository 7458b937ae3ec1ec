/** Samples of fewer bits than a byte or two have: packed, most significant bit first, each row from a new byte (TIFF 6.0). */
import { allocateSamples } from '../samples.ts';
import type { Samples, SampleType } from '../source.ts';

/** @param bytes `rows` rows of `perRow` samples of up to 16 bits */
export function unpackBits(type: SampleType, bytes: Uint8Array, bits: number, rows: number, perRow: number): Samples {
  const samples = allocateSamples(type, rows * perRow);
  const rowBytes = bytes.length / rows;
  const mask = 2 ** bits - 1;
  for (let row = 0; row < rows; row++) {
    let [at, held, pending] = [row * rowBytes, 0, 0];
    for (let i = 0; i < perRow; i++) {
      for (; held < bits; held += 8) pending = ((pending << 8) | bytes[at++]) & 0xffffff;
      held -= bits;
      samples[row * perRow + i] = (pending >> held) & mask;
    }
  }
  return samples;
}
