/** Planes that follow each other in the file under one directory: how ImageJ, tifffile and MetaMorph save many planes. */
import { truncated, unsupported } from '../refusals.ts';
import type { PlanePlace } from './block-reader.ts';
import { isUncompressed } from './decoders.ts';
import type { TiffBytes } from './directory.ts';
import { blockGrid, blockRowBytes, pageBytes, readBlockTable, type Page } from './page.ts';

/**
 * The planes of one page, `count` of them, by index.
 * Throws ImageError: image/unsupported where they are not stored as they are, image/truncated where the file ends before.
 */
export async function consecutivePlanes(
  tiff: TiffBytes,
  page: Page,
  count: number,
  said: string,
): Promise<(index: number) => PlanePlace> {
  const { name, size } = tiff.bytes;
  const { format } = page;
  const asTheyAre = format && isUncompressed(format.compression) && !format.tiled && !format.planar;
  const table = asTheyAre ? await readBlockTable(tiff, page, format) : null;
  const strips = asTheyAre ? blockGrid(format).down : 0;
  const stripBytes = asTheyAre ? format.blockHeight * blockRowBytes(format) : 0;
  const gap = table?.offsets.subarray(0, strips).findIndex((offset, i) => offset !== table.offsets[0] + i * stripBytes);
  if (!format || !table || gap !== -1)
    throw unsupported(
      name,
      `${said} ${count} images, and it has one page, which is not stored as it is in one piece.`,
      'Open it in Fiji and save it again.',
      'Where the other images are cannot be known.',
    );
  const planeBytes = pageBytes(format);
  const end = table.offsets[0] + count * planeBytes;
  if (end > size) throw truncated(name, `its ${count} images end at byte ${end}; the file has ${size}.`, size);
  return (index) => ({ tiff, page, format, shift: index * planeBytes });
}
