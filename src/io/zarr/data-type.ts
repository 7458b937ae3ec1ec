/** What an array holds, by its name in either version of Zarr, and the value that stands for chunks that are not there. */
import { narrowToHalves, widenHalves } from '../../codec/index.ts';
import type { ImageError } from '../../core/index.ts';
import { damaged, unsupported } from '../refusals.ts';
import { bytesPerSample, SAMPLE_TYPES } from '../samples.ts';
import type { SampleType } from '../source.ts';
import { isObject, shown } from './json-file.ts';

const TYPES: ReadonlySet<string> = new Set(SAMPLE_TYPES);
const KINDS: Readonly<Record<string, string>> = { b: 'bool', u: 'uint', i: 'int', f: 'float', c: 'complex' };

export interface DataType {
  readonly type: SampleType;
  readonly bigEndian: boolean;
}

/** `uint16`: Zarr 3. Throws ImageError image/unsupported for what is no image, by its name. */
export function parseTypeV3(value: unknown, file: string): SampleType {
  const name = isObject(value) ? value['name'] : value;
  if (typeof name === 'string' && TYPES.has(name)) return name as SampleType;
  throw notRead(typeof name === 'string' ? name.slice(0, 60) : shown(value), file);
}

/** `<u2`: Zarr 2, as NumPy spells types. Throws ImageError image/unsupported for what is no image, by its name. */
export function parseTypeV2(value: unknown, file: string): DataType {
  const [, order, kind, width] = /^([<>|])([buifc])(\d+)$/.exec(typeof value === 'string' ? value : '') ?? [];
  const name = kind === undefined ? spelledOut(value) : kind === 'b' ? 'bool' : `${KINDS[kind]}${8 * Number(width)}`;
  if (!TYPES.has(name) || (kind === 'b' && width !== '1')) throw notRead(name, file);
  const type = name as SampleType; // it is one of TYPES
  if (order === '|' && bytesPerSample(type) > 1) throw damaged(file, `its dtype ${shown(value)} has no byte order.`);
  return { type, bigEndian: order === '>' };
}

function spelledOut(value: unknown): string {
  if (Array.isArray(value)) return 'of several fields (structured)';
  return /^[<>|][SUOa]/.test(String(value)) ? `string (${shown(value)})` : shown(value);
}

function notRead(name: string, file: string): ImageError {
  return /^u?int64$/.test(name)
    ? unsupported(
        file,
        `data type ${name} is not read.`,
        'Save it as int32, uint16 or float32.',
        'It holds numbers that would be rounded.',
      )
    : unsupported(
        file,
        `data type ${name} is no image.`,
        'Name an array of numbers: bool, (u)int8 to (u)int32, float16 to float64.',
      );
}

/** Zarr's fill value as a sample; null where the file names none. Throws ImageError image/damaged where it is no such sample. */
export function parseFillValue(value: unknown, type: SampleType, file: string): number | null {
  if (value === null || value === undefined) return null;
  const number = numberOf(value, type);
  const sample = number === null ? null : asSample(number, type);
  if (sample === null) throw damaged(file, `its fill_value ${shown(value)} is no ${type}.`);
  return sample;
}

function numberOf(value: unknown, type: SampleType): number | null {
  if (typeof value === 'boolean') return type === 'bool' ? Number(value) : null;
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  if (!type.startsWith('float')) return /^-?\d+(?:\.0*)?$/.test(value) ? Number(value) : null; // Bio-Formats writes "0"
  if (/^0x[0-9a-f]+$/i.test(value)) return fromBits(value, type);
  const number = value.trim() === '' ? NaN : Number(value);
  return Number.isNaN(number) && value !== 'NaN' ? null : number;
}

/** `0x7fc00000`: the bits of a float. */
function fromBits(hex: string, type: SampleType): number | null {
  const width = bytesPerSample(type);
  if (hex.length !== 2 + 2 * width) return null;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(hex) << BigInt(64 - 8 * width));
  if (width === 8) return view.getFloat64(0);
  return width === 4 ? view.getFloat32(0) : widenHalves(Uint16Array.of(view.getUint16(0)))[0];
}

/** `number` as the type rounds it, or null where the type is whole and does not have it. */
function asSample(number: number, type: SampleType): number | null {
  if (type === 'float64') return number;
  if (type === 'float32') return Math.fround(number);
  if (type === 'float16') return widenHalves(narrowToHalves(Float32Array.of(number)))[0];
  const bits = type === 'bool' ? 1 : 8 * bytesPerSample(type);
  const lowest = type.startsWith('int') ? -(2 ** (bits - 1)) : 0;
  return Number.isInteger(number) && number >= lowest && number < lowest + 2 ** bits ? number : null;
}
