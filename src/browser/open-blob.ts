/** A blob of a page, such as a file that was chosen, as bytes of a file. */
import { ImageError } from '../core/index.ts';
import type { ByteSource } from '../io/index.ts';

/** Reads throw ImageError: image/truncated, image/unreadable where the file is no longer what was chosen. */
export function openBlob(path: string, blob: Blob): ByteSource {
  const { size } = blob;
  return {
    name: path,
    size,
    async read(offset, length) {
      if (offset + length > size)
        throw new ImageError('image/truncated', {
          file: path,
          at: size,
          what: `${path}: bytes up to ${offset + length} were to be read; the file ends at ${size}.`,
          why: 'Zeros would stand where data is missing.',
          remedy: 'Copy it again from where it was made.',
        });
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        throw new ImageError('image/unreadable', {
          file: path,
          cause,
          what: `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`,
          why: 'A page may read a file only as it was when it was chosen.',
          remedy: 'Choose it again.',
        });
      }
    },
    async close() {},
  };
}
