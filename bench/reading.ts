/**
 * How fast TIFF stacks are read, beside tifffile: `npm run bench:reading -- [MB] [ROUNDS]`. Files are written by tifffile
 * into a temporary folder: an uncompressed stack, and a Deflate stack of two fifths of its size. Each program reads it at
 * once, and plane after plane, in turns; tifffile runs in one Python process. Python with tifffile must be first on PATH.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { openImage, type Samples } from '../src/io/index.ts';
import { nodeWorld } from '../src/node/index.ts';

const PYTHON = `
import sys, time, numpy, tifffile
print(tifffile.__version__, flush=True)
for line in sys.stdin:
    verb, path, planes = line.rstrip().split('\\t')
    if verb == 'whole':
        start = time.perf_counter()
        assert len(tifffile.imread(path)) == int(planes)
        print(time.perf_counter() - start, flush=True)
        continue
    if verb == 'planes':
        start = time.perf_counter()
        with tifffile.TiffFile(path) as t:
            assert len(t.pages) == int(planes)
            for page in t.pages: page.asarray()
        print(time.perf_counter() - start, flush=True)
        continue
    rng = numpy.random.default_rng(1)
    deflate = verb == 'deflate'
    with tifffile.TiffWriter(path) as t:
        for z in range(int(planes)):
            noise = rng.normal(1000, 30, (1024, 1024)).astype('u2')
            t.write(noise, contiguous=False, compression='zlib' if deflate else None, rowsperstrip=128, metadata=None)
    print('written', flush=True)
`;
const PLANE_MB = 2;

const [megabytes = 500, rounds = 7] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'reading-'));
const python = spawn('python3', ['-c', PYTHON]);
python.stderr.pipe(process.stderr);
const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
try {
  const version = await answer();
  console.log(`tifffile ${version}, node ${process.versions.node}; seconds, median of ${rounds} (least to most)`);
  await compare('none', Math.ceil(megabytes / PLANE_MB));
  await compare('deflate', Math.ceil((megabytes * 0.4) / PLANE_MB));
} finally {
  python.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(compression: 'none' | 'deflate', planes: number): Promise<void> {
  const path = join(folder, `${compression}.tif`);
  await ask(python, compression, path, planes);
  for (const way of ['whole', 'planes'] as const) {
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round++) {
      const turn = [await readAll(path, way), Number(await ask(python, way, path, planes))];
      if (round === 0) continue; // the file comes into the system's memory
      ours.push(turn[0]);
      theirs.push(turn[1]);
    }
    const speed = (median(theirs) / median(ours)).toFixed(2);
    const what = `${compression}, ${planes * PLANE_MB} MB, ${way}`;
    console.log(`${what}: ${spread(ours)}; tifffile ${spread(theirs)}; ${speed}x its speed`);
  }
}

/** Seconds for all planes. */
async function readAll(path: string, way: 'whole' | 'planes'): Promise<number> {
  const { files } = nodeWorld();
  const start = performance.now();
  const file = await openImage(files, path);
  const [{ size, read }] = file.images;
  const step = way === 'whole' ? size.z : 1;
  let into: Samples | undefined;
  for (let z = 0; z < size.z; z += step)
    into = await read({ time: 0, channel: 0, region: { start: { z, y: 0, x: 0 }, size: { ...size, z: step } }, into });
  await file.close();
  return (performance.now() - start) / 1000;
}

async function ask(process: ChildProcessWithoutNullStreams, ...words: readonly (string | number)[]): Promise<string> {
  process.stdin.write(`${words.join('\t')}\n`);
  return answer();
}

async function answer(): Promise<string> {
  const { value, done } = await answers.next();
  if (done) throw new Error('python ended: is tifffile installed?');
  return value;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(3)} (${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)})`;
}
