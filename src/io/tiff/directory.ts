/**
 * TIFF's skeleton (Adobe TIFF 6.0, section 2; BigTIFF as libtiff has it): the header and the chain of directories.
 *
 * Nothing in a file is believed: every offset and length is checked against the file's size before anything is read or
 * allocated, and a chain that comes back to an earlier directory is refused.
 */
import type { ByteSource } from '../source.ts';
import { byteWindow } from '../byte-window.ts';
import { damaged, truncated, unsupported } from '../refusals.ts';

/** The values of one tag: where they stand. */
export interface Tag {
  readonly type: number;
  readonly count: number;
  readonly at: number;
}

export interface Directory {
  /** The byte where it stands. */
  readonly at: number;
  readonly tags: ReadonlyMap<number, Tag>;
}

/** A file whose header has been read. */
export interface TiffBytes {
  readonly bytes: ByteSource;
  readonly littleEndian: boolean;
  /** 64-bit offsets. */
  readonly big: boolean;
  readonly first: number;
  /** As `bytes.read`, but a view on shared memory, and quick for what lies close together. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

const BYTES_OF_TYPE: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};
const MAX_TAGS = 4096;
const MAX_DIRECTORIES = 2 ** 18;
const MAX_TEXT_BYTES = 2 ** 26;

/** Reads the header. Throws ImageError: image/damaged, image/truncated. */
export async function openTiffBytes(bytes: ByteSource): Promise<TiffBytes> {
  if (bytes.size < 8)
    throw truncated(bytes.name, `this TIFF has ${bytes.size} bytes, fewer than its header.`, bytes.size);
  const start = await bytes.read(0, Math.min(16, bytes.size));
  const littleEndian = start[0] === 0x49;
  const big = start[littleEndian ? 2 : 3] === 43;
  const view = viewOf(start);
  if (big && start.length < 16)
    throw truncated(bytes.name, `this BigTIFF has ${bytes.size} bytes, fewer than its header.`, bytes.size);
  if (big && (view.getUint16(4, littleEndian) !== 8 || view.getUint16(6, littleEndian) !== 0))
    throw damaged(bytes.name, 'the header is not that of a BigTIFF with 8-byte offsets.', { at: 4 });
  const first = big ? wide(bytes.name, view, 8, littleEndian) : view.getUint32(4, littleEndian);
  return { bytes, littleEndian, big, first, read: byteWindow(bytes) };
}

/** The directories in the order of the chain. Throws ImageError: image/damaged, image/truncated, image/unsupported. */
export async function* directories(tiff: TiffBytes): AsyncGenerator<Directory> {
  const { bytes, big, littleEndian } = tiff;
  const visited = new Set<number>();
  const [countBytes, entryBytes, nextBytes] = big ? [8, 20, 8] : [2, 12, 4];
  for (let at = tiff.first, next = 0; at !== 0; at = next) {
    if (visited.has(at))
      throw damaged(
        bytes.name,
        `page ${visited.size} is page ${[...visited].indexOf(at)} again: the directory at byte ${at}.`,
        { at },
      );
    if (visited.size === MAX_DIRECTORIES)
      throw unsupported(
        bytes.name,
        `it has more than ${MAX_DIRECTORIES} pages.`,
        'Split it into several files.',
        'So many are not kept in memory.',
      );
    visited.add(at);
    const place = `the directory of page ${visited.size - 1}, at byte ${at},`;
    if (at + countBytes > bytes.size)
      throw truncated(bytes.name, `${place} lies beyond the end, byte ${bytes.size}.`, at);
    const head = viewOf(await tiff.read(at, countBytes));
    const count = big ? wide(bytes.name, head, 0, littleEndian) : head.getUint16(0, littleEndian);
    if (count < 1 || count > MAX_TAGS) throw damaged(bytes.name, `${place} has ${count} tags.`, { at });
    const length = count * entryBytes + nextBytes;
    if (at + countBytes + length > bytes.size)
      throw truncated(bytes.name, `${place} goes on beyond the end, byte ${bytes.size}.`, at);
    const entries = viewOf(await tiff.read(at + countBytes, length));
    yield { at, tags: parseTags(tiff, entries, at + countBytes, count) };
    const pointer = count * entryBytes;
    next = big ? wide(bytes.name, entries, pointer, littleEndian) : entries.getUint32(pointer, littleEndian);
  }
}

function parseTags(
  { bytes, big, littleEndian }: TiffBytes,
  entries: DataView,
  start: number,
  count: number,
): Map<number, Tag> {
  const [entryBytes, valueAt, inlineBytes] = big ? [20, 12, 8] : [12, 8, 4];
  const tags = new Map<number, Tag>();
  for (let i = 0; i < count; i++) {
    const entry = i * entryBytes;
    const code = entries.getUint16(entry, littleEndian);
    const type = entries.getUint16(entry + 2, littleEndian);
    const size = BYTES_OF_TYPE[type];
    if (!size || tags.has(code)) continue; // of a type that is not known, or said twice
    const values = big
      ? Number(entries.getBigUint64(entry + 4, littleEndian))
      : entries.getUint32(entry + 4, littleEndian);
    const inline = values * size <= inlineBytes;
    const pointer = entry + valueAt;
    const at = inline
      ? start + pointer
      : big
        ? Number(entries.getBigUint64(pointer, littleEndian))
        : entries.getUint32(pointer, littleEndian);
    if (!Number.isSafeInteger(at) || !Number.isSafeInteger(values * size))
      throw damaged(bytes.name, `tag ${code} of the directory at byte ${start} points nowhere.`, { at: start + entry });
    tags.set(code, { type, count: values, at });
  }
  return tags;
}

/**
 * The first `most` values of a tag, or null where the directory has no such tag. Rationals come as their quotient.
 * Throws ImageError: image/truncated where they lie beyond the end of the file, image/damaged where they are no numbers.
 */
export async function readNumbers(tiff: TiffBytes, tag: Tag | undefined, most: number): Promise<Float64Array | null> {
  if (!tag) return null;
  const count = Math.min(tag.count, most);
  const size = BYTES_OF_TYPE[tag.type];
  const view = viewOf(await readTag(tiff, tag, count));
  const { littleEndian } = tiff;
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) numbers[i] = numberAt(view, i * size, tag.type, littleEndian);
  const { name } = tiff.bytes;
  if (tag.type >= 16 && numbers.some((number) => !Number.isSafeInteger(number)))
    throw damaged(name, `an offset or length at byte ${tag.at} is larger than any file.`, { at: tag.at });
  return numbers;
}

