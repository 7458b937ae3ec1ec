/** The built program as a user has it: a process, files, exit codes. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { random } from '../../src/core/index.ts';
import { channelWith, createOmeTiff } from '../../src/io/index.ts';
import { createFile } from '../../src/node/byte-sink.ts';
import { isBuilt, runProgram, type OnErr } from './run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unstained = (args: readonly string[], onErr?: OnErr) => runProgram(folder, args, { onErr });

/** A field whose target is a plain function of the signal: blurred and squared, easy to learn. */
async function writeField(name: string, size: { z: number; y: number; x: number }, seed: number): Promise<void> {
  const source = random(seed);
  const plane = size.y * size.x;
  const signal = Float32Array.from({ length: size.z * plane }, () => source.normal());
  const target = signal.map((value, i) => (value + (signal[i + 1] ?? 0) + (signal[i + size.x] ?? 0)) ** 2);
  for (const [file, data] of [
    ['bf', signal],
    ['dye', target],
  ] as const) {
    const sink = createOmeTiff(await createFile(join(folder, `${name}-${file}.ome.tif`), { overwrite: true }), {
      name: file,
      channels: [channelWith({ name: file })],
      times: 1,
      timeStep: null,
      type: 'float32',
      size,
      voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
    });
    for (let z = 0; z < size.z; z++) await sink.writePlane(data.subarray(z * plane, (z + 1) * plane));
    await sink.finish();
  }
}

const small = ['--depth', '1', '--channels', '4', '--patch', '8,16,16', '--quiet'];
const trainOn = (name: string, out: string, ...more: string[]) =>
  unstained([
    'train',
    '--signal',
    `${name}-bf.ome.tif`,
    '--target',
    `dye=${name}-dye.ome.tif`,
    '--out',
    out,
    ...small,
    ...more,
  ]);
/** Every file with its size and when it was written. */
const snapshot = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const { size, mtimeMs } = statSync(join(entry.parentPath, entry.name));
      return `${join(entry.parentPath, entry.name)} ${size} ${mtimeMs}`;
    })
    .sort();

const checkpoint = (run: string, step: number) =>
  readFileSync(join(folder, run, 'checkpoints', `step-${String(step).padStart(9, '0')}.safetensors`));

