/**
 * npy, numpy's file of one array (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic number, a
 * header that is a dictionary as Python writes it, padded to 64 bytes, then the values.
 *
 * Written and read: float32, little-endian, last axis fastest. The rest is refused by name; nothing is ever unpickled.
 */
import { ModelError } from '../core/index.ts';
import type { Float32Tensor } from './safetensors.ts';

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY')];
const VERSION = [1, 0];
const ALIGNMENT = 64;
/** Messages print shapes, so their length is bounded. */
const MOST_AXES = 16;
const HEADER = /^\{ *'descr': *'([^']{1,20})', *'fortran_order': *(True|False), *'shape': *\(([0-9, ]*)\),? *\} *\n$/;

/** A whole file, as `numpy.save` writes it. Throws RangeError where the data are not what the shape says. */
export function encodeNpy({ shape, data }: Float32Tensor): Uint8Array<ArrayBuffer> {
  if (elementCount(shape) !== data.length)
    throw new RangeError(`encodeNpy: ${data.length} numbers for the shape (${shape.join(', ')})`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const before = MAGIC.length + VERSION.length + 2;
  const start = Math.ceil((before + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set([...MAGIC, ...VERSION]);
  new DataView(bytes.buffer).setUint16(before - 2, start - before, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - before - 1)}\n`), before);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start); // little-endian, as every platform with Node is
  return bytes;
}

/**
 * The array of a whole file, a copy. `file` is what messages call it.
 * Throws ModelError: model/damaged, or model/unsupported for other types, orders and versions.
 */
export function decodeNpy(bytes: Uint8Array, file: string): Float32Tensor {
  if (bytes.length < 12 || !MAGIC.every((byte, i) => bytes[i] === byte))
    throw damaged(file, 'it does not begin with the header of an npy file');
  if (bytes[6] < 1 || bytes[6] > 3) throw unsupported(file, `it is of version ${bytes[6]}.${bytes[7]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [before, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > 2 ** 16 || before + length > bytes.length)
    throw damaged(file, `its header should be ${length} bytes long, and the file has ${bytes.length}`);
  const header = HEADER.exec(new TextDecoder('latin1').decode(bytes.subarray(before, before + length)));
  if (!header) throw damaged(file, 'its header is not the one of an array');
  const [, type, fortran, axes] = header;
  if (type !== '<f4') throw unsupported(file, `its values are of type ${type}`);
  if (fortran === 'True') throw unsupported(file, 'its first axis is the fastest (Fortran order)');
  const shape = axes
    .split(',')
    .filter((axis) => axis.trim() !== '')
    .map(Number);
  if (shape.length > MOST_AXES || !shape.every(Number.isSafeInteger)) throw damaged(file, 'its shape is not one');
  const values = bytes.subarray(before + length);
  if (elementCount(shape) * Float32Array.BYTES_PER_ELEMENT !== values.length)
    throw damaged(file, `it is (${shape.join(', ')}) float32 in ${values.length} bytes`);
  return { shape, data: new Float32Array(new Uint8Array(values).buffer) };
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}

function damaged(file: string, how: string): ModelError {
  return new ModelError('model/damaged', {
    file,
    what: `${file}: this npy file is damaged: ${how}.`,
    why: 'Its numbers cannot be trusted.',
    remedy: 'Copy it again from where it was made.',
  });
}

function unsupported(file: string, how: string): ModelError {
  return new ModelError('model/unsupported', {
    file,
    what: `${file}: ${how}; float32 in C order (numpy's '<f4') can be read.`,
    why: 'Numbers of another type or order would have to be changed.',
    remedy: "Save it anew: numpy.save(FILE, numpy.ascontiguousarray(a, 'float32')).",
  });
}
