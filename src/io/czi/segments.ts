/**
 * A CZI's skeleton (ZISRAW, the "CZI file format" of Zeiss, as libCZI reads it): the header, and segments that it points to.
 *
 * Nothing in a file is believed: what lies beyond its end, and what contradicts itself, is refused before it is read.
 */
import { byteWindow } from '../byte-window.ts';
import { convertRemedy, damaged, truncated, unsupported } from '../refusals.ts';
import type { ByteSource } from '../source.ts';

/** A file whose header has been read. */
export interface CziBytes {
  readonly bytes: ByteSource;
  /** As `bytes.read`, but a view on shared memory, and quick for what lies close together. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
  /** Where the directory of subblocks stands. */
  readonly directory: number;
  /** Where the metadata stand; null where there are none. */
  readonly metadata: number | null;
}

export interface Segment {
  /** Where its data begin. */
  readonly data: number;
  /** Bytes of its data; 0 in early files, which do not say. */
  readonly used: number;
}

export const SEGMENT_HEADER_BYTES = 32;
const FILE_HEADER_BYTES = SEGMENT_HEADER_BYTES + 80;

/** What to do with a CZI of a kind that is not read. */
export function cziRemedy(file: string): string {
  return `In ZEN, save it as a CZI without compression or with Zstd, or export it as OME-TIFF. ${convertRemedy(file)}`;
}

/** Reads the header. Throws ImageError: image/unsupported, image/damaged, image/truncated. */
export async function openCziBytes(bytes: ByteSource): Promise<CziBytes> {
  const file = bytes.name;
  if (bytes.size < FILE_HEADER_BYTES)
    throw truncated(file, `this CZI has ${bytes.size} bytes, fewer than its header.`, bytes.size);
  const start = await bytes.read(0, FILE_HEADER_BYTES);
  const { data } = parseSegmentHeader(file, start, 0, 'ZISRAWFILE');
  const view = viewOf(start);
  const major = view.getInt32(data, true);
  if (major !== 1) throw unsupported(file, `this is version ${major} of CZI; version 1 is known.`, cziRemedy(file));
  const part = view.getInt32(data + 48, true);
  const primary = start.subarray(data + 16, data + 32);
  if (part !== 0 || !primary.every((byte, i) => byte === start[data + 32 + i]))
    throw unsupported(
      file,
      `this is part ${part} of a CZI that was split into several files.`,
      'In ZEN, save it as one file.',
      'The other parts have the rest of its pixels.',
    );
  const directory = position(file, view, data + 52);
  const updatePending = view.getInt32(data + 68, true);
  if (directory === 0 || updatePending !== 0)
    throw unsupported(
      file,
      `this CZI was never closed (its directory is at byte ${directory}, "update pending" is ${updatePending}).`,
      'Open it in ZEN and save it again.',
      'The program that wrote it was stopped before it noted what is in the file.',
    );
  return { bytes, read: byteWindow(bytes), directory, metadata: position(file, view, data + 60) || null };
}

/** Reads the header of the segment `id` at byte `at`. Throws ImageError: image/damaged, image/truncated. */
export async function readSegment({ bytes, read }: CziBytes, at: number, id: string): Promise<Segment> {
  if (at + SEGMENT_HEADER_BYTES > bytes.size)
    throw truncated(bytes.name, `${id} should stand at byte ${at}; the file has ${bytes.size} bytes.`, bytes.size);
  return parseSegmentHeader(bytes.name, await read(at, SEGMENT_HEADER_BYTES), at, id);
}

/** @param header begins at byte `at` of the file */
export function parseSegmentHeader(file: string, header: Uint8Array, at: number, id: string): Segment {
  const found = asciiOf(header.subarray(0, 16));
  if (found !== id) throw damaged(file, `${id} should stand at byte ${at}; there is ${JSON.stringify(found)}.`, { at });
  return { data: at + SEGMENT_HEADER_BYTES, used: position(file, viewOf(header), 24) };
}

/** A size or place of 64 bits. Throws ImageError image/damaged where no file is as large. */
export function position(file: string, view: DataView, at: number): number {
  const value = view.getBigInt64(at, true);
  if (value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw damaged(file, `it says ${value} where a place in the file or a size belongs.`);
}

/** Text that is padded with zeros. */
export function asciiOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
