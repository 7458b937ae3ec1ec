/** The page of the test: reads images as a page does, and tells what came out. */
import { browserFiles, isUnstainedError, openImage } from '../../src/browser/index.ts';
import { storedBytes } from '../../src/io/index.ts';
import { readAll } from '../../src/io/testing/samples.ts';

/** The sha256 of the pixels of all images at `path`, or the code and the message of a refusal. */
async function outcome(path: string): Promise<string> {
  const chosen = [...document.querySelectorAll('input')].flatMap(({ files }) => [...(files ?? [])]);
  try {
    const { images, close } = await openImage(browserFiles(chosen), path);
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

Object.assign(globalThis, { outcome });
