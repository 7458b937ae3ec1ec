/**
 * Zarr 2 and 3 in a folder, or wherever `Files` reach: OME-Zarr 0.1 to 0.5, the layouts of bioformats2raw, plates and wells,
 * and plain arrays. A path inside (`x.zarr/0`, `x.zarr/A/1`) is a Zarr of its own. What is not read is refused by its name:
 * data-type.ts, byte-codecs.ts, array-v3.ts. Raw chunks and those of Blosc, LZ4 and plain zstd carry no checksum: a flipped
 * byte in them cannot be seen by anyone.
 */
import { ImageError } from '../../core/index.ts';
import type { ImageFile } from '../image-file.ts';
import { unsupported } from '../refusals.ts';
import { shellWord } from '../shell-word.ts';
import type { Files, ImageSource } from '../source.ts';
import { plateImages, seriesImages, wellImages } from './collections.ts';
import { groupImage, plainImage } from './group-image.ts';
import { ngffOf } from './ngff.ts';
import { METADATA_NAMES, readNode, type ZarrNode } from './node.ts';

/** Whether a Zarr stands at `path`; folders need not be listed for it. */
export async function isZarr(files: Files, path: string): Promise<boolean> {
  for (const name of METADATA_NAMES) if ((await files.kind(files.join(path, name))) === 'file') return true;
  return false;
}

/** Reads metadata only. Throws ImageError: image/missing, image/unsupported, image/damaged, image/truncated. */
export async function openZarr(files: Files, path: string): Promise<ImageFile> {
  const node = await readNode(files, path);
  if (!node)
    throw new ImageError('image/missing', {
      file: path,
      what: `${path}: there is no Zarr (none of ${METADATA_NAMES.join(', ')}).`,
      remedy: 'Name the folder of a Zarr group or array.',
    });
  const images = await imagesOf(files, path, node);
  return { images, close: async () => {} };
}

async function imagesOf(files: Files, path: string, node: ZarrNode): Promise<ImageSource[]> {
  if (node.array) return [plainImage(files, path, node.array)];
  const image = await groupImage(files, path, node);
  if (image) return [image];
  const ngff = ngffOf(node.attributes);
  if (ngff['plate']) return plateImages(files, path, node);
  if (ngff['well']) return wellImages(files, path, node);
  if (ngff['bioformats2raw.layout'] !== undefined) return seriesImages(files, path, node);
  throw await noImage(files, path);
}

const MOST_NAMED = 20;

async function noImage(files: Files, path: string): Promise<ImageError> {
  const names = (await files.kind(path)) === 'folder' ? await files.list(path) : [];
  const inside: string[] = [];
  for (const name of names.slice(0, 10 * MOST_NAMED))
    if (inside.length < MOST_NAMED && (await isZarr(files, files.join(path, name)))) inside.push(name);
  return unsupported(
    path,
    `this Zarr group is no image: its metadata name no multiscales.${inside.length > 0 ? ` In it are ${inside.join(', ')}.` : ''}`,
    `Name an image or array in it: ${shellWord(files.join(path, inside[0] ?? 'NAME'))}`,
    'Which of its arrays is meant cannot be told.',
  );
}
