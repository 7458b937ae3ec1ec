/**
 * TIFF, BigTIFF, OME-TIFF, ImageJ's, MetaMorph's, Zeiss' and Micro-Manager's TIFF, both byte orders: strips and tiles of 1- to
 * 64-bit samples, as they are or with LZW, Deflate, zstd or PackBits, with predictors. What is not read is refused by name.
 */
import type { ImageFile } from '../image-file.ts';
import { convertRemedy, unsupported } from '../refusals.ts';
import type { ByteSource, Files } from '../source.ts';
import { blockReader } from './block-reader.ts';
import { readNumber, readText } from './directory.ts';
import { tiffImageSource, type TiffImage } from './image-source.ts';
import { imageJImage, isImageJ } from './imagej-layout.ts';
import { isLsm, lsmImages } from './lsm-layout.ts';
import { isNdtiff, ndtiffImages } from './ndtiff-layout.ts';
import { companionImages, omeImages } from './ome-layout.ts';
import { isOmeXml } from './ome-xml.ts';
import type { FullPage } from './page.ts';
import { plainImages } from './plain-layout.ts';
import { readTiff, type Tiff } from './read-tiff.ts';
import type { Resolution } from './resolution.ts';
import { isStk, stkImage } from './stk-layout.ts';
import { TAG } from './tags.ts';
import { tiffSet, type TiffSet } from './tiff-set.ts';

/** Reads the directories and the first description. Throws ImageError: image/unsupported, image/damaged, image/truncated. */
export async function openTiff(files: Files, bytes: ByteSource): Promise<ImageFile> {
  const { name } = files.split(bytes.name);
  return open(files, bytes, async (set) => layOut(await readTiff(bytes), name, set));
}

/** A `.companion.ome`: XML that says which pages of the TIFFs beside it are which planes. Throws as `openTiff` does. */
export async function openCompanion(files: Files, bytes: ByteSource): Promise<ImageFile> {
  const { name } = files.split(bytes.name);
  return open(files, bytes, (set) => companionImages(bytes, name, set));
}

async function open(
  files: Files,
  bytes: ByteSource,
  imagesOf: (set: TiffSet) => Promise<TiffImage[]>,
): Promise<ImageFile> {
  const set = tiffSet(files, bytes.name);
  const close = async () => {
    await set.close();
    await bytes.close();
  };
  try {
    const reader = blockReader();
    const images = [];
    for (const image of await imagesOf(set)) images.push(await tiffImageSource(bytes.name, image, reader, close));
    return { images, close };
  } catch (error) {
    await set.close();
    throw error;
  }
}

/** The first that fits, as the formats came one upon the other: OME-XML, a vendor's tags, ImageJ, plain pages. */
async function layOut(opened: Tiff, name: string, set: TiffSet): Promise<TiffImage[]> {
  const { tiff, first } = opened;
  const pages: FullPage[] = opened.pages.flatMap((page) => (page.format ? [{ page, format: page.format }] : []));
  const description = (await readText(tiff, first.tags.get(TAG.description))) ?? '';
  if (isOmeXml(description)) return omeImages(description, opened, name, set);
  if (isStk(first)) return [await stkImage(tiff, first, pages)];
  if (isLsm(first)) return lsmImages(tiff, first, pages);
  if (first.tags.has(TAG.fluoView)) {
    const file = tiff.bytes.name;
    throw unsupported(
      file,
      'this is an Olympus FluoView file, whose pages are not simply planes.',
      convertRemedy(file),
    );
  }
  const one = (code: number, otherwise: number) => readNumber(tiff, first.tags.get(code), otherwise);
  const resolution: Resolution = {
    unit: await one(TAG.resolutionUnit, 2),
    y: await one(TAG.yResolution, NaN),
    x: await one(TAG.xResolution, NaN),
  };
  if (isImageJ(description)) return [await imageJImage(description, tiff, pages, resolution)];
  if (isNdtiff(pages)) {
    set.adopt(name, opened);
    return ndtiffImages(opened, pages, name, set);
  }
  return plainImages(tiff, pages, resolution);
}
