/**
 * NDTiff.index: an entry a plane: u32 length and JSON of its axes, u32 length and name of its file, then as i32 the place of
 * its pixels (u32), width, height, pixel type, compression, and place, length and compression of its metadata.
 */
import { damaged, truncated } from '../refusals.ts';

export type Axes = Readonly<Record<string, number | string>>;

export interface NdtiffEntry {
  readonly axes: Axes;
  readonly fileName: string;
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly compressed: boolean;
}

const NUMBERS_BYTES = 32;

/** Throws ImageError: image/truncated where it breaks off, image/damaged. */
export function parseNdtiffIndex(bytes: Uint8Array, file: string): NdtiffEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: NdtiffEntry[] = [];
  let at = 0;
  const take = (length: number): number => {
    const start = at;
    at += length;
    if (at > bytes.length) throw truncated(file, `its entry ${entries.length} breaks off at its end.`, bytes.length);
    return start;
  };
  const text = () => {
    const length = view.getUint32(take(4), true);
    const start = take(length);
    return new TextDecoder().decode(bytes.subarray(start, start + length));
  };
  while (at < bytes.length) {
    const axes = parseObject(text());
    const fileName = text();
    const numbers = take(NUMBERS_BYTES);
    if (!isAxes(axes)) throw damaged(file, `its entry ${entries.length} does not say which plane it is.`, { at });
    entries.push({
      axes,
      fileName,
      offset: view.getUint32(numbers, true),
      width: view.getInt32(numbers + 4, true),
      height: view.getInt32(numbers + 8, true),
      compressed: view.getInt32(numbers + 16, true) !== 0,
    });
  }
  return entries;
}

/** Null where the text is no JSON, or no object. */
export function parseObject(text: string | null): Record<string, unknown> | null {
  try {
    return asObject(JSON.parse(text ?? 'null'));
  } catch {
    return null;
  }
}

export function asObject(value: unknown): Record<string, unknown> | null {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : null; // seen to be one
}

export function isAxes(value: Record<string, unknown> | null): value is Axes {
  return value !== null && Object.values(value).every((at) => typeof at === 'string' || Number.isSafeInteger(at));
}
