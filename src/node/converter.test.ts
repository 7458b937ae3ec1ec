/** The user's converter: what it makes is read as the user's file and kept; what it fails at is told and leaves nothing. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { channelWith, createOmeTiff, openImage } from '../io/index.ts';
import { memorySink } from '../io/testing/memory.ts';
import { readAll } from '../io/testing/samples.ts';
import { findConverter } from './converter-program.ts';
import { userConverter, type ConverterSettings } from './converter.ts';
import { nodeFiles } from './files.ts';

const base = await mkdtemp(join(tmpdir(), 'unstained-converter-'));
afterAll(() => rm(base, { recursive: true, force: true }));

/** Of this test; empty before each. */
let place = '';
let count = 0;
beforeEach(async () => {
  place = join(base, `${count++}`);
  await mkdir(place);
  await writeFile(join(place, 'right.ome.tif'), await omeTiff());
  await writeFile(join(place, 'x.nd2'), Uint8Array.of(0xda, 0xce, 0xbe, 0x0a, 1, 2, 3));
});

/** (z 3, y 64, x 64), of noise that no codec makes small. */
async function omeTiff(): Promise<Uint8Array> {
  const sink = memorySink();
  const image = createOmeTiff(sink, {
    name: 'made',
    times: 1,
    timeStep: null,
    channels: [channelWith({ name: 'GFP' })],
    size: { z: 3, y: 64, x: 64 },
    voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
    type: 'uint8',
  });
  for (let z = 0; z < 3; z++)
    await image.writePlane(Uint8Array.from({ length: 4096 }, (_, i) => (i * i * 31 + z) >> 3));
  await image.finish();
  return sink.bytes();
}

