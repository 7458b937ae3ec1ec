/** A field whose voxels have been read: checked, with the numbers that normalize them, in memory or in the cache on disk. */
import type { Config } from '../config/index.ts';
import type { Affine, Size, Statistics, VoxelSize } from '../volume/index.ts';
import type { ImageReading } from './field-images.ts';
import type { StoredImage } from './stored-image.ts';
import type { VoxelCache } from './voxel-cache.ts';

/** What is kept of an image for `data.json`. */
export interface ImageFacts {
  readonly file: string;
  /** Of the voxels that the training uses: C, Z, Y, X, little-endian, in the type that they have on the training grid. */
  readonly sha256: string;
  readonly channels: number;
  readonly size: Size;
  readonly voxelSize: VoxelSize | null;
  /** One a channel, over the whole volume. */
  readonly statistics: readonly Pick<Statistics, 'mean' | 'std' | 'min' | 'max'>[];
  /** y = (x - offset) / scale, one a channel. */
  readonly normalization: readonly Affine[];
}

export interface FieldFacts {
  readonly signal: ImageFacts;
  readonly targets: readonly (ImageFacts & { readonly name: string })[];
  readonly weight: ImageFacts | null;
}

export interface PreparedField {
  readonly signal: StoredImage;
  /** One channel each, in the order of the sample's targets. */
  readonly targets: readonly StoredImage[];
  /** Mean 1 over the part that trains; null where every voxel counts alike. */
  readonly weight: StoredImage | null;
  /** Indices (z, y, x) of bright voxels of the targets inside the training part, where patches are drawn around such. */
  readonly foreground: Int32Array;
  readonly facts: FieldFacts;
  close(): Promise<void>;
}

export interface Preparation {
  readonly reading: ImageReading;
  readonly config: Pick<Config, 'network' | 'normalize' | 'voxelSize' | 'sampling' | 'seed'>;
  /** Null: voxels stay in memory. */
  readonly cache: VoxelCache | null;
  createSha256(): { update(bytes: Uint8Array): void; digest(): string };
}
