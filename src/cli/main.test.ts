import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ImageError, Interrupted, ResourceError } from '../core/index.ts';
import type { ConvertRequest, EvaluateRequest, PredictRequest, TrainRequest, TrainResult } from '../api/index.ts';
import type { Verbs } from './verbs.ts';
import { COMMANDS } from './commands.ts';
import { main } from './main.ts';
import { fakeIo, fakeLibrary, type FakeIo } from './testing/fake-io.ts';

async function run(args: readonly string[], verbs: Partial<Verbs<string>> = {}, io: FakeIo = fakeIo()) {
  const code = await main(args, io, fakeLibrary(verbs));
  return { code, out: io.out.join(''), err: io.err.join(''), io };
}

const typed = (line: string) => line.split(' ');
const TRAIN = typed('train --signal bf.tif --target dna=nuc.tif --out runs/dna');

const trained: TrainResult = {
  schema: 'unstained.train/1',
  state: 'finished',
  bestStep: 1000,
  test: [],
  run: 'runs/dna',
  steps: 1000,
  loss: 0.4123,
  seconds: 500,
  stepsPerSecond: 2,
  parameters: 1_000_000,
  heldOut: [{ name: 'dna', r: 0.8123, normalizedL2: 0.34 }],
  report: 'runs/dna/report/index.html',
};

