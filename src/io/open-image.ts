/** Opens an image by what is in it, never by its name; the reader of a format is loaded when a file needs it. */
import { ImageError } from '../core/index.ts';
import type { ImageFile } from './image-file.ts';
import { isPattern, openFolder, openPattern } from './plane-stack.ts';
import { convertRemedy, unsupported } from './refusals.ts';
import type { ByteSource, Files } from './source.ts';

interface Format {
  /** Whether the first bytes of a file (`START_BYTES`, or all) are this format's. */
  fits(start: Uint8Array): boolean;
  load(): Promise<(files: Files, bytes: ByteSource) => Promise<ImageFile>>;
}

const START_BYTES = 128;
const at =
  (offset: number, ...signature: number[]) =>
  (start: Uint8Array) =>
    signature.every((byte, i) => start[offset + i] === byte);
const begins = (...signature: number[]) => at(0, ...signature);
const text = (signature: string) => begins(...new TextEncoder().encode(signature));
const tiff = [
  begins(0x49, 0x49, 42, 0),
  begins(0x4d, 0x4d, 0, 42),
  begins(0x49, 0x49, 43, 0),
  begins(0x4d, 0x4d, 0, 43),
];
const xml = [text('<?xml'), text('\ufeff<?xml'), text('<OME')];

const FORMATS: readonly Format[] = [
  {
    fits: (start) => tiff.some((fits) => fits(start)),
    load: async () => (await import('./tiff/open-tiff.ts')).openTiff,
  },
  {
    fits: (start) => xml.some((fits) => fits(start)),
    load: async () => (await import('./tiff/open-tiff.ts')).openCompanion,
  },
  { fits: begins(137, 80, 78, 71, 13, 10, 26, 10), load: async () => (await import('./png-image.ts')).openPng },
];

/** Formats that are known by their first bytes and not read. */
const REFUSED: readonly { readonly name: string; fits(start: Uint8Array): boolean }[] = [
  { name: 'Zeiss CZI', fits: text('ZISRAWFILE') },
  { name: 'Nikon ND2', fits: begins(0xda, 0xce, 0xbe, 0x0a) },
  { name: 'Leica LIF', fits: begins(0x70, 0, 0, 0) },
  { name: 'DeltaVision', fits: at(96, 0xa0, 0xc0) },
  { name: 'DeltaVision', fits: at(96, 0xc0, 0xa0) },
  { name: 'JPEG', fits: begins(0xff, 0xd8, 0xff) },
  { name: 'JPEG 2000', fits: begins(0, 0, 0, 12, 0x6a, 0x50) },
  { name: 'GIF', fits: text('GIF8') },
  { name: 'BMP', fits: text('BM') },
  { name: 'HDF5 (Imaris)', fits: begins(0x89, 0x48, 0x44, 0x46) },
  { name: 'ZIP', fits: text('PK') },
];

/**
 * Opens a file, a folder of PNGs, or a pattern as `phase_z{z}.png`; samples are read when they are asked for.
 * Throws ImageError: image/missing, image/unsupported, image/damaged, image/truncated, each naming the file and what to do.
 */
export async function openImage(files: Files, path: string): Promise<ImageFile> {
  const kind = await files.kind(path);
  if (kind === 'folder') return openFolder(files, path, (plane) => openFile(files, plane));
  if (kind === null && isPattern(files, path)) return openPattern(files, path, (plane) => openFile(files, plane));
  return openFile(files, path); // what is missing is told by who looked for it
}

async function openFile(files: Files, path: string): Promise<ImageFile> {
  const bytes = await files.open(path);
  try {
    const start = await bytes.read(0, Math.min(START_BYTES, bytes.size));
    const format = FORMATS.find(({ fits }) => fits(start));
    if (!format) throw notRead(path, start);
    const open = await format.load();
    return await open(files, bytes);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

function notRead(path: string, start: Uint8Array): ImageError {
  if (start.length === 0)
    return new ImageError('image/truncated', {
      file: path,
      at: 0,
      what: `${path}: this file is empty.`,
      remedy: 'Copy it again from where it was made.',
    });
  const name = REFUSED.find(({ fits }) => fits(start))?.name;
  return unsupported(
    path,
    name
      ? `this is a ${name} file, which is not read.`
      : 'its first bytes are those of no image format that is read (TIFF, OME-TIFF, PNG).',
    convertRemedy(path),
    'A guess would make another picture of it.',
  );
}
