/** The page of the test: reads images as a page does, and tells what came out. */
import { browserFiles, folderFiles, isUnstainedError, openImage, type Files } from '../../src/browser/index.ts';
import { storedBytes } from '../../src/io/index.ts';
import { readAll } from '../../src/io/testing/samples.ts';

/** What comes of `path`, of the files that were chosen or of the web. */
async function outcome(path: string): Promise<string> {
  return pixelsOf(
    browserFiles([...document.querySelectorAll('input')].flatMap(({ files }) => [...(files ?? [])])),
    path,
  );
}

/** What comes of `path` in the page's own storage, once files of the page's server are there. */
async function outcomeInStorage(path: string, files: readonly string[]): Promise<string> {
  const root = await navigator.storage.getDirectory();
  const top = await root.getDirectoryHandle('storage', { create: true });
  for (const file of files) {
    const [name, ...folders] = file.split('/').reverse();
    let folder = top;
    for (const inner of folders.reverse()) folder = await folder.getDirectoryHandle(inner, { create: true });
    const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await writable.write(await (await fetch(encodeURI(file))).blob());
    await writable.close();
  }
  return pixelsOf(folderFiles(top), `storage/${path}`);
}

/** The sha256 of the pixels of all images at `path`, or the code and the message of a refusal. */
async function pixelsOf(files: Files, path: string): Promise<string> {
  try {
    const { images, close } = await openImage(files, path);
    const parts: Uint8Array[] = [];
    for (const image of images)
      for (const samples of await readAll(image)) parts.push(storedBytes(image.type, samples).slice());
    await close();
    const digest = await crypto.subtle.digest('SHA-256', await new Blob(parts as BlobPart[]).arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch (error) {
    if (isUnstainedError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}

Object.assign(globalThis, { outcome, outcomeInStorage });