describe('help', () => {
  it('tells of every command, and exits 0', async () => {
    for (const args of [[], ['--help'], ['-h'], ['help']]) {
      const { code, out, err } = await run(args);
      expect([code, err]).toEqual([0, '']);
      for (const { name } of COMMANDS) expect(out).toContain(`\n  ${name} `);
    }
  });

  it.each(COMMANDS.map(({ name }) => name))('%s has a page with two examples that fits 80 columns', async (name) => {
    const { code, out } = await run([name, '--help']);
    expect(code).toBe(0);
    expect(out.match(new RegExp(`^    unstained ${name}`, 'gm'))!.length).toBeGreaterThanOrEqual(2);
    const examples = /^ {4}unstained /;
    for (const line of out.split('\n').slice(1)) if (!examples.test(line)) expect(line.length).toBeLessThanOrEqual(80);
    expect(await run(['help', name])).toMatchObject({ out });
  });

  it.each(COMMANDS.map(({ name }) => name))('every example of %s is understood by the program itself', async (name) => {
    const command = await COMMANDS.find((entry) => entry.name === name)!.load();
    for (const { type } of command.examples) {
      const { code, err } = await run(typed(type).slice(1));
      expect([code, err]).toEqual([1, expect.stringContaining('this verb was not expected')]);
    }
  });

  it('--version prints a version and nothing else', async () => {
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await run(['train', '--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a command line that is wrong exits 2, prints nothing on stdout, and says what to type', () => {
  it.each([
    ['trian', 'There is no command trian.', 'Did you mean unstained train?'],
    ['frobnicate', 'There is no command frobnicate.', 'demo, check, train, predict'],
    ['--json train', '--json stands where the command belongs.', 'Begin with one of'],
    ['train --stpes 3', 'train has no option --stpes.', 'Did you mean --steps?'],
    ['train --stpes=3', 'train has no option --stpes.', 'Did you mean --steps?'],
    ['predict --pixels', 'predict has no option --pixels.', 'unstained predict --help'],
    ['train --steps --loss mse', '--steps needs a value; next comes --loss.', 'Write: --steps N'],
    ['train --signal', '--signal needs a value.', '--signal VALUE'],
    ['train --signal=', '--signal needs a value.', 'Write: --signal FILE'],
    ['train --steps 1 --steps 2', '--steps is given twice, as 1 and 2.', 'leave the other out'],
    ['train --signal a.tif', 'train needs --target [NAME=]FILE and --out FOLDER.', 'unstained train --help'],
    ['train a.tif', '"a.tif" is one word too many.', 'unstained train --data MANIFEST'],
    ['devices gpu', '"gpu" is one word too many.', 'unstained devices'],
    ['predict', 'predict needs an image.', 'unstained predict IMAGE'],
    ['predict a.tif', 'predict needs --model PATH and --out PATH.', '--model RUN'],
    ['evaluate --target t.tif', 'evaluate needs predictions, or a model.', 'unstained evaluate PREDICTION'],
    ['evaluate p.tif --model m --target t.tif', 'predictions or --model, not both', 'Either'],
    ['evaluate --model m', 'evaluate needs --signal FILE and --target [NAME=]FILE.', ''],
    ['convert', 'convert needs an image and a name to write it to.', 'unstained convert IN OUT'],
    ['convert a.tif', 'convert needs a name to write a.tif to.', 'unstained convert IN OUT'],
    ['convert a b c', '"c" is one word too many.', ''],
    ['convert a b.tif --crop x=3:3', '--crop is "x=3:3".', 'z=4:30,y=0:512'],
    ['convert a b.tif --crop x=1:3,x=2:4', '--crop is "x=1:3,x=2:4".', ''],
    ['convert a b.tif --crop c=1:3', '--crop is "c=1:3".', ''],
    ['convert a b.tif --channel DNA,', '--channel is "DNA,".', 'DNA,Bright or 0,2'],
    ['convert a b.tif --time 5:2', '--time is "5:2".', '2:10'],
    ['convert a b.tif --dtype int8', '--dtype is "int8".', 'uint8, uint16, float32'],
    ['convert a b.tif --voxel-size 1,1,1000000', '--voxel-size is "1,1,1000000".', 'to 10000'],
    ['convert a b.tif --voxel-size 1,1,-1', '--voxel-size is "1,1,-1".', ''],
    ['convert a b.tif --input-voxel-size 1,1,NaN', '--input-voxel-size is "1,1,NaN".', 'z,y,x'],
    ['convert a b.tif --crop t=0:1', '--crop is "t=0:1".', '--time'],
    ['convert a b.tif --voxel-size 0,1,1', '--voxel-size is "0,1,1".', 'above 0'],
    ['inspect', 'inspect needs a file or folder.', ''],
    ['inspect ', 'inspect: the name of a file is empty.', 'variable'],
    ['inspect a.tif --pixels=3', 'inspect: --pixels takes no value.', 'Write: --pixels'],
    ['inspect -cells.tif', 'inspect has no option -cells.tif.', 'A file of that name: ./-cells.tif'],
    ['inspect a b', '"b" is one word too many.', ''],
    ['demo --minutes 5', 'demo has no option --minutes.', ''],
    ['devices --threads 2', 'devices has no option --threads.', ''],
    ['demo --threads 0', '--threads is "0".', 'from 1 to 999'],
    ['demo --device cuda', '--device is "cuda".', 'cpu'],
    ['predict a.tif --model m --out o --memory 4', '--memory is "4".', '800MB, 4GB'],
    ['predict a.tif --model m --out o --voxel-size 0.1,0.1', '--voxel-size is "0.1,0.1".', '0.29,0.108,0.108'],
    ['predict a.tif --model m --out o --voxel-size 0.1,0,0.1', '--voxel-size is "0.1,0,0.1".', ''],
    ['inspect a.tif --axes XYZ', '--axes is "XYZ".', 'T3C2ZYX'],
  ])('%s', async (line, what, remedy) => {
    const { code, out, err } = await run(typed(line));
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^Error: /);
    expect(err).toContain(what);
    expect(err).toContain(remedy);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it.each([
    [
      ['--lr', 'fast', '--set', 'optimiser.lr=1'],
      ['--lr: optimizer.lr is "fast".', 'Did you mean optimizer.lr?'],
    ],
    [['--lr', '1', '--set', 'optimizer.lr=2'], ['optimizer.lr is given twice, first by --lr.']],
    [['--patch', '30,64,64'], ['--patch: patch 30,64,64: z 30 must divide by 8']],
    [['--preset', 'papr'], ['Did you mean paper?']],
    [['--set', 'loss'], ['--set is "loss".']],
    [['--config', 'not-there.yaml'], ['--config not-there.yaml: there is no such file.']],
  ])('train %j', async (more, whats) => {
    const { code, out, err } = await run([...TRAIN, ...more]);
    expect([code, out]).toEqual([2, '']);
    for (const what of whats) expect(err).toContain(what);
  });
});

describe('what is typed reaches the library', () => {
  it('train: files, settings over the file over the preset, sizes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'unstained-cli-'));
    const config = join(folder, 'config.yaml');
    await writeFile(config, 'steps: 7\nbatch: 3\n');
    let request: TrainRequest | undefined;
    const verbs = { train: async (_: string, asked: TrainRequest) => ((request = asked), trained) };
    const more = ['--target', 'er=er.tif', '--config', config, '--steps', '9', '--set', 'optimizer.betas=0.9,0.99'];
    const sizes = ['--voxel-size', '0.29,0.108,0.108', '--axes', 'TYX', '--memory', '1.5GB', '--weight', 'w.tif'];
    expect((await run([...TRAIN, ...more, ...sizes], verbs)).code).toBe(0);
    expect(request).toMatchObject({
      signal: 'bf.tif',
      targets: [
        { name: 'dna', path: 'nuc.tif' },
        { name: 'er', path: 'er.tif' },
      ],
      weight: 'w.tif',
      out: 'runs/dna',
      config: { steps: 9, batch: 3, optimizer: { betas: [0.9, 0.99] } },
      voxelSize: { z: 0.29, y: 0.108, x: 0.108 },
      axes: 'TYX',
      memoryBytes: 1.5e9,
      overwrite: false,
      resume: null,
    });
    expect([...request!.explicit].sort()).toEqual(['batch', 'optimizer.betas', 'steps']);
    await rm(folder, { recursive: true });
  });

  it('train --resume needs no files', async () => {
    let request: TrainRequest | undefined;
    const { code } = await run(typed('train --resume runs/dna'), {
      train: async (_, asked) => ((request = asked), trained),
    });
    expect(code).toBe(0);
    expect(request).toMatchObject({ resume: 'runs/dna', signal: null, targets: [], out: null });
  });

  it('predict: several images', async () => {
    let request: PredictRequest | undefined;
    const verbs: Partial<Verbs<string>> = {
      predict: async (_, asked) => ((request = asked), { schema: 'unstained.predict/1', outputs: [] }),
    };
    await run(typed('predict a.tif b.tif --model runs/dna --out p/ --overwrite'), verbs);
    expect(request).toMatchObject({ images: ['a.tif', 'b.tif'], model: 'runs/dna', out: 'p/', overwrite: true });
  });

  it('convert: parts, sizes, type, file', async () => {
    const requests: ConvertRequest[] = [];
    const refuse = new ImageError('image/unsupported', { what: 'no' });
    const verbs: Partial<Verbs<string>> = {
      async convert(_, asked) {
        requests.push(asked);
        throw refuse;
      },
    };
    await run(typed('convert a.tif#scene=1 b.ome.tif'), verbs);
    const parts = '--crop z=4:30,y=:512,x=7 --channel DNA,2 --channel ER --time 2:';
    const sizes = '--voxel-size 0.3,0.3,0.3 --input-voxel-size 1,0.1,0.1 --axes C3ZYX --dtype uint8';
    await run(typed(`convert a b ${parts} ${sizes} --format ome-tiff --compression deflate --overwrite`), verbs);
    const plain = {
      crop: null,
      channels: [],
      times: null,
      voxelSize: null,
      inputVoxelSize: null,
      axes: null,
      type: null,
    };
    expect(requests).toEqual([
      { image: 'a.tif#scene=1', out: 'b.ome.tif', ...plain, format: null, compression: null, overwrite: false },
      {
        image: 'a',
        out: 'b',
        crop: { z: { from: 4, to: 30 }, y: { from: null, to: 512 }, x: { from: 7, to: 8 } },
        channels: ['DNA', '2', 'ER'],
        times: { from: 2, to: null },
        voxelSize: { z: 0.3, y: 0.3, x: 0.3 },
        inputVoxelSize: { z: 1, y: 0.1, x: 0.1 },
        axes: 'C3ZYX',
        type: 'uint8',
        format: 'ome-tiff',
        compression: 'deflate',
        overwrite: true,
      },
    ]);
  });

  it('a number that begins with a minus is a value, not an option', async () => {
    expect((await run([...TRAIN, '--lr', '-1e-3'])).err).toContain('optimizer.lr is -0.001.');
  });

  it('evaluate: names stand before =, unless they are part of a path', async () => {
    let request: EvaluateRequest | undefined;
    const verbs: Partial<Verbs<string>> = {
      evaluate: async (_, asked) => ((request = asked), { schema: 'unstained.evaluate/1', results: [] }),
    };
    await run(typed('evaluate dna=p.tif ./a=b.tif --target dna=t.tif --target x/er=1.tif'), verbs);
    expect(request!.predictions).toEqual([
      { name: 'dna', path: 'p.tif' },
      { name: null, path: './a=b.tif' },
    ]);
    expect(request!.targets[1]).toEqual({ name: null, path: 'x/er=1.tif' });
  });

  it('threads and device reach the world', async () => {
    let world = '';
    await run(typed('predict a.tif --model m --out o --threads 3 --device cpu'), {
      predict: async (opened) => ((world = opened), { schema: 'unstained.predict/1', outputs: [] }),
    });
    expect(world).toBe('cpu with 3 threads');
  });
});

describe('results', () => {
  const verbs = { train: async () => trained };

  it('are a short text for a person', async () => {
    const { out, err } = await run(TRAIN, verbs);
    expect(out).toContain('runs/dna: 1000 steps, 8 min 20 s of training (2 steps/s), loss 0.412.');
    expect(out).toMatch(/\ndna +0\.812 +0\.340\n/);
    expect(out).toContain('unstained predict IMAGE --model runs/dna');
    expect(err).toBe('');
  });

  it('are exactly one JSON object with --json', async () => {
    const { out } = await run([...TRAIN, '--json'], verbs);
    expect(JSON.parse(out)).toEqual(trained);
  });

  it('are not printed with --quiet, nor is progress; errors are', async () => {
    const noisy: Partial<Verbs<string>> = {
      train: async (_, __, { onProgress, onNote }) => {
        onNote?.('a note');
        onProgress?.({ task: 'training', done: 1, total: 2, unit: 'steps' });
        return trained;
      },
    };
    expect(await run([...TRAIN, '--quiet'], noisy)).toMatchObject({ code: 0, out: '', err: '' });
    expect((await run(TRAIN, noisy)).err).toContain('a note\ntraining: 1/2 steps');
    expect((await run(typed('trian --quiet'))).err).toContain('no command');
  });

  it('of convert are a line, and the names of channels where there are some', async () => {
    const { out } = await run(typed('convert a.tif b.ome.tif'), {
      convert: async () => ({
        schema: 'unstained.convert/1',
        image: 'a.tif',
        file: 'b.ome.tif',
        format: 'ome-tiff',
        axes: 'TCZYX',
        shape: [1, 2, 3, 40, 50],
        dtype: 'uint16',
        voxelSize: { z: null, y: 0.108, x: 0.108 },
        channels: ['DNA', null],
        notes: [],
        seconds: 2.04,
      }),
    });
    expect(out).toBe(
      'b.ome.tif: t 1, c 2, z 3, y 40, x 50, uint16, voxels of z unknown, y 0.108, x 0.108 um; 2 s.\n' +
        'Channels: DNA, without a name.\n',
    );
  });

  it('of inspect are lines of facts', async () => {
    const facts = {
      schema: 'unstained.inspect/1',
      kind: 'image',
      images: [{ axes: 'TCZYX', shape: [1, 2], voxelSize: null, channels: [{ name: 'dna', color: null }] }],
    };
    const { out } = await run(typed('inspect a.tif'), { inspect: async () => facts });
    expect(out).toBe(
      'kind: image\nimages:\n  axes: TCZYX\n  shape: 1, 2\n  voxelSize: unknown\n  channels: name dna, color unknown\n',
    );
  });
});

describe('errors of the library', () => {
  const failing = (error: Error): Partial<Verbs<string>> => ({
    async train() {
      throw error;
    },
  });
  const text = { what: 'bf.tif: plane 3 is cut.', why: 'Zeros would stand there.', remedy: 'Copy it again.' };

  it.each([
    [new ImageError('image/truncated', text), 3],
    [new ResourceError('resource/memory', text), 4],
    [new Interrupted(true, text), 75],
    [new Interrupted(false, text), 130],
  ])('%s exits with its code, in three sentences', async (error, exitCode) => {
    const { code, err, out } = await run(TRAIN, failing(error));
    expect([code, out]).toEqual([exitCode, '']);
    expect(err).toBe(
      `${exitCode < 75 ? 'Error: ' : ''}bf.tif: plane 3 is cut.\n  Zeros would stand there.\n  Copy it again.\n`,
    );
  });

  it('anything else is a defect of the program: exit 1, how to report it, a stack with --debug only', async () => {
    const { code, err } = await run(TRAIN, failing(new TypeError('x is undefined', { cause: new Error('deeper') })));
    expect(code).toBe(1);
    expect(err).toMatch(/^A defect of the program: TypeError: x is undefined\n/);
    expect(err).toContain('--debug');
    expect(err).not.toMatch(/^\s+at /m);
    const debug = await run(
      [...TRAIN, '--debug'],
      failing(new TypeError('x is undefined', { cause: new Error('deeper') })),
    );
    expect(debug.err).toMatch(/^\s+at /m);
    expect(debug.err).toContain('caused by Error: deeper');
  });

  it('a file name cannot command the terminal', async () => {
    const error = new ImageError('image/unsupported', { what: '\u001b[2Jevil.tif: no.' });
    expect((await run(TRAIN, failing(error))).err).not.toContain('\u001b');
  });

  it('are red in a terminal, unless NO_COLOR is set', async () => {
    const error = new ImageError('image/truncated', text);
    expect((await run(TRAIN, failing(error), fakeIo({ isTTY: true }))).err).toContain('\u001b[31m');
    expect((await run(TRAIN, failing(error), fakeIo({ isTTY: true, env: { NO_COLOR: '1' } }))).err).not.toContain(
      '\u001b[31m',
    );
  });
});

describe('D5: a signal to stop', () => {
  it('aborts and says at once what happens; the library decides the code', async () => {
    const io = fakeIo();
    const verbs: Partial<Verbs<string>> = {
      async train(_, __, { signal }) {
        io.interrupt();
        expect(signal!.aborted).toBe(true);
        expect(io.err).toEqual(['Stopping after this step; the state will be saved. Again to stop at once.\n']);
        throw new Interrupted(true, {
          what: 'Stopped at step 12.',
          remedy: 'Go on: unstained train --resume runs/dna',
        });
      },
    };
    expect(await run(TRAIN, verbs, io)).toMatchObject({ code: 75 });
    expect(io.stops()).toBe(0);
  });

  it('twice within five seconds ends the process at once; later it counts as the first', async () => {
    const io = fakeIo();
    const verbs: Partial<Verbs<string>> = {
      async train() {
        io.interrupt();
        io.advance(6000);
        io.interrupt();
        expect(io.stops()).toBe(0);
        io.advance(4000);
        io.interrupt();
        expect(io.stops()).toBe(1);
        return trained;
      },
    };
    await run(TRAIN, verbs, io);
    io.interrupt(); // nobody listens any more
    expect(io.stops()).toBe(1);
  });

  it.each(['SIGTERM', 'SIGUSR1'] as const)('%s saves as Ctrl-C does, however often it comes', async (signal) => {
    const io = fakeIo();
    const verbs: Partial<Verbs<string>> = {
      async train(_, __, call) {
        for (const sent of [signal, 'SIGTERM', 'SIGUSR1', 'SIGINT'] as const) io.interrupt(sent);
        expect(call.signal!.aborted).toBe(true);
        expect(io.err[0]).toBe('Stopping after this step; the state will be saved.\n');
        expect(io.stops()).toBe(0);
        io.interrupt('SIGINT'); // twice: a person who cannot wait
        return trained;
      },
    };
    await run(TRAIN, verbs, io);
    expect(io.stops()).toBe(1);
  });

  it('that a read answers with AbortError is no defect', async () => {
    const io = fakeIo();
    const verbs: Partial<Verbs<string>> = {
      async predict(_, __, { signal }) {
        io.interrupt();
        signal!.throwIfAborted();
        throw new Error('not aborted');
      },
    };
    const { code, err } = await run(typed('predict a.tif --model m --out o'), verbs, io);
    expect(code).toBe(130);
    expect(err).toContain('Stopping; no half-written file will stay behind.');
  });
});

it('the program itself, in a process, exits 2 for an unknown command and prints its version', async () => {
  const bin = fileURLToPath(new URL('./bin.ts', import.meta.url));
  const spawn = (...args: string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, ['--import', 'tsx', bin, ...args], (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  expect(await spawn('trian')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('Did you mean unstained train?'),
  });
  expect(await spawn('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d/), stderr: '' });
});
