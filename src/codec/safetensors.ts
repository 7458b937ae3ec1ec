/**
 * safetensors: eight bytes that give the header's length, a JSON header (name -> type, shape, place), then the tensors' bytes,
 * little-endian. https://github.com/huggingface/safetensors#format
 *
 * Written: float32, names in the order of their UTF-16 units, one after the other without gaps, so that equal tensors make equal
 * files. Read: float32 only; the tensors must cover the bytes after the header exactly, each byte once, as the format demands.
 * Typed arrays are taken to be little-endian, as they are on everything that ONNX Runtime runs on.
 */
import { ModelError } from '../core/index.ts';

/** Float32 numbers and how they are to be seen, last axis fastest. A shape of no axes is one number. */
export interface Float32Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Safetensors {
  readonly tensors: Record<string, Float32Tensor>;
  readonly metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;
/** A thousand times what the largest network here needs; a header is parsed, so its length must be bounded before. */
const MAX_HEADER_BYTES = 2 ** 24;
/** Messages print shapes, so their length is bounded too. */
const MAX_AXES = 16;
const METADATA = '__metadata__';

/** A whole file. Throws RangeError where a tensor's data are not what its shape says. */
export function encodeSafetensors(
  tensors: Record<string, Float32Tensor>,
  metadata: Record<string, string>,
): Uint8Array<ArrayBuffer> {
  const header = encodeSafetensorsHeader(tensors, metadata);
  const sorted = sortedEntries(tensors);
  const bytes = new Uint8Array(sorted.reduce((length, [, { data }]) => length + data.byteLength, header.length));
  bytes.set(header);
  let at = header.length;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** All that stands before the tensors' bytes: the length and the header, padded by blanks to a multiple of eight bytes. */
export function encodeSafetensorsHeader(
  tensors: Record<string, Float32Tensor>,
  metadata: Record<string, string>,
): Uint8Array<ArrayBuffer> {
  let end = 0;
  const table = sortedEntries(tensors).map(([name, { shape, data }]) => {
    if (name === METADATA) throw new RangeError(`encodeSafetensors: no tensor can be called ${METADATA}`);
    if (!isShape(shape) || elementCount(shape) !== data.length)
      throw new RangeError(`encodeSafetensors: ${name} has ${data.length} numbers for the shape (${shape.join(', ')})`);
    const start = end;
    end += data.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [start, end] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries([[METADATA, Object.fromEntries(sortedEntries(metadata))], ...table]));
  const text = new TextEncoder().encode(json);
  const header = new Uint8Array(LENGTH_BYTES + Math.ceil(text.length / 8) * 8).fill(' '.charCodeAt(0));
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - LENGTH_BYTES), true);
  header.set(text, LENGTH_BYTES);
  return header;
}

/**
 * The tensors (copies) and the metadata of a file. `file` is what messages call it.
 * Throws ModelError: model/damaged where the file contradicts itself, model/unsupported for other types than float32.
 */
export function decodeSafetensors(bytes: Uint8Array, file = 'safetensors'): Safetensors {
  const body = safetensorsBody(bytes, file);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, bytes.length - body.length), file);
  const { [METADATA]: metadata = {}, ...table } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw damaged(file, `its ${METADATA} is not a table of texts`);
  const places = Object.entries(table).map(([name, entry]) => parsePlace(name, entry, file));
  requireCover(places, body.length, file);
  return {
    tensors: Object.fromEntries(
      places.map(({ name, shape, start, end }) => [
        name,
        // Copied, since the file's bytes may lie unaligned; not by slice, which in Node's Buffer does not copy.
        { shape, data: new Float32Array(new Uint8Array(body.subarray(start, end)).buffer) },
      ]),
    ),
    metadata: metadata as Record<string, string>, // every value was seen to be a string
  };
}

/** The tensors' bytes of a file, a view. Throws ModelError model/damaged where the file ends before its header does. */
export function safetensorsBody<B extends ArrayBufferLike>(bytes: Uint8Array<B>, file = 'safetensors'): Uint8Array<B> {
  if (bytes.length < LENGTH_BYTES)
    throw damaged(file, `it has ${bytes.length} bytes, fewer than the format's first field`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length > bytes.length - LENGTH_BYTES)
    throw damaged(file, `its header should be ${length} bytes long, and the file has ${bytes.length}`);
  return bytes.subarray(LENGTH_BYTES + length);
}

interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  /** Bytes from the first one after the header. */
  readonly start: number;
  readonly end: number;
}

function parseHeader(bytes: Uint8Array, file: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(file, 'its header is not JSON', cause);
  }
  if (!isRecord(header)) throw damaged(file, 'its header is not a table');
  return header;
}

function parsePlace(name: string, entry: unknown, file: string): Place {
  const called = JSON.stringify(name.slice(0, 100));
  if (!isRecord(entry)) throw damaged(file, `tensor ${called} has no description`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32')
    throw new ModelError('model/unsupported', {
      file,
      what: `${file}: tensor ${called} is of type ${String(dtype).slice(0, 20)}; only F32 can be read.`,
      why: 'Numbers of another type would have to be rounded.',
      remedy: 'Save it as float32.',
    });
  if (!isShape(shape)) throw damaged(file, `tensor ${called} has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw damaged(file, `tensor ${called} has no valid data_offsets`);
  const [start, end] = offsets;
  if (end - start !== elementCount(shape) * Float32Array.BYTES_PER_ELEMENT)
    throw damaged(file, `tensor ${called} is (${shape.join(', ')}) float32 in ${end - start} bytes`);
  return { name, shape, start, end };
}

/** Every byte belongs to one tensor: nothing overlaps, nothing lies outside or hides between. */
function requireCover(places: readonly Place[], length: number, file: string): void {
  let at = 0;
  for (const { name, start, end } of places.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at)
      throw damaged(file, `tensor ${JSON.stringify(name.slice(0, 100))} begins at byte ${start}, where ${at} is next`);
    at = end;
  }
  if (at !== length) throw damaged(file, `its tensors end at byte ${at} of ${length}`);
}

function damaged(file: string, how: string, cause?: unknown): ModelError {
  return new ModelError('model/damaged', {
    file,
    cause,
    what: `${file}: this safetensors file is damaged: ${how}.`,
    why: 'Its numbers cannot be trusted.',
    remedy: 'Copy it again from where it was made.',
  });
}

/** By UTF-16 units, never by the language that the machine speaks. */
function sortedEntries<T>(record: Record<string, T>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0; // isSafeInteger is true of numbers only
}

/** The product may exceed what a double counts: then it equals no tensor's length, which is all that is asked of it. */
function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= MAX_AXES && value.every(isCount);
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}
