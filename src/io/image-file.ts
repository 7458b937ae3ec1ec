/** A file that has been opened: one or several images (scenes, series, positions). */
import type { ImageSource } from './source.ts';

export interface ImageFile {
  readonly images: readonly ImageSource[];
  /** Of all its images. */
  close(): Promise<void>;
}
