/**
 * ZIP archives (APPNOTE.TXT 6.3) in memory.
 *
 * Written: equal entries make equal bytes, whenever and wherever. Read: what another program could see otherwise, or what could
 * do harm, is refused before an entry is read: names that lead out of a folder, links, two entries of one name, entries that
 * overlap, bytes before or behind the archive, headers that contradict each other, more than an entry's bytes could become, encryption.
 */
import { Uint8ArrayReader, ZipReader, ZipWriter, type FileEntry } from '@zip.js/zip.js/lib/zip-core-native.js';
import { isUnstainedError, ModelError } from '../core/index.ts';
import { crc32 } from './crc32.ts';
import { DEFLATE_RATIO } from './zlib.ts';

export interface ZipEntry {
  /** With `/` between folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Numbers hardly become smaller, and stored ones are read faster. */
  readonly compress: boolean;
}

export interface Zip {
  /** Of files, in the order of the archive; folders are left out. */
  readonly names: readonly string[];
  /**
   * An entry's bytes, checked by their CRC-32. Throws ModelError: model/missing, model/damaged, or model/unsupported where there
   * are more than `mostBytes`.
   */
  read(name: string, mostBytes: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** More than any model package has; each costs memory before its name is known. */
const MOST_ENTRIES = 1000;
const STORED = 0;
const DEFLATED = 8;
/** A file's bytes begin after its local header, whose name repeats the directory's. */
const LOCAL_HEADER_BYTES = 30;

/** Workers would be started from a script that a bundle does not have, and cost more than such archives take. */
const HERE = { useWebWorkers: false } as const;

/** A whole archive; entries in the order that they are given in. */
export async function encodeZip(entries: readonly ZipEntry[]): Promise<Uint8Array<ArrayBuffer>> {
  const most = entries.reduce((sum, { name, bytes }) => sum + 1.01 * bytes.length + 6 * name.length + 300, 300);
  const { stream, bytes: written } = upTo(Math.ceil(most));
  const writer = new ZipWriter(stream, {
    ...HERE,
    extendedTimestamp: false,
    lastModDate: new Date(2020, 0, 1), // in local time, as ZIP keeps it: the same digits in every zone
    dataDescriptor: false, // some readers refuse stored entries that have one
    keepOrder: true,
  });
  for (const { name, bytes, compress } of entries)
    await writer.add(
      name,
      new Uint8ArrayReader(bytes),
      compress ? { level: 6, compressionMethod: DEFLATED } : storedAsItIs(bytes),
    );
  await writer.close();
  return written();
}

/** With size and checksum known beforehand the library writes an entry straight away, and keeps no copy of it. */
function storedAsItIs(bytes: Uint8Array): object {
  return {
    passThrough: true,
    level: 0,
    compressionMethod: STORED,
    uncompressedSize: bytes.length,
    crc32: crc32(bytes),
  };
}

/** What is in an archive. `file` is what messages call it. Throws ModelError: model/damaged, model/unsafe, model/unsupported. */
export async function openZip(bytes: Uint8Array, file: string): Promise<Zip> {
  const entries = new Map<string, FileEntry>();
  await told(file, async () => {
    const reader = new ZipReader(new Uint8ArrayReader(bytes), {
      ...HERE,
      strictness: 'strict',
      checkCrc32: true,
      checkOverlappingEntry: true,
    });
    let count = 0;
    for await (const entry of reader.getEntriesGenerator({ strictness: 'strict', filenameValidation: 'strict' })) {
      if (++count > MOST_ENTRIES) throw unsafe(file, `it has more than ${MOST_ENTRIES} entries`);
      const name = JSON.stringify(entry.filename.slice(0, 100));
      if (entry.symlink || isLink(entry.externalFileAttributes)) throw unsafe(file, `its entry ${name} is a link`);
      if (entry.directory) continue;
      if (entries.has(entry.filename)) throw unsafe(file, `two entries are called ${name}`);
      requireReadable(entry, name, file);
      entries.set(entry.filename, entry);
    }
    requireApart([...entries.values()], file);
  });
  return {
    names: [...entries.keys()],
    async read(name, mostBytes) {
      const entry = entries.get(name);
      if (!entry)
        throw new ModelError('model/missing', {
          file,
          what: `${file} has no ${name}; it has ${[...entries.keys()].slice(0, 20).join(', ') || 'nothing'}.`,
          why: 'A model package cannot be used without it.',
          remedy: 'Copy the package again from where it was made.',
        });
      if (entry.uncompressedSize > mostBytes)
        throw new ModelError('model/unsupported', {
          file,
          what: `${file}: ${name} has ${entry.uncompressedSize} bytes; up to ${mostBytes} are read.`,
          why: 'No model that can be used here needs as many.',
          remedy: 'Check that this is the right file.',
        });
      return told(file, async () => {
        const { stream, bytes: inside } = upTo(entry.uncompressedSize);
        await entry.getData(stream);
        if (inside().length < entry.uncompressedSize)
          throw new RangeError(`${inside().length} bytes come out where ${entry.uncompressedSize} were promised`);
        return inside();
      });
    },
  };
}

function requireReadable(entry: FileEntry, name: string, file: string): void {
  if (entry.encrypted) throw refused(file, `its entry ${name} is encrypted`);
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    throw refused(file, `its entry ${name} is compressed by method ${entry.compressionMethod}`);
  const most = entry.compressionMethod === STORED ? entry.compressedSize : entry.compressedSize * DEFLATE_RATIO;
  if (entry.uncompressedSize > most)
    throw unsafe(
      file,
      `its entry ${name} should become ${entry.uncompressedSize} bytes, out of ${entry.compressedSize}`,
    );
}

/** No byte belongs to two entries: that is how a small archive becomes a huge folder. */
function requireApart(entries: readonly FileEntry[], file: string): void {
  let [end, before] = [0, ''];
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
    if (entry.offset < end)
      throw unsafe(
        file,
        `its entries ${JSON.stringify(before.slice(0, 100))} and ${JSON.stringify(entry.filename.slice(0, 100))} overlap`,
      );
    end = entry.offset + LOCAL_HEADER_BYTES + entry.rawFilename.length + entry.compressedSize;
    before = entry.filename;
  }
}

/** Unix keeps a file's kind in the upper half of these. */
function isLink(attributes: number): boolean {
  return ((attributes >>> 16) & 0o170000) === 0o120000;
}

/** Takes bytes, up to `most` of them; `bytes` are those that came. */
function upTo(most: number): { readonly stream: WritableStream<Uint8Array>; bytes(): Uint8Array<ArrayBuffer> } {
  const bytes = new Uint8Array(most);
  let at = 0;
  const stream = new WritableStream<Uint8Array>({
    write(chunk) {
      if (at + chunk.length > most) throw new RangeError(`more than ${most} bytes come out`);
      bytes.set(chunk, at);
      at += chunk.length;
    },
  });
  return { stream, bytes: () => bytes.subarray(0, at) };
}

/** Whatever the library throws becomes a refusal. */
async function told<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isUnstainedError(cause)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError('model/damaged', {
      file,
      cause,
      what: `${file}: this ZIP archive is damaged: ${message.slice(0, 200)}.`,
      why: 'What it holds cannot be trusted.',
      remedy: 'Copy it again from where it was made.',
    });
  }
}

function unsafe(file: string, how: string): ModelError {
  return new ModelError('model/unsafe', {
    file,
    what: `${file}: this ZIP archive is not what it seems: ${how}.`,
    why: 'Such archives are made to mislead the program that opens them.',
    remedy: 'Ask whoever made it how; use only packages from people you know.',
  });
}

function refused(file: string, how: string): ModelError {
  return new ModelError('model/unsupported', {
    file,
    what: `${file}: ${how}.`,
    why: 'Stored and deflated entries can be read.',
    remedy: 'Pack it anew, without encryption.',
  });
}
