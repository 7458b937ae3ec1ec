/** TIFFs that stand beside each other and are one image together: each is opened, and its pages read, when it is needed. */
import { ImageError } from '../../core/index.ts';
import { filePool } from '../file-pool.ts';
import { unsupported } from '../refusals.ts';
import type { ByteSource, Files } from '../source.ts';
import { readTiff, type Tiff } from './read-tiff.ts';

const MOST_OPEN = 8;

export interface TiffSet {
  /** A file of the set that is open already. */
  adopt(name: string, tiff: Tiff): void;
  /** Those of `names` that are no file of the folder; asked one by one, since folders of web servers cannot be listed. */
  absent(names: Iterable<string>): Promise<string[]>;
  /** Throws ImageError: image/missing, image/unsupported for what is no mere name, and what reading a TIFF throws. */
  tiff(name: string): Promise<Tiff>;
  /** A file beside them, to be read as a whole. Throws as `tiff` does. */
  bytes(name: string): Promise<ByteSource>;
  close(): Promise<void>;
}

/** @param file one of them: it says where they stand */
export function tiffSet(files: Files, file: string): TiffSet {
  const pool = filePool(files, MOST_OPEN);
  const { folder } = files.split(file);
  const tiffs = new Map<string, Promise<Tiff>>();
  const known = new Map<string, Promise<boolean>>();

  function isThere(name: string): Promise<boolean> {
    const earlier = known.get(name);
    if (earlier) return earlier;
    const asked = isName(name)
      ? files.kind(files.join(folder, name)).then((kind) => kind === 'file')
      : Promise.resolve(false);
    known.set(name, asked);
    asked.catch(() => known.delete(name)); // told to whoever asked; the next one tries again
    return asked;
  }

  async function absent(names: Iterable<string>): Promise<string[]> {
    const [all, found] = [[...names], [] as string[]];
    for (let from = 0; from < all.length; from += MOST_OPEN) {
      const some = all.slice(from, from + MOST_OPEN);
      const there = await Promise.all(some.map(isThere));
      found.push(...some.filter((_, i) => !there[i]));
    }
    return found;
  }

  async function bytes(name: string): Promise<ByteSource> {
    if (!isName(name))
      throw unsupported(
        file,
        `it refers to the file ${JSON.stringify(name.slice(0, 100))}, which is no name of a file beside it.`,
        'Put the files of the set in one folder, and save it with names alone.',
        'Files elsewhere are not opened on the word of a file.',
      );
    if (!(await isThere(name))) throw missing(file, [name]);
    return pool.source(files.join(folder, name));
  }

  return {
    adopt: (name, tiff) => void tiffs.set(name, Promise.resolve(tiff)),
    absent,
    bytes,
    tiff(name) {
      const earlier = tiffs.get(name);
      if (earlier) return earlier;
      const opened = bytes(name).then(readTiff);
      tiffs.set(name, opened);
      opened.catch(() => tiffs.delete(name)); // told to whoever asked; the next one tries again
      return opened;
    },
    close: () => pool.close(),
  };
}

/** Whether this is the name of a file, and no path. */
export function isName(name: string): boolean {
  return !/[\\/\0]/.test(name) && !['', '.', '..'].includes(name);
}

/** Files of a set that are not there. */
export function missing(file: string, names: readonly string[]): ImageError {
  const some = names
    .slice(0, 3)
    .map((name) => name.slice(0, 100))
    .join(', ');
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return new ImageError('image/missing', {
    file,
    what: `${file}: this image is a set of files, of which ${some}${more} ${names.length > 1 ? 'are' : 'is'} not beside it.`,
    why: 'Zeros would stand where planes are missing.',
    remedy: 'Put all files of the set in one folder, under the names that they had when they were made.',
  });
}
