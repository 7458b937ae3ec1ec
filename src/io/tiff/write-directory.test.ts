/** Directories as written are directories as read, also where offsets have 64 bits. */
import { expect, it } from 'vitest';
import { memoryFiles } from '../testing/memory.ts';
import { directories, openTiffBytes, readNumbers, readText } from './directory.ts';
import { encodeDirectory, type Field } from './write-directory.ts';

it.each([false, true])('what was written is read, BigTIFF %s', async (big) => {
  const fields: Field[] = [
    { tag: 305, kind: 'text', bytes: new TextEncoder().encode('ab') },
    { tag: 256, kind: 'long', values: [2 ** 32 - 1] },
    { tag: 258, kind: 'short', values: [32] },
    { tag: 270, kind: 'text', bytes: new TextEncoder().encode('µm, of an odd length') },
    { tag: 273, kind: 'offset', values: big ? [2 ** 40, 7, 2 ** 53 - 1] : [2 ** 31, 7, 1] },
    { tag: 282, kind: 'rational', values: [1 / 0.29355, 1e-3, 2e9] },
    { tag: 330, kind: 'directory', values: big ? [2 ** 40, 8] : [2 ** 31, 8] },
    { tag: 50839, kind: 'bytes', bytes: Uint8Array.of(1, 2, 255) },
  ];
  const header = big ? [0x49, 0x49, 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0] : [0x49, 0x49, 42, 0, 8, 0, 0, 0];
  const first = encodeDirectory(fields, { at: header.length, big, last: false });
  const second = encodeDirectory([fields[2]], { at: header.length + first.length, big, last: true });
  const files = memoryFiles({ 'a.tif': Uint8Array.from([...header, ...first, ...second]) });
  const tiff = await openTiffBytes(await files.open('a.tif'));
  const [{ tags }, last, ...more] = await listOf(directories(tiff));

  expect(more).toEqual([]);
  expect([...last.tags.keys()]).toEqual([258]);
  expect([...tags.keys()]).toEqual([256, 258, 270, 273, 282, 305, 330, 50839]); // ascending;
  for (const field of fields) {
    const tag = tags.get(field.tag);
    if (field.kind === 'text') expect(await readText(tiff, tag)).toBe(new TextDecoder().decode(field.bytes));
    else if (field.kind === 'bytes') expect(await readNumbers(tiff, tag, 9)).toEqual(Float64Array.from(field.bytes));
    else {
      const numbers = await readNumbers(tiff, tag, 9);
      expect(numbers).toHaveLength(field.values.length);
      field.values.forEach((value, i) => expect(numbers![i] / value).toBeCloseTo(1, 14));
    }
  }
});

async function listOf<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}
