/**
 * TIFF, BigTIFF, OME-TIFF and ImageJ's TIFF, both byte orders: strips and tiles of 8- to 64-bit samples, as they are or with
 * LZW, Deflate or PackBits, with predictors. What is not read is refused by name (page.ts, decoders.ts, VENDORS below).
 */
import type { ImageFile } from '../image-file.ts';
import { convertRemedy, damaged, truncated, unsupported } from '../refusals.ts';
import type { ByteSource, Files } from '../source.ts';
import { blockReader, type ReadBlock } from './block-reader.ts';
import { DECODERS } from './decoders.ts';
import { directories, openTiffBytes, readNumber, readText, type Directory, type TiffBytes } from './directory.ts';
import { tiffImageSource, type TiffImage } from './image-source.ts';
import { imageJImage, isImageJ } from './imagej-layout.ts';
import { omeImages } from './ome-layout.ts';
import { isOmeXml } from './ome-xml.ts';
import { blockGrid, pageBytes, parsePage, TAG, type Page } from './page.ts';
import { plainImage, type Resolution } from './plain-layout.ts';

/** Tags by which programs mark files whose pages are not what they seem. */
const VENDORS: Readonly<Record<number, string>> = {
  33628: 'MetaMorph STK',
  33629: 'MetaMorph STK',
  34361: 'Olympus FluoView',
  34412: 'Zeiss LSM',
  51123: 'NDTiff (Micro-Manager)',
};
/** RGB is looked at while it is opened, so that a color image is refused then and not in the middle of the work. */
const MAX_LOOK_BYTES = 2 ** 26;

/** Reads the directories and the first description. Throws ImageError: image/unsupported, image/damaged, image/truncated. */
export async function openTiff(files: Files, bytes: ByteSource): Promise<ImageFile> {
  const file = bytes.name;
  const tiff = await openTiffBytes(bytes);
  const pages: Page[] = [];
  let first: Directory | null = null;
  for await (const directory of directories(tiff)) {
    first ??= directory;
    pages.push(await parsePage(tiff, directory, pages.length));
  }
  if (!first || !pages.some(({ format }) => format))
    throw damaged(file, 'this TIFF has no page.', { at: tiff.big ? 8 : 4 });
  requirePlausible(tiff, pages);

  const images = await layOut(tiff, pages, first, files.split(file).name);
  const readBlock = blockReader(tiff);
  for (const image of images) await refuseColor(image, readBlock);
  const close = () => bytes.close();
  return { images: images.map((image) => tiffImageSource(file, image, readBlock, close)), close };
}

/** The first that fits, as the formats came one upon the other: OME-XML, a vendor's tags, ImageJ, plain pages. */
async function layOut(
  tiff: TiffBytes,
  pages: readonly Page[],
  { tags }: Directory,
  name: string,
): Promise<TiffImage[]> {
  const file = tiff.bytes.name;
  const description = (await readText(tiff, tags.get(TAG.description))) ?? '';
  if (isOmeXml(description)) return omeImages(description, file, name, pages);
  const vendor = [...tags.keys()].map((code) => VENDORS[code]).find(Boolean);
  if (vendor)
    throw unsupported(file, `this is a ${vendor} file, whose pages are not simply planes.`, convertRemedy(file));
  const one = (code: number, otherwise: number) => readNumber(tiff, tags.get(code), otherwise);
  const resolution: Resolution = {
    unit: await one(TAG.resolutionUnit, 2),
    y: await one(TAG.yResolution, NaN),
    x: await one(TAG.xResolution, NaN),
  };
  const planes = pages.filter(({ format }) => format);
  if (!isImageJ(description)) return [plainImage(file, planes, resolution)];
  const firstOffset = await readNumber(tiff, planes[0].offsets, 0); // parsePage has seen that they are there
  return [imageJImage(description, file, tiff.bytes.size, planes, firstOffset, resolution)];
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

async function refuseColor({ plane }: TiffImage, readBlock: ReadBlock): Promise<void> {
  const place = plane(0, 0, 0);
  if (place.format.samples === 1) return;
  const { across, down } = blockGrid(place.format);
  let looked = 0;
  for (let i = 0; i < across * down && looked < MAX_LOOK_BYTES; i++) looked += (await readBlock(place, i)).byteLength;
}
