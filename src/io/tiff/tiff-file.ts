/** A TIFF or BigTIFF that grows: pixels as they come, then all directories, whose first the header names last of all. */
import type { ByteSink } from '../source.ts';
import { encodeDirectory, type Field } from './write-directory.ts';

export interface TiffFile {
  /** Where `bytes` stand now. */
  append(bytes: Uint8Array): Promise<number>;
  /** A directory that only an offset leads to; where it stands. */
  appendDirectory(fields: readonly Field[]): Promise<number>;
  /** The pages, in this order, and the end of the file. */
  finish(pages: readonly (() => readonly Field[])[]): Promise<void>;
}

/** Nothing is written before the first bytes are appended. Its methods throw what the sink throws. */
export function createTiffFile(sink: ByteSink, big: boolean): TiffFile {
  let end = 0;
  const append = async (bytes: Uint8Array) => {
    const at = end;
    await sink.append(bytes);
    end += bytes.length;
    return at;
  };
  const begin = async () => {
    if (end === 0) await append(header(big));
  };
  const appendDirectory = async (fields: readonly Field[], last: boolean) => {
    if (end % 2) await append(new Uint8Array(1)); // directories begin at even bytes
    return append(encodeDirectory(fields, { at: end, big, last }));
  };
  return {
    async append(bytes) {
      await begin();
      return append(bytes);
    },
    appendDirectory: (fields) => appendDirectory(fields, true),
    async finish(pages) {
      let first = 0;
      for (const [index, fields] of pages.entries()) {
        const at = await appendDirectory(fields(), index === pages.length - 1);
        if (index === 0) first = at;
      }
      await sink.overwrite(big ? 8 : 4, offsetBytes(first, big));
      await sink.finish();
    },
  };
}

function header(big: boolean): Uint8Array {
  const bytes = new Uint8Array(big ? 16 : 8); // the offset of the first directory comes last
  bytes.set([0x49, 0x49, big ? 43 : 42, 0, big ? 8 : 0]);
  return bytes;
}

function offsetBytes(offset: number, big: boolean): Uint8Array {
  const bytes = new Uint8Array(big ? 8 : 4);
  const view = new DataView(bytes.buffer);
  if (big) view.setBigUint64(0, BigInt(offset), true);
  else view.setUint32(0, offset, true);
  return bytes;
}
