/** A real browser reads each format, chosen by its user and from web servers, to the pixels that Node reads. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../src/codec/index.ts';
import { channelWith, createOmeTiff, openImage, storedBytes } from '../../src/io/index.ts';
import { serve, type TestServer } from '../../src/io/testing/http-server.ts';
import { memoryFiles, memorySink } from '../../src/io/testing/memory.ts';
import { noise, readAll } from '../../src/io/testing/samples.ts';
import { writeTiff } from '../../src/io/testing/write-tiff.ts';
import { FORMATS } from '../fuzz/seeds.ts';
import { bundle } from './bundle.ts';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find((path) => existsSync(path));

interface Case {
  readonly format: string;
  /** What is opened: a file, or a folder. */
  readonly path: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** A folder without a list of what is in it: not read from a web server. */
  readonly onlyChosen?: true;
}

const [Y, X] = [70, 90];
const PLANES = noise('uint16', Y * X, 6) as Uint16Array<ArrayBuffer>[];
const png = (plane: Uint16Array) => encodePng({ width: X, height: Y, channels: 1, data: plane });

/** A row a format. */
const CASES: readonly Case[] = [
  one('OME-TIFF', 'cells.ome.tif', await omeTiff()),
  one('TIFF', 'lzw.tif', writeTiff(PLANES, { width: X, height: Y, type: 'uint16', compression: 'lzw', predictor: 2 })),
  one('PNG', '16 bit.png', png(PLANES[0])),
  {
    format: 'PNG stack',
    path: 'stack',
    files: Object.fromEntries(PLANES.map((plane, z) => [`stack/z${z + 8}.png`, png(plane)])),
    onlyChosen: true,
  },
  ...(await small('CZI', 'czi')),
  ...(await small('Zarr', 'zarr')),
  ...shared('OME-TIFF of Bio-Formats', 'same-image-three-ways/FOV7_HV110_P0500510000.ome.tiff'),
  ...shared('CZI of ZEN, zstd1', 'czi/CellDivision_T3_Z5_CH2_X240_Y170_comp2.czi'),
  ...shared('OME-Zarr 0.5', 'zarr/ng_ome_zarr_simple_0.5'),
];

/** The small images of a format that are damaged elsewhere; each gets a name of its own. */
async function small(format: string, key: string): Promise<Case[]> {
  const seeds = await FORMATS[key]();
  return seeds.map(({ name, files, path }, i) => ({
    format: `${format}, ${name},`,
    path: `${i} ${path}`,
    files: Object.fromEntries(Object.entries(files).map(([inside, bytes]) => [`${i} ${inside}`, bytes])),
  }));
}

/** A file or folder of the images of other programs, which stand beside the checkout on some machines. */
function shared(format: string, name: string): Case[] {
  let above = import.meta.dirname;
  while (!existsSync(join(above, 'shared/data/formats', name)) && above !== dirname(above)) above = dirname(above);
  const place = join(above, 'shared/data/formats', name);
  if (!existsSync(place)) return [];
  const path = basename(name);
  if (statSync(place).isFile()) return [one(format, path, readFileSync(place))];
  const inside = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = inside.map((entry) => join(entry.parentPath, entry.name));
  const contents = paths.map((file) => [`${path}/${relative(place, file).replaceAll(sep, '/')}`, readFileSync(file)]);
  return [{ format, path, files: Object.fromEntries(contents) }];
}

function one(format: string, path: string, bytes: Uint8Array): Case {
  return { format, path, files: { [path]: bytes } };
}

async function omeTiff(): Promise<Uint8Array> {
  const sink = memorySink();
  const image = createOmeTiff(sink, {
    name: '',
    times: 1,
    timeStep: null,
    channels: [channelWith({ name: 'DNA' }), channelWith()],
    size: { z: 3, y: Y, x: X },
    voxelSize: null,
    type: 'float32',
  });
  for (const plane of PLANES) await image.writePlane(Float32Array.from(plane));
  await image.finish();
  return sink.bytes();
}

