/** Paths that a Zarr's metadata name: always below the group that names them. */
import { unsupported } from '../refusals.ts';
import type { Files } from '../source.ts';
import { shown } from './json-file.ts';

/** `path`, with `/` between names, below `folder`. Throws ImageError image/unsupported for one that leads elsewhere. */
export function pathInside(files: Files, folder: string, path: string): string {
  const names = path.split('/');
  const safe = names.every((name) => name !== '' && name !== '.' && name !== '..' && !/[\\\0]/.test(name));
  if (safe) return names.reduce((at, name) => files.join(at, name), folder);
  throw unsupported(
    folder,
    `its metadata name the path ${shown(path)}, which does not lie below it.`,
    'Name the image alone.',
    'A file must not make this program read another.',
  );
}