/** The first value of a tag, or `otherwise` where there is none. Throws as `readNumbers` does. */
export async function readNumber(tiff: TiffBytes, tag: Tag | undefined, otherwise: number): Promise<number> {
  return (await readNumbers(tiff, tag, 1))?.[0] ?? otherwise;
}

/** A text tag without what follows its end, or null where there is none. Throws as `readNumbers` does. */
export async function readText(tiff: TiffBytes, tag: Tag | undefined): Promise<string | null> {
  if (!tag) return null;
  if (tag.count > MAX_TEXT_BYTES)
    throw unsupported(
      tiff.bytes.name,
      `its description has ${tag.count} bytes; ${MAX_TEXT_BYTES} can be read.`,
      'Save it with less metadata.',
      'So much text is not an image.',
    );
  const bytes = await readTag(tiff, tag, tag.count);
  const end = bytes.indexOf(0);
  return decodeText(end < 0 ? bytes : bytes.subarray(0, end));
}

/** UTF-8, or what ImageJ and older programs of Windows write: one byte a letter. */
function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** `length` bytes of a structure that is no tag. Throws ImageError image/truncated. */
export async function readStructure({ bytes, read }: TiffBytes, at: number, length: number): Promise<DataView> {
  if (at + length > bytes.size)
    throw truncated(bytes.name, `${length} bytes at byte ${at} lie beyond its end, byte ${bytes.size}.`, at);
  return viewOf(await read(at, length));
}

/** The bytes of the first `count` values; all of them must be in the file. */
async function readTag({ bytes, read }: TiffBytes, tag: Tag, count: number): Promise<Uint8Array> {
  const size = BYTES_OF_TYPE[tag.type];
  if (tag.at + tag.count * size > bytes.size)
    throw truncated(
      bytes.name,
      `${tag.count * size} bytes of a directory should stand at byte ${tag.at}; the file has ${bytes.size}.`,
      tag.at,
    );
  return read(tag.at, count * size);
}

function numberAt(view: DataView, at: number, type: number, littleEndian: boolean): number {
  switch (type) {
    case 3:
      return view.getUint16(at, littleEndian);
    case 4:
    case 13:
      return view.getUint32(at, littleEndian);
    case 5:
      return view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, littleEndian);
    case 9:
      return view.getInt32(at, littleEndian);
    case 10:
      return view.getInt32(at, littleEndian) / view.getInt32(at + 4, littleEndian);
    case 11:
      return view.getFloat32(at, littleEndian);
    case 12:
      return view.getFloat64(at, littleEndian);
    case 16:
    case 18:
      return Number(view.getBigUint64(at, littleEndian));
    case 17:
      return Number(view.getBigInt64(at, littleEndian));
    default:
      return view.getUint8(at);
  }
}

/** A 64-bit number, which must be one that can be counted with. */
function wide(file: string, view: DataView, at: number, littleEndian: boolean): number {
  const value = view.getBigUint64(at, littleEndian);
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw damaged(file, `an offset in it is ${value}, larger than any file.`);
  return Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
