/** A text file of the user's. */
import { UsageError } from '../core/index.ts';
import type { World } from './world.ts';

/** No table of images is as large: an image that was given in its place is not read whole. */
const MOST_BYTES = 2 ** 26;

/** UTF-8, or UTF-16 with its mark. Throws ImageError image/missing, image/unreadable; UsageError usage/not-text. */
export async function readText({ files }: Pick<World, 'files'>, path: string): Promise<string> {
  const source = await files.open(path);
  try {
    if (source.size > MOST_BYTES)
      throw new UsageError('usage/not-text', {
        file: path,
        what: `${path} has ${source.size} bytes; a table has ${MOST_BYTES} at most.`,
        why: 'It is probably an image.',
        remedy: 'Give the table that lists the images, a CSV or TSV file.',
      });
    const bytes = await source.read(0, source.size);
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
    return new TextDecoder(encoding).decode(bytes);
  } finally {
    await source.close();
  }
}
