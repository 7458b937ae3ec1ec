/**
 * An image in another sample type. To whole numbers: rounded to the nearest (halves up), what lies beyond the type's range
 * becomes its end, and a sample that is NaN or infinite is refused, since no whole number stands for it. To float32: the
 * nearest float32; whole numbers up to 2^24 keep their value. What was changed is counted and told.
 */
import { ImageError } from '../../core/index.ts';
import type { ImageSource, SampleType, WrittenType, ReadAt } from '../source.ts';
import { viewOf } from './view.ts';

/** The type to write: the image's own, or the smallest that holds each of its samples; float32 where none does. */
export const WRITTEN_AS: Readonly<Record<SampleType, WrittenType>> = {
  bool: 'uint8',
  uint8: 'uint8',
  int8: 'float32',
  uint16: 'uint16',
  int16: 'float32',
  uint32: 'float32',
  int32: 'float32',
  float16: 'float32',
  float32: 'float32',
  float64: 'float32',
};

/** The largest whole number of a type; null where it is not of whole numbers. */
const HIGHEST = { uint8: 255, uint16: 65535, float32: null } as const;
const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array } as const;

/** An image whose samples can be written as they come. */
export interface WritableImage extends ImageSource {
  readonly type: WrittenType;
  read(at: ReadAt): Promise<Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>>;
}

/** `source` in samples of `type`; itself where they are that already. Its reads throw ImageError image/not-held. */
export function typed(source: ImageSource, type: WrittenType): WritableImage {
  if (source.type === type) return source as WritableImage; // samples are of the array of their type

  const highest = HIGHEST[type];
  let [clipped, rounded, seen] = [0, 0, 0];
  const view = viewOf(source, {
    notesOfReading: () => [
      ...(source.notesOfReading?.() ?? []),
      ...(rounded > 0 ? [`${rounded} of ${seen} samples were rounded to the nearest ${type}`] : []),
      ...(clipped > 0 ? [`${clipped} of ${seen} samples lay outside 0 to ${highest} and became the nearer end`] : []),
    ],
  });
  return {
    ...view,
    type,
    async read(at) {
      const samples = await source.read(at);
      const converted = new ARRAYS[type](samples.length);
      for (let i = 0; i < samples.length; i++) {
        const value = samples[i];
        const nearest = highest === null ? Math.fround(value) : Math.round(value);
        const held = highest === null ? nearest : Math.min(highest, Math.max(0, nearest));
        if (!Number.isFinite(nearest) && (highest !== null || Number.isFinite(value)))
          throw notHeld(source.file, value, type, at);
        if (held !== nearest && highest !== null) clipped++;
        else if (held !== value && !Number.isNaN(value)) rounded++;
        converted[i] = held;
      }
      seen += samples.length;
      return converted;
    },
  };
}

function notHeld(file: string, value: number, type: WrittenType, { time, channel, region }: ReadAt): ImageError {
  const place = `time ${time}, channel ${channel}, z ${region.start.z}`;
  return new ImageError('image/not-held', {
    file,
    what: `${file}: a sample at ${place} is ${value}, which ${type} does not have.`,
    why: 'Any number in its place would be made up.',
    remedy:
      type === 'float32'
        ? 'Divide the image where it was made, so that its numbers are below 3e38.'
        : 'Write the image as it is: --dtype float32.',
  });
}
