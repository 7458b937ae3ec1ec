/** The ways in which an image is refused, so that all formats say them alike. */
import { ImageError } from '../core/index.ts';
import { quoted } from './shell-word.ts';

/** A kind of image that this program does not read. `what` names it; `remedy` is what to save or type instead. */
export function unsupported(file: string, what: string, remedy: string, why?: string): ImageError {
  return new ImageError('image/unsupported', {
    file,
    what: `${file}: ${what}`,
    why: why ?? 'Taken for something else it would become another picture.',
    remedy,
  });
}

/** Bytes that contradict themselves. `at` is the byte to blame. */
export function damaged(file: string, what: string, { at, cause }: { at?: number; cause?: unknown } = {}): ImageError {
  return new ImageError('image/damaged', {
    file,
    at,
    cause,
    what: `${file}: ${what}`,
    why: 'The file is damaged; its pixels cannot be trusted.',
    remedy: 'Copy it again from where it was made, or save it anew.',
  });
}

/** Data that should lie beyond the end of the file. `at` is where they should, or where the file ends. */
export function truncated(file: string, what: string, at?: number): ImageError {
  return new ImageError('image/truncated', {
    file,
    at,
    what: `${file}: ${what}`,
    why: 'Zeros would stand where data is missing.',
    remedy: 'Copy it again from where it was made.',
  });
}

/** What helps with files that other programs read. */
export function convertRemedy(file: string): string {
  const converted = file.replace(/(?<=[^/\\])\.[^./\\]*$/, '');
  return (
    `Convert it: bfconvert ${quoted(file)} ${quoted(`${converted}.ome.tif`)} (Bio-Formats' command line tools, ` +
    `https://www.openmicroscopy.org/bio-formats/downloads) or bioformats2raw ${quoted(file)} ${quoted(`${converted}.ome.zarr`)} ` +
    '(https://github.com/glencoesoftware/bioformats2raw), or open it in Fiji and save it as TIFF.'
  );
}
