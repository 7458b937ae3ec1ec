/**
 * Prepared fields in the cache: found again by what was asked for, used while the files that they were made of are the same.
 *
 * An entry is made under a digest of everything that its voxels depend on but the files' bytes; those are told by the stamps of
 * all files that were opened while it was made. Its bytes are the images one after the other, its text is their description.
 */
import type { Affine, Region, SampleArray } from '../volume/index.ts';
import { remembering, type SampleType } from '../io/index.ts';
import type { Field } from './field.ts';
import type { ImageReading } from './field-images.ts';
import type { FieldFacts, Preparation, PreparedField } from './prepared-field.ts';
import { bytesOf, type StoredImage } from './stored-image.ts';
import type { CachedVoxels, VoxelCache } from './voxel-cache.ts';

const SCHEMA = 'unstained.voxels/1';

/** The text of an entry. */
interface Described {
  readonly schema: typeof SCHEMA;
  /** Null: nothing tells when the file changes, so the entry is for one run only. */
  readonly stamps: readonly (readonly [path: string, stamp: string | null])[];
  readonly images: readonly DescribedImage[];
  readonly weighted: boolean;
  readonly foreground: readonly number[];
  readonly facts: FieldFacts;
}

interface DescribedImage {
  readonly type: SampleType;
  readonly channels: number;
  readonly size: StoredImage['size'];
  readonly affine: readonly Affine[];
}

/** The field as it was kept, or null where it was not or a file has changed. */
export async function cachedField(
  cache: VoxelCache,
  field: Field,
  part: Region,
  preparation: Preparation,
): Promise<PreparedField | null> {
  const entry = await cache.find(keyOf(field, part, preparation));
  if (!entry) return null;
  const described = JSON.parse(entry.text) as Described; // the cache gives back what was put, or nothing
  for (const [path, stamp] of described.stamps)
    if (stamp === null || (await cache.stamp(path)) !== stamp) {
      await entry.bytes.close();
      return null;
    }
  return fieldOf(entry, described);
}

/** Reads the field by `read` and keeps it. Where no stamp tells that a file has changed, it is kept for this run only. */
export async function keepField(
  cache: VoxelCache,
  field: Field,
  part: Region,
  preparation: Preparation,
  read: (reading: ImageReading) => Promise<PreparedField>,
): Promise<PreparedField> {
  const { reading } = preparation;
  const opened = new Set<string>();
  const prepared = await read({ ...reading, files: remembering(reading.files, opened) });
  const images = imagesOf(prepared);
  const stamps: [string, string | null][] = [];
  for (const path of [...opened].sort()) stamps.push([path, await cache.stamp(path)]);
  const described: Described = {
    schema: SCHEMA,
    stamps,
    images: images.map(({ type, channels, size, affine }) => ({ type, channels, size, affine })),
    weighted: prepared.weight !== null,
    foreground: Array.from(prepared.foreground),
    facts: prepared.facts,
  };
  const entry = await cache.put(keyOf(field, part, preparation), async (append) => {
    for (const { voxels } of images) if ('data' in voxels) await append(bytesIn(voxels.data));
    return JSON.stringify(described);
  });
  return fieldOf(entry, described);
}

function imagesOf({ signal, targets, weight }: PreparedField): StoredImage[] {
  return [signal, ...targets, ...(weight ? [weight] : [])];
}

function fieldOf({ bytes }: CachedVoxels, { images, weighted, foreground, facts }: Described): PreparedField {
  let offset = 0;
  const stored = images.map((image): StoredImage => {
    const voxels = { stored: bytes, offset };
    offset += bytesOf(image);
    return { ...image, voxels };
  });
  const [signal, ...others] = stored;
  const weight = weighted ? (others.pop() as StoredImage) : null;
  return {
    signal,
    targets: others,
    weight,
    foreground: Int32Array.from(foreground),
    facts,
    close: () => bytes.close(),
  };
}

function keyOf(
  { sample, size }: Field,
  part: Region,
  { reading: { axes, voxelSize }, config, createSha256 }: Preparation,
): string {
  const { signal, targets, weight, mask, time, flips } = sample;
  const { network, normalize, sampling, seed } = config;
  const asked = {
    schema: SCHEMA,
    images: [signal, targets.map(({ path }) => path), weight, mask, time, flips],
    reading: [axes, voxelSize],
    settings: [network.dims, network.zAsChannels, normalize, config.voxelSize, size, part],
    foreground: sampling.foreground > 0 ? seed : null,
  };
  const sha256 = createSha256();
  sha256.update(new TextEncoder().encode(JSON.stringify(asked)));
  return sha256.digest();
}

function bytesIn(data: SampleArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
