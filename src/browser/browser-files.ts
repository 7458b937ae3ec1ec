/** Files that a page was given, by a file input, a drop or a folder, and files of web servers by their addresses. */
import { ImageError, UsageError } from '../core/index.ts';
import { filesAndUrls, httpFiles, type Files } from '../io/index.ts';
import { openBlob } from './open-blob.ts';
import { join, split, trim } from './paths.ts';

/**
 * The files of a file input (`input.files`) under their names, or under their paths where a folder was chosen
 * (`webkitdirectory`); blobs from elsewhere as a map from path, `/` between names. Nothing is read before it is asked for.
 * A path `https://...` is a file of a web server, which has to let other sites read it (CORS).
 *
 * Throws UsageError usage/same-name where two files have one path: neither must stand in for the other.
 */
export function browserFiles(files: Iterable<File> | ReadonlyMap<string, Blob> = []): Files {
  return filesAndUrls(filesOf(files), httpFiles({ fetch }));
}

function filesOf(files: Iterable<File | readonly [string, Blob]>): Files {
  const blobs = new Map<string, Blob>();
  const folders = new Map([['', new Set<string>()]]); // the names in each
  for (const file of files) {
    const [given, blob] = file instanceof Blob ? [file.webkitRelativePath || file.name, file] : file;
    const path = trim(given);
    if (blobs.has(path)) throw sameName(path);
    blobs.set(path, blob);
    for (let { folder, name } = split(path); name !== ''; { folder, name } = split(folder))
      folders.set(folder, (folders.get(folder) ?? new Set()).add(name));
  }
  return {
    kind: async (path) => (blobs.has(trim(path)) ? 'file' : folders.has(trim(path)) ? 'folder' : null),
    async list(folder) {
      const names = folders.get(trim(folder));
      if (!names) throw missing(folder, 'folder', [...folders.keys()]);
      return [...names].sort();
    },
    async open(path) {
      const blob = blobs.get(trim(path));
      if (!blob) throw missing(path, 'file', [...blobs.keys()]);
      return openBlob(path, blob);
    },
    split,
    join,
  };
}

function sameName(path: string): UsageError {
  return new UsageError('usage/same-name', {
    what: `Two of the files are called ${path}.`,
    why: 'One would be taken for the other.',
    remedy: 'Choose them one after the other, or the folder that has both.',
  });
}

function missing(path: string, kind: 'file' | 'folder', paths: readonly string[]): ImageError {
  const some = paths.filter(Boolean).slice(0, 3).join(', ');
  return new ImageError('image/missing', {
    file: path,
    what: `${path} is no ${kind} that this page was given.`,
    remedy: some ? `It was given ${some}${paths.length > 3 ? ', ...' : ''}.` : `Choose a ${kind} first.`,
  });
}
