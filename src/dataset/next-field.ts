/** Which field the next patch comes from: each as probable as the others, or one of an image buffer for data beyond memory. */
import type { Config } from '../config/index.ts';
import type { Random } from '../core/index.ts';
import { drawImage, fillBuffer, type ImageBuffer } from './image-buffer.ts';

export interface NextField {
  /** One of `training`. */
  readonly field: number;
  /** Null where all fields are drawn from at any time. */
  readonly buffer: ImageBuffer | null;
}

/** @param training indices of the fields that may be drawn from */
export function nextField(
  training: readonly number[],
  buffer: ImageBuffer | null,
  { buffer: size, switchEvery }: Config['sampling'],
  random: Random,
): NextField {
  if (size === 0 || size >= training.length)
    return { field: training[training.length > 1 ? random.integer(training.length) : 0], buffer: null };
  const drawn = drawImage(buffer ?? fillBuffer(training.length, size, random), switchEvery, random);
  return { field: training[drawn.image], buffer: drawn.buffer };
}
