/** Opens an image by what is in it, never by its name; the reader of a format is loaded when a file needs it. */
import { ImageError } from '../core/index.ts';
import { parseAxes, withAxes } from './axes.ts';
import type { ImageFile } from './image-file.ts';
import { isPattern, openFolder, openPattern } from './plane-stack.ts';
import { convertRemedy, unsupported } from './refusals.ts';
import type { ByteSource, Converter, Files } from './source.ts';
import { begins, isDisguised, isText, START_BYTES, textAt, unreadFormat, type Signature } from './unread-formats.ts';
import { viewOf } from './views/view.ts';

export interface OpenOptions {
  /** What the planes are, where the file does not say or is wrong: `TYX`, `T3C2ZYX` (see `parseAxes`). Null: as it says. */
  readonly axes?: string | null;
  /** For formats that are not read here; null or nothing: they are refused. */
  readonly converter?: Converter | null;
  /** Stops a conversion. */
  readonly signal?: AbortSignal;
  /** Told while a conversion is under way. */
  readonly onNote?: (note: string) => void;
}

interface Format {
  /** Whether the first bytes of a file (`START_BYTES`, or all) are this format's. */
  readonly fits: Signature;
  load(): Promise<(files: Files, bytes: ByteSource) => Promise<ImageFile>>;
}

const tiff = [
  begins(0x49, 0x49, 42, 0),
  begins(0x4d, 0x4d, 0, 42),
  begins(0x49, 0x49, 43, 0),
  begins(0x4d, 0x4d, 0, 43),
];
const xml = ['<?xml', '\ufeff<?xml', '<OME'].map((start) => textAt(0, start));

const FORMATS: readonly Format[] = [
  {
    fits: (start) => tiff.some((fits) => fits(start)) && !isDisguised(start),
    load: async () => (await import('./tiff/open-tiff.ts')).openTiff,
  },
  { fits: textAt(0, 'ZISRAWFILE'), load: async () => (await import('./czi/open-czi.ts')).openCzi },
  {
    fits: (start) => xml.some((fits) => fits(start)),
    load: async () => (await import('./tiff/open-tiff.ts')).openCompanion,
  },
  { fits: begins(137, 80, 78, 71, 13, 10, 26, 10), load: async () => (await import('./png-image.ts')).openPng },
];

/**
 * Opens a file, the folder of a Zarr, a folder of PNGs or TIFFs of one plane each, or a pattern as `T{t}_C{c}_Z{z}.tif`; samples
 * are read when they are asked for. What is not read here and may come from a microscope goes through `converter`.
 * Throws ImageError: image/missing, image/unsupported, image/damaged, image/truncated, each naming the file and what to do;
 * UsageError usage/axes; and what the converter throws.
 */
export async function openImage(files: Files, path: string, options: OpenOptions = {}): Promise<ImageFile> {
  const axes = options.axes ? parseAxes(options.axes) : null;
  const file = await openPath(files, path, options);
  if (!axes) return file;
  try {
    return { ...file, images: file.images.map((image) => withAxes(image, axes)) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openPath(files: Files, path: string, options: OpenOptions): Promise<ImageFile> {
  const kind = await files.kind(path);
  if (kind !== 'file') {
    const { isZarr, openZarr } = await import('./zarr/open-zarr.ts');
    if (await isZarr(files, path)) return openZarr(files, path); // where folders cannot be asked for, too
  }
  const openPlane = (plane: string) => openFile(files, plane, {});
  if (kind === 'folder') return openFolder(files, path, openPlane);
  if (kind === null && isPattern(files, path)) return openPattern(files, path, openPlane);
  return openFile(files, path, options); // what is missing is told by who looked for it
}

async function openFile(files: Files, path: string, options: OpenOptions): Promise<ImageFile> {
  const bytes = await files.open(path);
  try {
    const start = await bytes.read(0, Math.min(START_BYTES, bytes.size));
    const format = FORMATS.find(({ fits }) => fits(start));
    if (format) {
      const open = await format.load();
      return await open(files, bytes);
    }
    const converted = await openConverted(files, path, start, options);
    if (!converted) throw notRead(path, start);
    await bytes.close();
    return converted;
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/**
 * The image that the user's converter makes of the file; null where there is none, or nothing that it should be tried on:
 * pictures of the web, archives and text would be "read" as something that nobody recorded.
 */
async function openConverted(
  files: Files,
  path: string,
  start: Uint8Array,
  { converter, signal, onNote }: OpenOptions,
): Promise<ImageFile | null> {
  const known = unreadFormat(start);
  const isWorthTrying = known ? known.isMicroscopy : start.length > 0 && !isText(start);
  const converted = isWorthTrying ? await converter?.convert(path, { signal, onNote }) : null;
  if (!converted) return null;
  const { close, images } = await openPath(files, converted.path, {});
  const name = known?.name ?? 'unknown format';
  return {
    close,
    images: images.map((image) =>
      viewOf(image, {
        file: path,
        format: `${name} (through ${converted.through})`,
        notes: [...image.notes, `it was converted by ${converted.through}: its pixels are what that made of them`],
      }),
    ),
  };
}

const BY_ITSELF =
  'Where bfconvert or bioformats2raw is on the PATH, or named by UNSTAINED_BFCONVERT or UNSTAINED_BIOFORMATS2RAW, this is done when the file is opened.';

function notRead(path: string, start: Uint8Array): ImageError {
  if (start.length === 0)
    return new ImageError('image/truncated', {
      file: path,
      at: 0,
      what: `${path}: this file is empty.`,
      remedy: 'Copy it again from where it was made.',
    });
  const { name, isMicroscopy, remedy = convertRemedy(path) } = unreadFormat(start) ?? {};
  return unsupported(
    path,
    name
      ? `this is ${/^[AEIOX]/.test(name) ? 'an' : 'a'} ${name} file, which is not read${isMicroscopy ? ': convert it to OME-TIFF first' : ''}.`
      : 'its first bytes are those of no image format that is read (TIFF, CZI, OME-Zarr, PNG).',
    isMicroscopy ? `${remedy} ${BY_ITSELF}` : remedy,
    'A guess would make another picture of it.',
  );
}
