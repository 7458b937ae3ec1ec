/** One directory of a TIFF or BigTIFF, little-endian, with the values that do not fit into it right behind. */

export type Field =
  | {
      readonly tag: number;
      readonly kind: 'short' | 'long' | 'offset' | 'rational';
      readonly values: readonly number[];
    }
  /** UTF-8; the byte 0 that ends it is added. */
  | { readonly tag: number; readonly kind: 'text'; readonly bytes: Uint8Array };

interface Place {
  /** Where the directory will stand, an even byte. */
  readonly at: number;
  readonly big: boolean;
  /** Of the chain: the others are followed by the next directory at once. */
  readonly last: boolean;
}

/** `fields` must be in ascending order of their tags. What comes back has an even length. */
export function encodeDirectory(fields: readonly Field[], { at, big, last }: Place): Uint8Array {
  const [countBytes, entryBytes, wordBytes] = big ? [8, 20, 8] : [2, 12, 4];
  const values = fields.map((field) => encodeValues(field, big));
  const bodyAt = countBytes + fields.length * entryBytes + wordBytes;
  const outside = values.map(({ bytes }) => (bytes.length > wordBytes ? evenLength(bytes) : 0));
  const bytes = new Uint8Array(outside.reduce((sum, length) => sum + length, bodyAt));
  const view = new DataView(bytes.buffer);
  const setWord = (where: number, value: number) => {
    if (big) view.setBigUint64(where, BigInt(value), true);
    else view.setUint32(where, value, true);
  };
  if (big) setWord(0, fields.length);
  else view.setUint16(0, fields.length, true);

  let body = bodyAt;
  values.forEach(({ type, count, bytes: encoded }, i) => {
    const entry = countBytes + i * entryBytes;
    view.setUint16(entry, fields[i].tag, true);
    view.setUint16(entry + 2, type, true);
    setWord(entry + 4, count);
    const inline = outside[i] === 0;
    if (!inline) setWord(entry + 4 + wordBytes, at + body);
    bytes.set(encoded, inline ? entry + 4 + wordBytes : body);
    body += outside[i];
  });
  setWord(countBytes + fields.length * entryBytes, last ? 0 : at + bytes.length);
  return bytes;
}

function evenLength({ length }: Uint8Array): number {
  return length + (length % 2);
}

function encodeValues(field: Field, big: boolean): { type: number; count: number; bytes: Uint8Array } {
  if (field.kind === 'text') {
    const bytes = new Uint8Array(field.bytes.length + 1);
    bytes.set(field.bytes);
    return { type: 2, count: bytes.length, bytes };
  }
  const { values, kind } = field;
  const count = values.length;
  if (kind === 'short') return { type: 3, count, bytes: new Uint8Array(Uint16Array.from(values).buffer) };
  if (kind === 'rational')
    return { type: 5, count, bytes: new Uint8Array(Uint32Array.from(values.flatMap(fraction)).buffer) };
  if (kind === 'offset' && big)
    return { type: 16, count, bytes: new Uint8Array(BigUint64Array.from(values, BigInt).buffer) };
  return { type: 4, count, bytes: new Uint8Array(Uint32Array.from(values).buffer) };
}

/** Numerator and denominator of 32 bits, as near to `value` as powers of ten below the line allow. */
function fraction(value: number): [number, number] {
  let denominator = 1;
  while (denominator < 1e6 && value * denominator * 10 < 2 ** 32) denominator *= 10;
  return [Math.min(2 ** 32 - 1, Math.round(value * denominator)), denominator];
}
