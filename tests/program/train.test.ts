/** `unstained train` on many images, as a user has it: manifest, validation, best network, fine-tuning, training grid. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../src/core/index.ts';
import { channelWith, createOmeTiff, openImage, readVolume } from '../../src/io/index.ts';
import { createFile } from '../../src/node/byte-sink.ts';
import { nodeFiles } from '../../src/node/files.ts';
import { isBuilt, runProgram, type Ended } from './run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function unstained(...args: readonly string[]): Promise<Ended> {
  return runProgram(folder, args, { env: { UNSTAINED_CACHE: join(folder, 'cache') } });
}

/** Runs it and gives its JSON; fails with what it said where it fails. */
async function done<T>(...args: readonly string[]): Promise<T> {
  const { code, out, err } = await unstained(...args, '--json', '--quiet');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as T;
}

const size = { z: 8, y: 32, x: 48 };

/** Blurred noise, and a dye that is its square: easy to learn. Voxels of 0.3, 0.1, 0.1 um. */
async function writeField(name: string, seed: number): Promise<void> {
  const { normal } = random(seed);
  const plane = size.y * size.x;
  const signal = new Float32Array(size.z * plane).map(() => normal());
  for (let i = 1; i < signal.length; i++) signal[i] = 0.6 * signal[i - 1] + 0.4 * signal[i];
  for (const [kind, data] of [
    ['bf', signal],
    ['dye', signal.map((value) => value * value)],
  ] as const) {
    const path = join(folder, `${name}-${kind}.ome.tif`);
    const sink = createOmeTiff(await createFile(path, { overwrite: true }), {
      name,
      channels: [channelWith({ name: kind })],
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

const SMALL = ['--depth', '1', '--channels', '4', '--patch', '8,16,16', '--batch', '2'];
const set = (...pairs: string[]) => pairs.flatMap((pair) => ['--set', pair]);
const csv = (run: string) =>
  readFileSync(join(folder, run, 'losses.csv'), 'utf8')
    .trimEnd()
    .split('\n');
const json = (run: string, name: string) =>
  JSON.parse(readFileSync(join(folder, run, name), 'utf8')) as Record<string, unknown>;
const newest = (run: string, step: number) =>
  readFileSync(join(folder, run, 'checkpoints', `step-${String(step).padStart(9, '0')}.safetensors`));

describe.skipIf(!isBuilt)('unstained train', () => {
  beforeAll(async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const [i, name] of names.entries()) await writeField(name, i);
    const rows = names.map((name) => `${name}-bf.ome.tif,${name}-dye.ome.tif,well ${name < 'c' ? 1 : name}`);
    writeFileSync(join(folder, 'cells.csv'), `signal,target:dye,group\n${rows.join('\n')}\n`);
  });

  it('a manifest: whole images are kept aside, measured now and then, and the best network is the model', async () => {
    const result = await done<{ bestStep: number; heldOut: { name: string; r: number }[] }>(
      'train',
      '--data',
      'cells.csv',
      '--out',
      'many',
      ...SMALL,
      '--steps',
      '40',
      ...set('validate.every=10'),
    );
    const rows = csv('many');
    expect(rows[0]).toBe('step,loss,lr,r_dye,normalizedL2_dye');
    const measured = rows
      .slice(1)
      .flatMap((row, i) => (row.endsWith(',,') ? [] : [{ step: i + 1, r: Number(row.split(',')[3]) }]));
    expect(measured.map(({ step }) => step)).toEqual([10, 20, 30, 40]);
    const best = measured.toSorted((a, b) => b.r - a.r)[0];
    expect(result.bestStep).toBe(best.step);
    expect(result.heldOut[0].r).toBeCloseTo(best.r, 5);
    expect(best.r).toBeGreaterThan(0.25);

    const { samples } = json('many', 'data.json') as { samples: { id: string; role: string }[] };
    const roles = samples.map(({ role }) => role);
    expect(roles.filter((role) => role === 'val').length).toBeGreaterThan(0);
    expect(roles[0]).toBe(roles[1]); // one well
    const model = await done<{ kind: string; step: number }>('inspect', 'many/model.zip');
    expect(model.step).toBe(best.step);
    for (const step of [10, 20, 30, 40])
      expect(existsSync(join(folder, 'many', 'previews', `step-${String(step).padStart(9, '0')}.png`))).toBe(true);
  });

  it('what is told before it starts, and --dry-run stops there', async () => {
    const { plan } = await done<{ plan: { images: object; steps: number; secondsPerStep: number; patches: number } }>(
      'train',
      '--data',
      'cells.csv',
      '--out',
      'never',
      ...SMALL,
      '--steps',
      '40',
      '--dry-run',
    );
    expect(plan).toMatchObject({
      steps: 40,
      patches: 80,
      images: { train: 5, byParts: false, validation: 1, test: 0 },
    });
    expect(plan.secondsPerStep).toBeGreaterThan(0);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  it('an image buffer, averages, patches around what is bright, and a stop in between: still the same bits', async () => {
    const buffered = [
      ...SMALL,
      '--steps',
      '30',
      ...set(
        'sampling.buffer=2',
        'sampling.switchEvery=7',
        'average=0.9',
        'sampling.foreground=0.5',
        'augment.defocus=1',
        'augment.noise=0.2',
        'validate.every=8',
      ),
    ];
    const first = buffered.map((word) => (word === '30' ? '12' : word));
    await done('train', '--data', 'cells.csv', '--out', 'stopped', ...first, ...set('optimizer.schedule=constant'));
    await done('train', '--data', 'cells.csv', '--out', 'unbroken', ...buffered, ...set('optimizer.schedule=constant'));
    await done('train', '--resume', 'stopped', '--steps', '30');
    const tensors = (run: string) => newest(run, 30).subarray(8 + Number(newest(run, 30).readBigUInt64LE(0)));
    expect(tensors('stopped').equals(tensors('unbroken'))).toBe(true); // the settings differ: so many steps were asked for
  });

  it('ends when it does not become better', async () => {
    const settings = [
      '--steps',
      '400',
      '--lr',
      '0.00000001',
      ...set('validate.every=5', 'validate.patience=2', 'optimizer.schedule=constant'),
    ];
    const { steps } = await done<{ steps: number }>(
      'train',
      '--data',
      'cells.csv',
      '--out',
      'early',
      ...SMALL,
      ...settings,
    );
    expect(steps).toBeLessThan(400);
    expect(json('early', 'run.json').state).toBe('finished');
  });

  it('goes on from another model; a frozen encoder stays as it was', async () => {
    const begun = ['--data', 'cells.csv', '--init', 'many/model.zip', ...SMALL, '--steps', '3'];
    await done('train', ...begun, '--out', 'tuned', ...set('freezeEncoder=true'));
    expect(Number(csv('tuned')[1].split(',')[1])).toBeLessThan(Number(csv('many')[1].split(',')[1]));
    const { err, code } = await unstained(
      'train',
      ...begun.map((word) => (word === '4' ? '8' : word)),
      '--out',
      'other',
    );
    expect([code, err]).toEqual([
      3,
      expect.stringContaining('many/model.zip has channels 4; this training has channels 8'),
    ]);
    const alone = await unstained('train', '--data', 'cells.csv', '--out', 'x', ...SMALL, ...set('freezeEncoder=true'));
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('--init')]);
  });

  it('on a training grid: predictions come back in the voxels of their image', async () => {
    await done(
      'train',
      '--data',
      'cells.csv',
      '--out',
      'grid',
      ...SMALL,
      '--steps',
      '2',
      ...set('voxelSize=0.3,0.2,0.2'),
    );
    await done('predict', 'a-bf.ome.tif', '--model', 'grid', '--out', 'grid.ome.tif');
    const file = await openImage(nodeFiles, join(folder, 'grid.ome.tif'));
    expect(file.images[0]).toMatchObject({ size, voxelSize: { z: 0.3, y: 0.1, x: 0.1 } });
    await file.close();
  });

  it('a loss that tells how sure it is: predictions have a standard deviation', async () => {
    await done('train', '--data', 'cells.csv', '--out', 'sure', ...SMALL, '--steps', '20', ...set('loss=gaussian'));
    await done('predict', 'a-bf.ome.tif', '--model', 'sure/model.zip', '--out', 'sure.ome.tif');
    const file = await openImage(nodeFiles, join(folder, 'sure.ome.tif'));
    expect(file.images[0].channels.map(({ name }) => name)).toEqual(['dye', 'dye standard deviation']);
    const { data } = await readVolume(file.images[0]);
    expect(data.subarray(data.length / 2).every((deviation) => deviation > 0)).toBe(true);
    await file.close();
  });

  it('a manifest with errors is refused with all of them', async () => {
    writeFileSync(join(folder, 'bad.csv'), 'signal,target,splitt\na-bf.ome.tif,,train\nno.tif,a-dye.ome.tif,train\n');
    const { code, err } = await unstained('train', '--data', 'bad.csv', '--out', 'bad', ...SMALL);
    expect(code).toBe(3);
    expect(err).toMatch(/splitt.*Did you mean.*split/s);
    expect(existsSync(join(folder, 'bad'))).toBe(false);
  });
});
