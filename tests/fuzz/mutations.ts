/** What happens to files: bits flip, words become what is too much, ends are lost, parts move, numbers in texts change. */
import { joinBytes } from '../../src/codec/index.ts';
import type { Random } from '../../src/core/index.ts';

/** Files by path. */
export type FileSet = Readonly<Record<string, Uint8Array>>;

/** One to three things done to one or more of `files`; these stay as they are. */
export function mutated(files: FileSet, random: Random): FileSet {
  const changed: Record<string, Uint8Array> = { ...files };
  for (let i = random.integer(3); i >= 0; i--) {
    const paths = Object.keys(changed);
    const path = paths[random.integer(paths.length)];
    if (paths.length > 1 && random.integer(12) === 0) {
      const other = paths[random.integer(paths.length)];
      [() => delete changed[path], () => (changed[path] = changed[other]), () => (changed[path] = HTML)][
        random.integer(3)
      ]();
      if (Object.keys(changed).length === 0) return files;
    } else changed[path] = MUTATIONS[random.integer(MUTATIONS.length)](changed[path], random);
  }
  return changed;
}

const HTML = new TextEncoder().encode('<!DOCTYPE html><html><body>Not Found</body></html>');
const NUMBERS = [0, 1, 2, 3, 7, 255, 256, 65535, 65536, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53, 2 ** 63];
const WORDS = ['-1', '0', '1', '1e9', '2147483648', '99999999999999999999', 'NaN', '0.5', '-1e-300', '', 'null', '[]'];

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const flip: Mutation = (bytes, { integer }) => {
  const out = bytes.slice();
  if (out.length > 0) out[integer(out.length)] ^= 1 << integer(8);
  return out;
};

const setNumber: Mutation = (bytes, random) => {
  const out = bytes.slice();
  const width = 2 ** random.integer(4);
  if (out.length < width) return out;
  const at = random.integer(out.length - width + 1) & (random.integer(2) ? ~1 : ~0); // words mostly stand at even bytes
  let value = BigInt(random.integer(3) ? NUMBERS[random.integer(NUMBERS.length)] : random.integer(2 ** 32));
  if (random.integer(4) === 0) value = BigInt(out.length + random.integer(17) - 8);
  const littleEndian = random.integer(4) > 0;
  for (let i = 0; i < width; i++, value >>= 8n) out[littleEndian ? at + i : at + width - 1 - i] = Number(value & 255n);
  return out;
};

const cut: Mutation = (bytes, { integer }) => bytes.slice(0, integer(bytes.length + 1));

const moveRange: Mutation = (bytes, { integer }) => {
  const [from, to] = [integer(bytes.length + 1), integer(bytes.length + 1)];
  const length = integer(Math.min(64, bytes.length) + 1);
  const range = bytes.subarray(from, from + length);
  const kept = integer(3);
  if (kept === 0) return joined(bytes.subarray(0, from), bytes.subarray(from + length)); // lost
  if (kept === 1) return joined(bytes.subarray(0, to), range, bytes.subarray(to)); // once more
  const out = bytes.slice();
  out.set(range.subarray(0, Math.max(0, out.length - to)), to); // over something else
  return out;
};

/** In XML and JSON: another number, or none, in place of one that is there. */
const otherNumberInText: Mutation = (bytes, random) => {
  const text = latin1(bytes);
  const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?|true|false|null/g)];
  if (numbers.length === 0) return setNumber(bytes, random);
  const { index, 0: number } = numbers[random.integer(numbers.length)];
  return fromLatin1(text.slice(0, index) + WORDS[random.integer(WORDS.length)] + text.slice(index + number.length));
};

const otherTextInText: Mutation = (bytes, random) => {
  const text = latin1(bytes);
  const texts = [...text.matchAll(/[A-Za-z][A-Za-z0-9_:]{1,}/g)];
  if (texts.length < 2) return flip(bytes, random);
  const { index, 0: old } = texts[random.integer(texts.length)];
  const other = texts[random.integer(texts.length)][0];
  return fromLatin1(text.slice(0, index) + other + text.slice(index + old.length));
};

const MUTATIONS: readonly Mutation[] = [
  flip,
  flip,
  setNumber,
  setNumber,
  setNumber,
  cut,
  moveRange,
  otherNumberInText,
  otherTextInText,
];

const joined = (...parts: readonly Uint8Array[]) => joinBytes(parts);

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function fromLatin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
