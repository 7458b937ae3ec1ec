/** A folder that a page may read in place: chosen by `showDirectoryPicker()`, or of the page's own storage. */
import { ImageError } from '../core/index.ts';
import { filesAndUrls, httpFiles, type Files } from '../io/index.ts';
import { openBlob } from './open-blob.ts';
import { join, split, trim } from './paths.ts';

/**
 * The files of a folder, by paths that begin with its name: `cells.zarr/0/zarr.json`. Nothing is listed before it is asked
 * for, so that a Zarr of a million files opens at once. A path `https://...` is a file of a web server, as in `browserFiles`.
 */
export function folderFiles(root: FileSystemDirectoryHandle): Files {
  return filesAndUrls(filesOf(root), httpFiles({ fetch }));
}

function filesOf(root: FileSystemDirectoryHandle): Files {
  async function find(path: string): Promise<FileSystemDirectoryHandle | FileSystemFileHandle | null> {
    const [first, ...names] = trim(path).split('/');
    let found: FileSystemDirectoryHandle | FileSystemFileHandle | null = first === root.name ? root : null;
    for (const name of names) found = found?.kind === 'directory' ? await child(path, found, name) : null;
    return found;
  }

  return {
    async kind(path) {
      const found = await find(path);
      return found && (found.kind === 'directory' ? 'folder' : 'file');
    },
    async list(folder) {
      const found = await find(folder);
      if (found?.kind !== 'directory') throw missing(root, folder, 'folder');
      const names: string[] = [];
      for await (const name of found.keys()) names.push(name);
      return names.sort();
    },
    async open(path) {
      const found = await find(path);
      if (found?.kind !== 'file') throw missing(root, path, 'file');
      const file = await found.getFile().catch((cause: unknown) => {
        throw unreadable(path, cause);
      });
      return openBlob(path, file);
    },
    split,
    join,
  };
}

/** What is called `name` in a folder, or null. Throws ImageError image/unreadable where the page may not look. */
async function child(
  path: string,
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemDirectoryHandle | FileSystemFileHandle | null> {
  try {
    return await folder.getFileHandle(name);
  } catch (cause) {
    const { name: reason } = cause as DOMException;
    if (reason === 'NotFoundError' || reason === 'TypeError') return null; // TypeError: no file can be called so
    if (reason !== 'TypeMismatchError') throw unreadable(path, cause);
    return folder.getDirectoryHandle(name).catch((gone: unknown) => {
      throw unreadable(path, gone);
    });
  }
}

function unreadable(path: string, cause: unknown): ImageError {
  return new ImageError('image/unreadable', {
    file: path,
    cause,
    what: `${path} cannot be read (${String(cause)}).`,
    remedy: 'Choose the folder again, and let the page read it.',
  });
}

function missing(root: FileSystemDirectoryHandle, path: string, kind: 'file' | 'folder'): ImageError {
  return new ImageError('image/missing', {
    file: path,
    what: `${path} is no ${kind} of the folder that this page was given.`,
    remedy: `Paths begin with its name: ${root.name}/...`,
  });
}