/** A bfconvert that tells its version, writes down how it was called, and then does `then`. */
async function fakeConverter(then: string, name = 'bfconvert'): Promise<string> {
  const path = join(place, name);
  const script = `#!${process.execPath}
const fs = require('node:fs');
const args = process.argv.slice(2);
if (/^--?version$/.test(args[0])) { console.log('Version: 7.0'); process.exit(0); }
fs.appendFileSync(${JSON.stringify(join(place, 'calls'))}, JSON.stringify(args) + '\\n');
const [input, output] = args.slice(-2);
const right = ${JSON.stringify(join(place, 'right.ome.tif'))};
${then}
`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

const COPY = 'fs.copyFileSync(right, output);';

function settings(program: string | null, more: Partial<ConverterSettings> = {}): ConverterSettings {
  return { program, cacheFolder: join(place, 'cache'), env: { PATH: process.env.PATH }, ...more };
}

async function calls(): Promise<string[][]> {
  const text = await readFile(join(place, 'calls'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string[]);
}

async function kept(): Promise<string[]> {
  return readdir(join(place, 'cache/conversions')).catch(() => []);
}

/** Opens, reads all, closes. */
async function look(file: string, given: ConverterSettings, call: { signal?: AbortSignal } = {}) {
  const notes: string[] = [];
  const opened = await openImage(nodeFiles, file, {
    converter: userConverter(given),
    onNote: (note) => notes.push(note),
    ...call,
  });
  try {
    return { image: opened.images[0], samples: await readAll(opened.images[0]), notes };
  } finally {
    await opened.close();
  }
}

describe.skipIf(process.platform === 'win32')('a converter (skipped where scripts with #! are no programs)', () => {
  it('makes an image that is read as the file that the user named, once', async () => {
    const file = join(place, 'x.nd2');
    const given = settings(await fakeConverter(COPY));
    const { image, samples, notes } = await look(file, given);
    expect(image).toMatchObject({ file, format: 'Nikon ND2 (through bfconvert)', size: { z: 3, y: 64, x: 64 } });
    expect(image.notes).toContainEqual(expect.stringContaining('converted by bfconvert'));
    expect(notes).toEqual([expect.stringContaining(`${file}: bfconvert converts it`)]);
    const direct = await openImage(nodeFiles, join(place, 'right.ome.tif'));
    expect(samples).toEqual(await readAll(direct.images[0]));
    await direct.close();
    expect((await look(file, given)).notes).toEqual([]);
    expect(await calls()).toHaveLength(1);
    expect(await kept()).toHaveLength(1);
  });

  it('is called without a shell, whatever the name of the file', async () => {
    const given = settings(await fakeConverter(COPY, 'bf convert'));
    for (const name of ['a b.nd2', '-version', `it's "q" $(touch pwned) \`x\` ; %n.nd2`, 'ünï.nd2']) {
      const file = join(place, name);
      await copyFile(join(place, 'x.nd2'), file);
      await look(file, given);
      expect((await calls()).at(-1)!.slice(-2)).toEqual([file, 'image.ome.tif']);
    }
    expect((await calls())[0]).toEqual(expect.arrayContaining(['-bigtiff', '-compression', 'LZW']));
    expect(existsSync(join(place, 'pwned'))).toBe(false);
  });

  it.each([
    ['exits 1', `console.error('java.io: ' + 'no plane 7'); process.exit(1);`, /exit code 1\): java\.io: no plane 7/],
    ['writes nothing', '', /wrote no image/],
    [
      'writes half',
      `const all = fs.readFileSync(right); fs.writeFileSync(output, all.subarray(0, all.length >> 1));`,
      /cannot be read/,
    ],
    ['writes junk', `fs.writeFileSync(output, 'junk');`, /cannot be read/],
    ['dies', `process.kill(process.pid, 'SIGKILL');`, /exit code none/],
  ])('that %s is told of, and leaves nothing', async (_, then, message) => {
    const file = join(place, 'x.nd2');
    await expect(look(file, settings(await fakeConverter(then)))).rejects.toMatchObject({
      code: 'image/converter',
      exitCode: 3,
      file,
      message: expect.stringMatching(message),
    });
    expect(await kept()).toEqual([]);
  });

  it('that hangs ends when it is aborted, with what it started', async () => {
    // As a script that starts Java does: the child writes down who it is, then both wait.
    const started = join(place, 'started');
    const child = `require('node:fs').writeFileSync(${JSON.stringify(started)}, String(process.pid)); setInterval(() => {}, 1000);`;
    const program = await fakeConverter(
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });`,
    );
    const stop = new AbortController();
    const reason = new Error('stopped');
    const looked = look(join(place, 'x.nd2'), settings(program), { signal: stop.signal });
    const outcome = looked.catch((error: unknown) => error);
    while (!existsSync(started) || readFileSync(started, 'utf8') === '')
      await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort(reason);
    expect(await outcome).toBe(reason); // it waits for the pipe to close, which the child holds open as long as it lives
    expect(await kept()).toEqual([]);
  });

  it('two at once make one entry', async () => {
    const given = settings(await fakeConverter(`setTimeout(() => { ${COPY} }, 50);`));
    const [a, b] = await Promise.all([look(join(place, 'x.nd2'), given), look(join(place, 'x.nd2'), given)]);
    expect(a.samples).toEqual(b.samples);
    expect(await kept()).toHaveLength(1);
  });

  it.each([
    ['is cut', (image: string) => truncate(image, 5000)],
    ['is gone', (image: string) => rm(image)],
    ['has no record', (image: string) => rm(join(dirname(image), 'conversion.json'))],
    ['has a record that is none', (image: string) => writeFile(join(dirname(image), 'conversion.json'), 'null')],
    [
      'has a changed byte',
      async (image: string) => {
        const bytes = await readFile(image);
        bytes[bytes.length >> 1] ^= 1;
        await writeFile(image, bytes);
      },
    ],
  ])('an entry that %s is made anew', async (_, damage) => {
    const given = settings(await fakeConverter(COPY));
    const { samples } = await look(join(place, 'x.nd2'), given);
    const [entry] = await kept();
    await damage(join(place, 'cache/conversions', entry, 'image.ome.tif'));
    expect((await look(join(place, 'x.nd2'), given)).samples).toEqual(samples);
    expect(await calls()).toHaveLength(2);
    expect(await kept()).toEqual([entry]);
  });

  it('converts again what changed: the file, a file that belongs to it, the program', async () => {
    const given = settings(await fakeConverter(COPY));
    await look(join(place, 'x.nd2'), given);
    await writeFile(join(place, 'x.nd2'), Uint8Array.of(0xda, 0xce, 0xbe, 0x0a, 9));
    await look(join(place, 'x.nd2'), given);
    await mkdir(join(place, '_x_'));
    await writeFile(join(place, '_x_', 'frame_t.ets'), 'SIS');
    await look(join(place, 'x.nd2'), given);
    await writeFile(given.program!, (await readFile(given.program!, 'utf8')).replace('7.0', '7.1'));
    await look(join(place, 'x.nd2'), given);
    expect(await calls()).toHaveLength(4);
  });

  it('keeps no more than the limit: what was used longest ago goes, and only what is its own', async () => {
    const { size } = await stat(join(place, 'right.ome.tif'));
    const given = settings(await fakeConverter(COPY), { cacheBytes: 2.5 * size });
    const cache = join(place, 'cache/conversions');
    const foreign = ['f'.repeat(64), 'mine.txt'];
    await mkdir(join(cache, 'f'.repeat(64)), { recursive: true });
    await writeFile(join(cache, 'mine.txt'), 'mine');
    const order: string[] = [];
    for (const last of [1, 2, 3]) {
      await writeFile(join(place, 'x.nd2'), Uint8Array.of(0xda, 0xce, 0xbe, 0x0a, last));
      await look(join(place, 'x.nd2'), given);
      order.push((await kept()).find((entry) => ![...order, ...foreign].includes(entry))!);
      const daysAgo = new Date(Date.now() - (4 - last) * 86_400_000);
      await utimes(join(cache, order.at(-1)!, 'conversion.json'), daysAgo, daysAgo);
    }
    expect((await kept()).sort()).toEqual([...order.slice(1), ...foreign].sort());
  });

  it('is not asked for text, pictures of the web and archives, but for bytes that nobody knows', async () => {
    const given = settings(await fakeConverter(COPY));
    const junk = {
      'a.txt': 'words, words\n',
      'b.html': '<html>',
      'c.jpg': '\xff\xd8\xff\xe0',
      'd.zip': 'PK\x03\x04',
      'e.csv': '1,2',
    };
    for (const [name, text] of Object.entries(junk)) {
      await writeFile(join(place, name), Buffer.from(text, 'latin1'));
      await expect(look(join(place, name), given)).rejects.toMatchObject({ code: 'image/unsupported' });
    }
    expect(await calls()).toEqual([]);
    await writeFile(join(place, 'f.bin'), Uint8Array.of(1, 0, 2));
    expect((await look(join(place, 'f.bin'), given)).image.format).toBe('unknown format (through bfconvert)');
  });
});

describe.skipIf(process.platform === 'win32')('the program (skipped where scripts with #! are no programs)', () => {
  it('is the one that is named, else that of the environment, else the first on the PATH', async () => {
    const own = await fakeConverter(COPY);
    const raw = await fakeConverter(COPY, 'bioformats2raw');
    expect(await findConverter(raw, { UNSTAINED_BFCONVERT: own })).toMatchObject({
      kind: 'bioformats2raw',
      command: raw,
    });
    expect(await findConverter(null, { UNSTAINED_BIOFORMATS2RAW: raw, PATH: place })).toMatchObject({ command: raw });
    const path = ['', join(place, 'nowhere'), place].join(delimiter);
    expect(await findConverter(null, { PATH: path })).toEqual({ kind: 'bfconvert', command: own, prefix: [] });
    expect(await findConverter(null, { PATH: '' })).toBeNull();
    await writeFile(join(place, 'bioformats_package.jar'), '');
    expect(await findConverter(join(place, 'bioformats_package.jar'), {})).toEqual({
      kind: 'bfconvert',
      command: 'java',
      prefix: ['-cp', join(place, 'bioformats_package.jar'), 'loci.formats.tools.ImageConverter'],
    });
  });

  it('that is named and cannot be started is told of; without any, what to type is', async () => {
    await expect(look(join(place, 'x.nd2'), settings(join(place, 'none')))).rejects.toMatchObject({
      code: 'image/converter',
      message: expect.stringContaining('no program that can be started'),
    });
    const broken = await fakeConverter('');
    await writeFile(broken, `#!${process.execPath}\nprocess.exit(3)`);
    await expect(look(join(place, 'x.nd2'), settings(broken))).rejects.toThrow(
      /does not tell its version \(exit code 3\)/,
    );
    await expect(look(join(place, 'x.nd2'), settings(null, { env: {} }))).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringContaining('Nikon ND2'),
      remedy: expect.stringContaining(`bfconvert "${join(place, 'x.nd2')}" "${join(place, 'x.ome.tif')}"`),
    });
  });
});

