/** A TIFF's pages, before anything is made of them. */
import { damaged, truncated } from '../refusals.ts';
import type { ByteSource } from '../source.ts';
import { DECODERS } from './decoders.ts';
import { directories, openTiffBytes, type Directory, type TiffBytes } from './directory.ts';
import { pageBytes, parsePage, type Page } from './page.ts';

export interface Tiff {
  readonly tiff: TiffBytes;
  /** Thumbnails too. */
  readonly pages: readonly Page[];
  readonly first: Directory;
}

/** Reads all directories. Throws ImageError: image/unsupported, image/damaged, image/truncated. */
export async function readTiff(bytes: ByteSource): Promise<Tiff> {
  const tiff = await openTiffBytes(bytes);
  const pages: Page[] = [];
  let first: Directory | null = null;
  for await (const directory of directories(tiff)) {
    first ??= directory;
    pages.push(await parsePage(tiff, directory, pages.length));
  }
  if (!first || !pages.some(({ format }) => format))
    throw damaged(bytes.name, 'this TIFF has no page.', { at: tiff.big ? 8 : 4 });
  requirePlausible(tiff, pages);
  return { tiff, pages, first };
}

/** All pages together cannot be more than the file's bytes can become. */
function requirePlausible({ bytes }: TiffBytes, pages: readonly Page[]): void {
  const total = pages.reduce((sum, { format }) => sum + (format ? pageBytes(format) : 0), 0);
  const ratio = Math.max(...pages.map(({ format }) => (format ? DECODERS[format.compression].ratio : 0)));
  if (total > bytes.size * ratio)
    throw truncated(
      bytes.name,
      `its ${pages.length} pages are ${total} bytes of pixels; a file of ${bytes.size} bytes cannot hold them.`,
      bytes.size,
    );
}
