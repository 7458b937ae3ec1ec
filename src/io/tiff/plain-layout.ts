/** TIFF without a word on its axes: pages are taken as z, and that is said. Pages of unlike size or type are several images. */
import { channelWith } from '../source.ts';
import { voxelSizeOf } from '../units.ts';
import { readText, type TiffBytes } from './directory.ts';
import { alike, type TiffImage } from './image-source.ts';
import type { FullPage } from './page.ts';
import { plainPixelSize, type Resolution } from './resolution.ts';
import { isShaped, shapedImage } from './shaped-layout.ts';

/** @param pages without thumbnails, all as fine as the first one. Throws ImageError as `shapedImage` does. */
export async function plainImages(
  tiff: TiffBytes,
  pages: readonly FullPage[],
  resolution: Resolution,
): Promise<TiffImage[]> {
  const images: TiffImage[] = [];
  for (const { description, section } of await sections(tiff, pages)) {
    const groups: FullPage[][] = [];
    for (const full of section) {
      const group = groups.find(([first]) => alike(first.format, full.format));
      if (group) group.push(full);
      else groups.push([full]);
    }
    const shaped = groups.length === 1 ? await shapedImage(tiff, section, description, resolution) : null;
    if (shaped) images.push(shaped);
    else for (const group of groups) images.push(plainImage(tiff, group, resolution));
  }
  if (images.length === 1) return images;
  return images.map((image, i) => {
    const note = `its pages are of several kinds, read as ${images.length} images: this is the ${ordinal(i)}`;
    return { ...image, notes: [...image.notes, note] };
  });
}

/** tifffile begins each image of its own with a description; files of others are one section. */
async function sections(
  tiff: TiffBytes,
  pages: readonly FullPage[],
): Promise<{ description: string; section: FullPage[] }[]> {
  const found = [{ description: (await readText(tiff, pages[0].page.description)) ?? '', section: [pages[0]] }];
  const shaped = isShaped(found[0].description);
  for (const full of pages.slice(1)) {
    const description = shaped && full.page.description ? await readText(tiff, full.page.description) : null;
    if (description !== null && isShaped(description)) found.push({ description, section: [full] });
    else found[found.length - 1].section.push(full);
  }
  return found;
}

function plainImage(tiff: TiffBytes, pages: readonly FullPage[], resolution: Resolution): TiffImage {
  const notes = [];
  if (pages.length > 1) notes.push(`its ${pages.length} pages were taken as z: the file does not say what they are`);
  const { y, x } = plainPixelSize(resolution);
  return {
    name: '',
    format: 'TIFF',
    times: 1,
    timeStep: null,
    channels: [channelWith()],
    planes: pages.length,
    voxelSize: voxelSizeOf(null, y, x),
    notes,
    plane: (_time, _channel, z) => ({ tiff, ...pages[z], shift: 0 }),
  };
}

function ordinal(index: number): string {
  return ['first', 'second', 'third'][index] ?? `${index + 1}th`;
}