async function sha256InNode({ path, files }: Case): Promise<string> {
  const hash = createHash('sha256');
  const { images } = await openImage(memoryFiles(files), path);
  for (const image of images) for (const samples of await readAll(image)) hash.update(storedBytes(image.type, samples));
  return hash.digest('hex');
}

describe.skipIf(!CHROMIUM)('in Chromium (skipped where there is none on the PATH)', () => {
  const all = Object.assign({}, ...CASES.map(({ files }) => files)) as Record<string, Uint8Array>;
  const folder = mkdtempSync(join(tmpdir(), 'unstained-browser-'));
  let own: TestServer; // of the page, with the files beside it
  let other: TestServer; // of another origin
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    for (const [path, bytes] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const html =
      '<!doctype html><input type="file" multiple><input type="file" webkitdirectory><script type="module" src="page.js"></script>';
    const { modules } = await bundle('tests/browser/page.ts');
    own = await serve({ ...all, ...Object.fromEntries(modules), 'index.html': new TextEncoder().encode(html) });
    other = await serve(all, (request, response, content) => {
      const { searchParams } = new URL(request.url!, 'http://localhost');
      if (searchParams.has('closed')) return false;
      response.setHeader('Access-Control-Allow-Origin', '*');
      if (searchParams.has('open')) response.setHeader('Access-Control-Expose-Headers', 'Content-Range, ETag');
      if (searchParams.has('compressed')) {
        const compressed = gzipSync(content);
        response.writeHead(200, { 'Content-Length': compressed.length, 'Content-Encoding': 'gzip' }).end(compressed);
        return true;
      }
      if (!searchParams.has('cut')) return false;
      response.writeHead(200, { 'Content-Length': content.length });
      response.write(content.subarray(0, content.length - 1), () => response.destroy());
      return true;
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    page = await browser.newPage();
    await page.goto(`${own.origin}/index.html`);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([own?.close(), other?.close()]);
    rmSync(folder, { recursive: true });
  });

  const outcome = (path: string) => page.evaluate<string>(`outcome(${JSON.stringify(path)})`);

  it.each(CASES)('$format that the user chose', async (image) => {
    await page.reload(); // nothing is chosen
    const input = page.locator(image.path in image.files ? 'input:not([webkitdirectory])' : 'input[webkitdirectory]');
    await input.setInputFiles(join(folder, image.path));
    expect(await outcome(image.path)).toBe(await sha256InNode(image));
  });

  it.each(CASES)('$format of a folder that the page may read', async (image) => {
    const given = JSON.stringify([image.path, Object.keys(image.files)]);
    expect(await page.evaluate(`outcomeInStorage(...${given})`)).toBe(await sha256InNode(image));
  });

  it.each(CASES.filter(({ onlyChosen }) => !onlyChosen))('$format of the web', async (image) => {
    const path = `/${encodeURI(image.path)}`;
    const sha256 = await sha256InNode(image);
    expect(await outcome(`${own.origin}${path}`), 'of the same server').toBe(sha256);
    expect(await outcome(`${other.origin}${path}?open`), 'of another that shows its ranges').toBe(sha256);
    expect(await outcome(`${other.origin}${path}?hidden`), 'of another that hides them').toBe(sha256);
  });

  it('a file that is stored compressed', async () => {
    expect(await outcome(`${other.origin}/lzw.tif?compressed`)).toBe(await sha256InNode(CASES[1]));
  });

  it('I1: what is not in that folder is missing', async () => {
    for (const path of ['no.tif', 'stack/no', '../lzw.tif', 'lzw.tif/z8.png'])
      expect(await page.evaluate(`outcomeInStorage(${JSON.stringify(path)}, ['lzw.tif'])`)).toMatch(
        /^image\/missing: /,
      );
  });

  it.each([
    ['a file that is not there', 'no.tif?open', /^image\/missing: .*HTTP 404/],
    ['a server that lets no other site read', 'lzw.tif?closed', /^image\/unreadable: .*CORS/],
    ['an answer that breaks off', 'lzw.tif?cut', /^image\/unreadable: .*asked 3 times/],
  ])('I1: %s is refused', async (_, path, message) => {
    expect(await outcome(`${other.origin}/${path}`)).toMatch(message);
  });
});
