/** libtiff's own tool makes variants of a stack: all give the samples of the stack (skipped where there is no tiffcp). */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import type { SampleType } from '../source.ts';
import { memoryFiles } from '../testing/memory.ts';
import { noise, readAll } from '../testing/samples.ts';
import { writeTiff } from '../testing/write-tiff.ts';

const hasTiffcp = spawnSync('tiffcp').error === undefined;
const TYPES: readonly SampleType[] = ['uint8', 'uint16', 'float32'];
/** Not predictor 3 in big-endian files: what tiffcp 4.5 writes there, neither libtiff nor tifffile gives back. */
const VARIANTS: readonly (readonly string[])[] = [
  ['-c', 'none'],
  ['-c', 'lzw'],
  ['-c', 'lzw:2'],
  ['-c', 'zip'],
  ['-c', 'zip:2'],
  ['-c', 'zip:3'],
  ['-c', 'zstd'],
  ['-c', 'zstd:2'],
  ['-c', 'packbits'],
  ['-c', 'none', '-t', '-w', '32', '-l', '16'],
  ['-c', 'lzw:2', '-t', '-w', '32', '-l', '16'],
  ['-c', 'zip:3', '-t', '-w', '16', '-l', '32'],
  ['-c', 'zstd', '-8'],
  ['-c', 'zip:2', '-B', '-r', '5'],
  ['-c', 'none', '-B', '-r', '1'],
];

describe.skipIf(!hasTiffcp)('variants by tiffcp', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unstained-tiffcp-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(TYPES)('I1: of %s', async (type) => {
    const [width, height] = [70, 41];
    const pages = noise(type, width * height, 3);
    const source = join(folder, `${type}.tif`);
    writeFileSync(source, writeTiff(pages, { width, height, type, blocks: { rows: 8 } }));
    let read = 0;
    for (const options of VARIANTS) {
      if (options.some((option) => option.endsWith(':3')) && type !== 'float32') continue; // of floats only
      const made = join(folder, 'made.tif');
      const copied = spawnSync('tiffcp', [...options, source, made], { encoding: 'utf8' });
      if (copied.status !== 0) continue; // built without that codec
      const [image] = (await openImage(memoryFiles({ 'a.tif': readFileSync(made) }), 'a.tif')).images;
      expect(image, options.join(' ')).toMatchObject({ type, size: { z: 3, y: height, x: width } });
      const samples = (await readAll(image))[0];
      const stored = Buffer.concat(pages.map((page) => Buffer.from(page.buffer)));
      expect(stored.equals(Buffer.from(samples.buffer)), options.join(' ')).toBe(true);
      read++;
    }
    expect(read).toBeGreaterThan(8);
  });
});
