/** A text file of the user's. */
import type { World } from './world.ts';

/** UTF-8, or UTF-16 with its mark. Throws ImageError image/missing, image/unreadable. */
export async function readText({ files }: Pick<World, 'files'>, path: string): Promise<string> {
  const source = await files.open(path);
  try {
    const bytes = await source.read(0, source.size);
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
    return new TextDecoder(encoding).decode(bytes);
  } finally {
    await source.close();
  }
}
