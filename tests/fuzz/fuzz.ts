/**
 * Damaged images, thousands of them: each must give samples, or a refusal by name that says what to do; in bounded memory.
 *
 *     npm run fuzz -- [--format tiff] [--mutations 20000] [--seed 1] [--keep FOLDER]
 *
 * Prints a line of JSON a format: mutations, refused, read, how many of them with other samples than the whole file has, the
 * slowest in seconds, and the process's peak memory. `--keep` writes those that were read with other samples to a folder, for a
 * program of somebody else to read them too (against.py). A defect is told with the file in base64; the exit code is then 1.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { isUnstainedError, random } from '../../src/core/index.ts';
import { openImage, storedBytes, type Files, type ImageSource } from '../../src/io/index.ts';
import { memoryFiles } from '../../src/io/testing/memory.ts';
import { voxelCount } from '../../src/volume/index.ts';
import { mutated, type FileSet } from './mutations.ts';
import { FORMATS, type Seed } from './seeds.ts';

/** All samples of an image are read up to this many, else its first and last corner. */
const MOST_SAMPLES = 2 ** 18;
/** What may be read of files of a few kilobytes, all reads together. */
const MOST_READ = 2 ** 26;

const { values } = parseArgs({
  options: {
    format: { type: 'string' },
    mutations: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
});
const names = values.format === undefined ? Object.keys(FORMATS) : [values.format];
for (const name of names) console.log(JSON.stringify(await fuzz(name, Number(values.mutations), Number(values.seed))));

async function fuzz(format: string, mutations: number, seed: number): Promise<object> {
  const seeds = await FORMATS[format]();
  const source = random(seed);
  const whole = new Map<Seed, string>();
  for (const one of seeds) {
    const digest = await outcome(one.files, one.path);
    if (!digest.samples) throw new Error(`${format}, ${one.name}: the whole file is refused: ${digest.refusal}`);
    whole.set(one, digest.samples);
  }
  let [refused, read, others, slowest] = [0, 0, 0, 0];
  const refusals = new Map<string, number>();
  for (let i = 0; i < mutations; i++) {
    const one = seeds[i % seeds.length];
    const files = mutated(one.files, source);
    const began = performance.now();
    const { samples, refusal } = await outcome(files, one.path).catch((error: unknown) =>
      tell(error, format, one, files),
    );
    slowest = Math.max(slowest, (performance.now() - began) / 1000);
    if (!samples) {
      refused++;
      refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
      continue;
    }
    read++;
    if (samples === whole.get(one)) continue;
    others++;
    if (values.keep !== undefined) keep(join(values.keep, format, String(i)), files, one.path, samples);
  }
  return {
    format,
    mutations,
    refused,
    read,
    readWithOtherSamples: others,
    refusals: Object.fromEntries(refusals),
    slowestSeconds: Number(slowest.toFixed(3)),
    peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** A digest of all samples, or the code of the refusal. Anything else is a defect: Error. */
async function outcome(contents: FileSet, path: string): Promise<Outcome> {
  const files = memoryFiles(contents);
  const made = await readOrRefused(files, path);
  if (files.bytesRead() > MOST_READ) throw new Error(`${files.bytesRead()} bytes were read`);
  if (files.openFiles() > 0) throw new Error(`${files.openFiles()} files were left open`);
  return made;
}

interface Outcome {
  readonly samples: string | null;
  readonly refusal: string;
}

async function readOrRefused(files: Files, path: string): Promise<Outcome> {
  try {
    const { images, close } = await openImage(files, path);
    try {
      const digests: Read[] = [];
      for (const image of images) digests.push(await digestOf(image));
      return { samples: JSON.stringify(digests), refusal: '' };
    } finally {
      await close();
    }
  } catch (error) {
    if (!isUnstainedError(error)) throw error;
    if (error.exitCode !== 3 || error.file === undefined || !/\w/.test(error.remedy))
      throw new Error(`a refusal that does not say its file, or what to do: ${error.message}`, { cause: error });
    return { samples: null, refusal: error.code };
  }
}

/** What an image is, and the digest of its samples in T, C, Z, Y, X order, or of its corners where there are many. */
interface Read {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly all: boolean;
  readonly sha256: string;
}

async function digestOf(image: ImageSource): Promise<Read> {
  const { times, channels, size, type } = image;
  const all = times * channels.length * voxelCount(size) <= MOST_SAMPLES;
  const hash = createHash('sha256');
  const corner = { z: 1, y: Math.min(size.y, 64), x: Math.min(size.x, 64) };
  for (const time of all ? indices(times) : new Set([0, times - 1]))
    for (const channel of all ? indices(channels.length) : new Set([0, channels.length - 1]))
      for (const end of all ? [0] : [0, 1]) {
        const box = all ? size : corner;
        const start = { z: end * (size.z - box.z), y: end * (size.y - box.y), x: end * (size.x - box.x) };
        const samples = await image.read({ time, channel, region: { start, size: box } });
        if (samples.length !== voxelCount(box)) throw new Error(`${samples.length} samples of ${voxelCount(box)}`);
        hash.update(storedBytes(type, samples));
      }
  const shape = [times, channels.length, size.z, size.y, size.x];
  return { shape, dtype: type, all, sha256: hash.digest('hex') };
}

function indices(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function tell(error: unknown, format: string, { name }: Seed, files: FileSet): never {
  const inBase64 = Object.entries(files).map(([path, bytes]) => `${path} ${Buffer.from(bytes).toString('base64')}`);
  throw new Error(`${format}, ${name}: ${String(error)}\n${inBase64.join('\n')}`, { cause: error });
}

function keep(folder: string, files: FileSet, path: string, samples: string): void {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  writeFileSync(join(folder, 'read.json'), `{"path": ${JSON.stringify(path)}, "images": ${samples}}`);
}