interface Expected {
  readonly file: string;
  readonly convert?: boolean;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
  readonly image?: number;
}

const formats = sharedFolder();
const real = await findConverter(null, process.env).catch(() => null);

function sharedFolder(): string | null {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'shared/data/formats/expected.json'))) return join(folder, 'shared/data/formats');
  return null;
}

describe.skipIf(!formats || !real)(
  'the real converter (skipped where no bfconvert is on the PATH, or the files are not beside the checkout)',
  () => {
    const list: readonly Expected[] = formats
      ? (JSON.parse(readFileSync(join(formats, 'expected.json'), 'utf8')) as { images: Expected[] }).images
      : [];

    it.each(list.filter(({ convert }) => convert))('I1: $file $image as its reference reader', async (expected) => {
      const converter = userConverter({ cacheFolder: join(base, 'real') });
      const opened = await openImage(nodeFiles, join(formats!, expected.file), { converter });
      const image = opened.images[expected.image ?? 0];
      const { times, channels, size, type } = image;
      expect([times, channels.length, size.z, size.y, size.x]).toEqual(expected.shape);
      expect(type).toBe(expected.dtype);
      const hash = createHash('sha256');
      for (const samples of await readAll(image)) hash.update(samples);
      expect(hash.digest('hex')).toBe(expected.sha256);
      await opened.close();
    });
  },
);
