/** One directory of a TIFF or BigTIFF, little-endian, with the values that do not fit into it right behind. */

export type Field =
  | {
      readonly tag: number;
      /** `offset`: 64 bits in BigTIFF. `directory`: the same of a directory that is outside the chain. */
      readonly kind: 'short' | 'long' | 'offset' | 'directory' | 'rational';
      readonly values: readonly number[];
    }
  /** UTF-8; the byte 0 that ends it is added. */
  | { readonly tag: number; readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly tag: number; readonly kind: 'bytes'; readonly bytes: Uint8Array };

interface Place {
  /** Where the directory will stand, an even byte. */
  readonly at: number;
  readonly big: boolean;
  /** Of the chain: the others are followed by the next directory at once. */
  readonly last: boolean;
}

/** `fields` in any order; none has two of one tag. What comes back has an even length. */
export function encodeDirectory(fields: readonly Field[], { at, big, last }: Place): Uint8Array {
  const [countBytes, entryBytes, wordBytes] = big ? [8, 20, 8] : [2, 12, 4];
  const ascending = fields.toSorted((a, b) => a.tag - b.tag); // as TIFF 6.0 wants them
  const values = ascending.map((field) => encodeValues(field, big));
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
    view.setUint16(entry, ascending[i].tag, true);
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

const TYPE = { bytes: 1, text: 2, short: 3, long: 4, rational: 5, directory: 13, long8: 16, directory8: 18 } as const;

function encodeValues(field: Field, big: boolean): { type: number; count: number; bytes: Uint8Array } {
  if (field.kind === 'bytes') return { type: TYPE.bytes, count: field.bytes.length, bytes: field.bytes };
  if (field.kind === 'text') {
    const bytes = new Uint8Array(field.bytes.length + 1);
    bytes.set(field.bytes);
    return { type: TYPE.text, count: bytes.length, bytes };
  }
  const { values, kind } = field;
  const count = values.length;
  if (kind === 'short') return { type: TYPE.short, count, bytes: new Uint8Array(Uint16Array.from(values).buffer) };
  if (kind === 'rational')
    return { type: TYPE.rational, count, bytes: new Uint8Array(Uint32Array.from(values.flatMap(fraction)).buffer) };
  if (kind !== 'long' && big)
    return {
      type: kind === 'offset' ? TYPE.long8 : TYPE.directory8,
      count,
      bytes: new Uint8Array(BigUint64Array.from(values, BigInt).buffer),
    };
  return {
    type: kind === 'directory' ? TYPE.directory : TYPE.long,
    count,
    bytes: new Uint8Array(Uint32Array.from(values).buffer),
  };
}

/** Readers in Java take the two numbers of a rational for signed ones. */
export const MAX_RATIONAL: number = 2 ** 31 - 1;

/**
 * Numerator and denominator of 31 bits, as near to `value` (0 to MAX_RATIONAL) as its continued fraction comes:
 * 1 / 0.29355 is 20000 / 5871 and comes back as it was.
 */
function fraction(value: number): [number, number] {
  let [before, now] = [
    [0, 1],
    [1, 0],
  ];
  for (let rest = value; ; rest = 1 / (rest - Math.floor(rest))) {
    const whole = Math.floor(rest);
    const next = [whole * now[0] + before[0], whole * now[1] + before[1]];
    if (!(next[0] <= MAX_RATIONAL && next[1] <= MAX_RATIONAL)) break; // also where the rest was 0
    [before, now] = [now, next];
  }
  return [now[0], now[1]];
}