describe.skipIf(!isBuilt)('the program', () => {
  it('trains, predicts, evaluates; the files are those that it names', async () => {
    await writeField('a', { z: 12, y: 40, x: 96 }, 1);
    const trained = await trainOn('a', 'run', '--steps', '60', '--json');
    expect(trained.err).toBe('');
    expect(trained.code).toBe(0);
    const result = JSON.parse(trained.out) as {
      schema: string;
      steps: number;
      heldOut: { name: string; r: number }[];
      report: string;
    };
    expect(result).toMatchObject({ schema: 'unstained.train/1', steps: 60, heldOut: [{ name: 'dye' }] });
    expect(result.heldOut[0].r).toBeGreaterThan(0.3);
    expect(readFileSync(join(folder, result.report), 'utf8').slice(0, 900)).toContain('<title>run · Unstained</title>');
    expect(readdirSync(join(folder, 'run')).sort()).toEqual([
      'checkpoints',
      'config.yaml',
      'data.json',
      'environment.json',
      'log.jsonl',
      'losses.csv',
      'model.zip',
      'previews',
      'report',
      'run.json',
      'tensorboard',
    ]);

    const predicted = await unstained(['predict', 'a-bf.ome.tif', '--model', 'run', '--out', 'p.ome.tif', '--json']);
    expect(JSON.parse(predicted.out)).toMatchObject({
      outputs: [{ file: 'p.ome.tif', axes: 'CZYX', shape: [1, 12, 40, 96] }],
    });
    const inspected = await unstained(['inspect', 'p.ome.tif', '--json']);
    expect(JSON.parse(inspected.out)).toMatchObject({
      images: [
        {
          shape: [1, 1, 12, 40, 96],
          dtype: 'float32',
          voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
          channels: [{ name: 'dye' }],
        },
      ],
    });

    const evaluated = await unstained(['evaluate', 'p.ome.tif', '--target', 'a-dye.ome.tif', '--json']);
    const byModel = await unstained([
      'evaluate',
      '--model',
      'run',
      '--signal',
      'a-bf.ome.tif',
      '--target',
      'dye=a-dye.ome.tif',
      '--json',
    ]);
    const [r, again] = [evaluated, byModel].map(
      ({ out }) => (JSON.parse(out) as { results: { r: number }[] }).results[0].r,
    );
    expect(r).toBeCloseTo(again, 6);
  });

  it('tiles equal the whole image, bit for bit', async () => {
    const one = await unstained(['predict', 'a-bf.ome.tif', '--model', 'run', '--out', 'whole.ome.tif', '--json']);
    // Just enough for some tiles: what a voxel takes differs from processor to processor.
    const within = (megabytes: number) => ['--out', 'tiled.ome.tif', '--memory', `${megabytes}MB`, '--json'];
    let many = await unstained(['predict', 'a-bf.ome.tif', '--model', 'run', ...within(202)]);
    if (many.code !== 0) many = await unstained(['predict', 'a-bf.ome.tif', '--model', 'run', ...within(204)]);
    const tiles = [one, many].map(({ out }) => (JSON.parse(out) as { outputs: { tiles: number }[] }).outputs[0].tiles);
    expect(tiles[0]).toBe(1);
    expect(tiles[1]).toBeGreaterThan(4);
    const pixels = await Promise.all(
      ['whole', 'tiled'].map((name) => unstained(['inspect', `${name}.ome.tif`, '--pixels', '--json'])),
    );
    const [a, b] = pixels.map(({ out }) => (JSON.parse(out) as { images: { sha256: string }[] }).images[0].sha256);
    expect(a).toBe(b);
  });

  it('the same seed gives the same bits, another seed others', async () => {
    await Promise.all([trainOn('a', 's1', '--steps', '50'), trainOn('a', 's2', '--steps', '50')]);
    await trainOn('a', 's3', '--steps', '50', '--seed', '1');
    expect(checkpoint('s1', 50).equals(checkpoint('s2', 50))).toBe(true);
    expect(checkpoint('s1', 50).equals(checkpoint('s3', 50))).toBe(false);
  });

  it('D5: Ctrl-C saves at once with exit 75, and the run goes on to the same bits', async () => {
    const args = [
      'train',
      '--signal',
      'a-bf.ome.tif',
      '--target',
      'dye=a-dye.ome.tif',
      ...small.filter((arg) => arg !== '--quiet'),
      '--steps',
      '400',
    ];
    await unstained([...args, '--out', 'unbroken', '--quiet']);
    let sent = false;
    const stopped = await unstained([...args, '--out', 'broken'], (err, kill) => {
      if (sent || !err.includes('training ')) return;
      sent = true;
      kill('SIGINT');
    });
    expect(stopped.code).toBe(75);
    expect(stopped.err).toContain('Stopping after this step');
    const { state, step } = JSON.parse(readFileSync(join(folder, 'broken/run.json'), 'utf8')) as {
      state: string;
      step: number;
    };
    expect(state).toBe('interrupted');
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(400);
    expect((await unstained(['train', '--resume', 'broken', '--quiet'])).code).toBe(0);
    expect(checkpoint('broken', 400).equals(checkpoint('unbroken', 400))).toBe(true);
    const rows = (run: string) =>
      readFileSync(join(folder, run, 'losses.csv'), 'utf8')
        .split('\n')
        .map((row) => row.split(',').slice(0, 3).join());
    expect(rows('broken')).toEqual(rows('unbroken'));
  });

  it.each([
    {
      name: 'a file that is missing',
      args: ['train', '--signal', 'no.tif', '--target', 'a-dye.ome.tif', '--out', 'x'],
      code: 3,
      says: /no\.tif/,
    },
    {
      name: 'bytes that are no image',
      args: ['predict', 'text.tif', '--model', 'run', '--out', 'x.tif'],
      code: 3,
      says: /text\.tif/,
    },
    {
      name: 'shapes that differ',
      args: ['train', '--signal', 'a-bf.ome.tif', '--target', 'b-dye.ome.tif', '--out', 'x', ...small],
      code: 3,
      says: /z 12, y 40, x 96.*z 8, y 40, x 96/,
    },
    {
      name: 'an image smaller than the patch',
      args: ['train', '--signal', 'b-bf.ome.tif', '--target', 'b-dye.ome.tif', '--out', 'x'],
      code: 3,
      says: /smaller than the patch.*--patch/s,
    },
    {
      name: 'a constant image',
      args: ['train', '--signal', 'flat.ome.tif', '--target', 'b-dye.ome.tif', '--out', 'x', ...small],
      code: 3,
      says: /all \d+ voxels are 7/,
    },
    {
      name: 'an image with NaN',
      args: ['train', '--signal', 'nan.ome.tif', '--target', 'b-dye.ome.tif', '--out', 'x', ...small],
      code: 3,
      says: /1 of \d+ voxels are NaN/,
    },
    { name: 'an unknown option', args: ['train', '--chanels', '4'], code: 2, says: /--channels/ },
    {
      name: 'an output folder that is there',
      args: ['train', '--signal', 'a-bf.ome.tif', '--target', 'a-dye.ome.tif', '--out', 'run'],
      code: 2,
      says: /run is there already.*--overwrite/s,
    },
    {
      name: 'a folder of somebody else, even with --overwrite',
      args: ['train', '--signal', 'a-bf.ome.tif', '--target', 'a-dye.ome.tif', '--out', '.', '--overwrite'],
      code: 2,
      says: /files that are not of a run/,
    },
    {
      name: 'a prediction over its own input, even with --overwrite',
      args: ['predict', 'a-bf.ome.tif', '--model', 'run', '--out', './a-bf.ome.tif', '--overwrite'],
      code: 2,
      says: /a-bf\.ome\.tif would be written, and is read/,
    },
    {
      name: 'numbers over the target that they are of',
      args: ['evaluate', 'p.ome.tif', '--target', 'a-dye.ome.tif', '--out', 'a-dye.ome.tif', '--overwrite'],
      code: 2,
      says: /The image would be lost/,
    },
    {
      name: 'a run with files of somebody else in its folder, even with --overwrite',
      args: ['train', '--signal', 'a-bf.ome.tif', '--target', 'a-dye.ome.tif', '--out', 'shared-run', '--overwrite'],
      code: 2,
      says: /files that are not of a run/,
    },
    {
      name: 'a single plane for a 3D network',
      args: ['train', '--signal', 'a-bf.ome.tif#z=0', '--target', 'a-dye.ome.tif#z=0', '--out', 'x'],
      code: 3,
      says: /single plane.*--dims 2/s,
    },
    {
      name: 'a prediction to a picture format',
      args: ['predict', 'a-bf.ome.tif', '--model', 'run', '--out', 'x.png'],
      code: 2,
      says: /OME-TIFF/,
    },
    {
      name: 'a model that is none',
      args: ['predict', 'a-bf.ome.tif', '--model', 'nowhere', '--out', 'x.tif'],
      code: 3,
      says: /nowhere is not there/,
    },
    {
      name: 'a training that does not fit into memory',
      args: [
        'train',
        '--signal',
        'a-bf.ome.tif',
        '--target',
        'a-dye.ome.tif',
        '--out',
        'x',
        '--patch',
        '8,32,32',
        '--set',
        'split.heldOut=0',
        '--memory',
        '300MB',
      ],
      code: 4,
      says: /A training step needs about .* GB; there are 0\.30 GB/,
    },
    {
      name: 'memory that is not enough',
      args: ['predict', 'a-bf.ome.tif', '--model', 'run', '--out', 'x.tif', '--memory', '1MB'],
      code: 4,
      says: /memory/,
    },
  ])('refuses $name, says why, and leaves nothing behind', async ({ args, code, says }) => {
    writeFileSync(join(folder, 'text.tif'), 'this is a letter');
    await writeField('b', { z: 8, y: 40, x: 96 }, 2);
    for (const [file, data] of [
      ['flat', new Float32Array(8 * 40 * 96).fill(7)],
      ['nan', new Float32Array(8 * 40 * 96).map((_, i) => (i === 5 ? NaN : i % 7))],
    ] as const) {
      const sink = createOmeTiff(await createFile(join(folder, `${file}.ome.tif`), { overwrite: true }), {
        name: file,
        channels: [channelWith()],
        times: 1,
        timeStep: null,
        type: 'float32',
        size: { z: 8, y: 40, x: 96 },
        voxelSize: null,
      });
      for (let z = 0; z < 8; z++) await sink.writePlane(data.subarray(z * 3840, (z + 1) * 3840));
      await sink.finish();
    }
    mkdirSync(join(folder, 'shared-run'), { recursive: true });
    for (const name of ['run.json', 'my-only-copy.tif']) writeFileSync(join(folder, 'shared-run', name), '{}');
    const before = snapshot();
    const ended = await unstained(args);
    expect(ended.err).toMatch(says);
    expect(ended.code).toBe(code);
    expect(ended.out).toBe('');
    expect(snapshot()).toEqual(before);
  });
});
