/** A field ready to draw patches from: out of the cache where it is there still, else read. */
import type { Region } from '../volume/index.ts';
import { cachedField, keepField } from './cached-field.ts';
import type { Field } from './field.ts';
import type { Preparation, PreparedField } from './prepared-field.ts';
import { readField } from './read-field.ts';

/**
 * Reads a field, or finds it in the cache.
 *
 * @param part what may be trained on: weights have mean 1 there, and bright voxels are looked for there
 *
 * Throws ImageError, and DatasetError: dataset/not-finite, dataset/constant, dataset/weight.
 */
export async function prepareField(field: Field, part: Region, preparation: Preparation): Promise<PreparedField> {
  const { cache } = preparation;
  if (cache === null) return readField(field, part, preparation);
  const found = await cachedField(cache, field, part, preparation);
  if (found) return found;
  return keepField(cache, field, part, preparation, (reading) => readField(field, part, { ...preparation, reading }));
}
