/** What is kept of a sample to compare it with others: digests of its images, a thumbnail of its signal, a few numbers. */
import { channelOf, type Volume } from '../../volume/index.ts';
import type { CheckedPair } from './checked-pair.ts';
import { blur } from './derived-image.ts';
import { digestOf, isMask, isUsable } from './image-faults.ts';
import { quantiles } from './light.ts';
import { stainShape, type StainShape } from './stain-shape.ts';

export interface Fingerprint {
  readonly signal: ImagePrint;
  readonly targets: readonly (ImagePrint & { readonly name: string; readonly shape: StainShape | null })[];
  /** Of the signal; null where it can't be used. */
  readonly thumbnail: Thumbnail | null;
}

export interface ImagePrint {
  readonly file: string;
  readonly digest: string;
  /** Values that 1 %, 50 % and 99 % of the samples stay below; null for masks and where there are samples that are no numbers. */
  readonly levels: readonly number[] | null;
}

/** A picture of the field's details, averaged over depth: y rows of x samples, each of `bin` x `bin` of the image's. */
export interface Thumbnail {
  readonly bin: number;
  readonly y: number;
  readonly x: number;
  /** 40 a standard deviation. */
  readonly data: Int8Array;
}

/** Longest side of a thumbnail: 128 x 128 bytes. */
const LONGEST = 128;
const PER_DEVIATION = 40;
/** Details larger than this many samples of the thumbnail are left out: lamps and lenses make them, in each field alike. */
const GROUND = 4;

export function fingerprintOf({ signal, targets }: CheckedPair): Fingerprint {
  return {
    signal: imagePrint(signal.file, signal.volume),
    targets: targets.map(({ name, file, volume }) => {
      const drawn = !isUsable(volume) || isMask(volume);
      return { name, ...imagePrint(file, volume), shape: drawn ? null : stainShape(volume) };
    }),
    thumbnail: isUsable(signal.volume) ? thumbnailOf(signal.volume) : null,
  };
}

function imagePrint(file: string, volume: Volume): ImagePrint {
  const drawn = !isUsable(volume) || isMask(volume);
  return { file, digest: digestOf(volume.data), levels: drawn ? null : quantiles(volume, [0.01, 0.5, 0.99]) };
}

function thumbnailOf(volume: Volume): Thumbnail {
  const { data, size } = channelOf(volume, 0);
  const bin = 2 ** Math.max(1, Math.ceil(Math.log2(Math.max(size.y, size.x) / LONGEST)));
  const [rows, columns] = [Math.floor(size.y / bin), Math.floor(size.x / bin)];
  const sums = new Float32Array(rows * columns);
  for (let z = 0; z < size.z; z++)
    for (let y = 0; y < rows * bin; y++)
      for (let x = 0, at = (z * size.y + y) * size.x; x < columns * bin; x++, at++)
        sums[Math.floor(y / bin) * columns + Math.floor(x / bin)] += data[at];
  const ground = blur(sums, { z: 1, y: rows, x: columns }, GROUND);
  const details = sums.map((value, i) => value - ground[i]);
  const deviation = Math.sqrt(details.reduce((sum, value) => sum + value * value, 0) / details.length) || 1;
  const bytes = Int8Array.from(details, (value) =>
    Math.max(-127, Math.min(127, Math.round((value * PER_DEVIATION) / deviation))),
  );
  return { bin, y: rows, x: columns, data: bytes };
}
