/** Files that a page was given, as the formats see them. What needs a real page is in tests/browser. */
import { expect, it } from 'vitest';
import { encodePng } from '../codec/index.ts';
import { openImage } from '../io/index.ts';
import { browserFiles } from './browser-files.ts';

const blob = (...bytes: number[]) => new Blob([Uint8Array.from(bytes)]);
const png = (value: number) =>
  new Blob([encodePng({ width: 2, height: 2, channels: 1, data: new Uint8Array(4).fill(value) })]);

it('reads exactly the bytes that are asked for, and knows their number', async () => {
  const bytes = await browserFiles([new File([blob(1, 2, 3, 4, 5)], 'a.tif')]).open('a.tif');
  expect(bytes).toMatchObject({ name: 'a.tif', size: 5 });
  expect([...(await bytes.read(1, 3))]).toEqual([2, 3, 4]);
  expect([...(await bytes.read(5, 0))]).toEqual([]);
  await bytes.close();
});

it('I1: a read beyond the end is truncated, and a file that the page may no longer read is refused', async () => {
  const bytes = await browserFiles([new File([blob(1, 2)], 'a.tif')]).open('a.tif');
  await expect(bytes.read(1, 2)).rejects.toMatchObject({ code: 'image/truncated', at: 2 });
  const changed = new File([blob(1)], 'b.tif');
  changed.slice = () => {
    throw new DOMException('it has changed', 'NotReadableError'); // as a browser does once the file is another
  };
  await expect((await browserFiles([changed]).open('b.tif')).read(0, 1)).rejects.toMatchObject({
    code: 'image/unreadable',
    what: 'b.tif cannot be read (it has changed).',
  });
});

it('finds the folders that the paths have', async () => {
  const files = browserFiles(
    new Map([
      ['/d/z1.png', blob()],
      ['/d/c/0/0', blob()],
      ['e.tif', blob()],
    ]),
  );
  expect(await files.list('')).toEqual(['d', 'e.tif']);
  expect(await files.list('/d/')).toEqual(['c', 'z1.png']);
  expect(await files.kind('d/c')).toBe('folder');
  expect(await files.kind('d/c/0/0')).toBe('file');
  expect(await files.kind('d/c/0/1')).toBeNull();
  expect(await files.kind('d/c/0/0/1')).toBeNull();
  expect(files.split('/d/c/0')).toEqual({ folder: 'd/c', name: '0' });
  expect(files.join(files.split('e.tif').folder, 'f.tif')).toBe('f.tif');
  expect(files.join('d/', 'c/0')).toBe('d/c/0');
});

it('a folder of PNGs that was chosen is a stack', async () => {
  const files = [3, 1, 2].map((z) => {
    const file = new File([png(z)], `z${z}.png`);
    return Object.defineProperty(file, 'webkitRelativePath', { value: `stack/z${z}.png` });
  });
  const { images } = await openImage(browserFiles(files), 'stack');
  const region = { start: { z: 0, y: 0, x: 0 }, size: { z: 3, y: 1, x: 1 } };
  expect([...(await images[0].read({ time: 0, channel: 0, region }))]).toEqual([1, 2, 3]);
});

it('what the page was not given is told with what it was', async () => {
  const files = browserFiles([new File([], 'a.tif'), new File([], 'b.tif')]);
  await expect(files.open('c.tif')).rejects.toMatchObject({
    code: 'image/missing',
    remedy: 'It was given a.tif, b.tif.',
  });
  await expect(files.list('d')).rejects.toMatchObject({ code: 'image/missing' });
  await expect(browserFiles().open('c.tif')).rejects.toMatchObject({ remedy: 'Choose a file first.' });
});

it('two files of one name are refused', () =>
  expect(() => browserFiles([new File([], 'a.tif'), new File([blob(1)], 'a.tif')])).toThrow(
    /Two of the files are called a\.tif/,
  ));
