/** Models where they are kept: packages and runs' folders; and the tests that packages carry. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../config/index.ts';
import { random } from '../core/index.ts';
import { writeModel } from '../model/index.ts';
import { planeModel, testModel, volumeModel } from '../model/testing/models.ts';
import { initialTensors, parametersOf, statisticsOf } from '../network/index.ts';
import { nodeWorld } from '../node/index.ts';
import { dataFile, encodeCheckpoint, runFile, type DataFile } from '../run/index.ts';
import { inspect } from './inspect.ts';
import { requireTestPasses, testTensors } from './model-check.ts';
import { openModel } from './model-file.ts';

const world = nodeWorld({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'unstained-models-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);
const write = (path: string, bytes: Uint8Array | string) => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};

let bytes: Uint8Array;
beforeAll(async () => {
  bytes = await writeModel(await testModel(volumeModel));
});

const config = resolveConfig({
  set: [
    { key: 'network.depth', value: '1' },
    { key: 'network.channels', value: '2' },
  ],
}).config;
const data: DataFile = {
  schema: 'unstained.data/1',
  targets: ['dna'],
  input: { channels: 1, planes: 4 },
  voxelSize: { z: null, y: 0.1, x: 0.1 },
  axes: null,
  givenVoxelSize: null,
  samples: [
    {
      id: 'a',
      group: null,
      time: null,
      flips: { y: false, x: false },
      role: 'train',
      train: { start: { z: 0, y: 0, x: 0 }, size: { z: 4, y: 5, x: 6 } },
      heldOut: null,
      margin: 0,
      signal: { file: 'bf.tif', voxels: null },
      targets: [{ file: 'dna.tif', voxels: null }],
      weight: null,
      mask: null,
    },
  ],
};

/** A run that was saved at step 7, without a package. */
async function writeRun(name: string): Promise<string> {
  const text = (value: string) => new TextEncoder().encode(value);
  const network = { dims: 3, depth: 1, channels: 2, inputChannels: 1, outputChannels: 1 } as const;
  const values = initialTensors(network, random(1));
  const tensors = Object.fromEntries(
    [...parametersOf(network), ...statisticsOf(network)].map(({ name: tensor, shape }) => [
      tensor,
      { shape, data: values[tensor] },
    ]),
  );
  const selection = { best: null, since: 0, measuredAt: 0 };
  const checkpoint = { step: 7, tensors, random: [1], buffer: null, selection, configSha256: '', lossesSha256: '' };
  write(at(name, 'checkpoints', 'step-000000007.safetensors'), await encodeCheckpoint(checkpoint));
  write(at(name, 'config.yaml'), text(configToYaml(config)));
  write(at(name, 'data.json'), dataFile.encode(data));
  const now = '2026-01-02T03:04:05.678Z';
  const state = {
    state: 'running',
    step: 7,
    steps: 1000,
    seconds: 1,
    configSha256: '',
    startedAt: now,
    updatedAt: now,
  } as const;
  write(at(name, 'run.json'), runFile.encode({ schema: 'unstained.run/1', version: '0.1.0', ...state }));
  return at(name);
}

describe('a model is opened', () => {
  it('from a package, whatever it is called, and from a folder that holds one', async () => {
    const { description } = await testModel(volumeModel);
    const opened = await openModel(world, write(at('dna.model'), bytes));
    expect(opened).toMatchObject({ from: 'package', description, name: at('dna.model') });
    write(at('packed', 'model.zip'), bytes);
    expect(await openModel(world, at('packed'))).toMatchObject({ from: 'package', name: at('packed') });
  });

  it('from a run that has no package yet, with a note', async () => {
    const notes: string[] = [];
    const model = await openModel(world, await writeRun('young'), (note) => notes.push(note));
    expect(model).toMatchObject({ from: 'checkpoint', test: null });
    expect(model.description).toMatchObject({
      step: 7,
      targets: [{ name: 'dna' }],
      signal: { channels: 1, planes: null },
    });
    expect(notes).toEqual([expect.stringMatching(/the network of step 7 is used/)]);
  });

  it("from a run's package, and where that is damaged from its checkpoint, which is said", async () => {
    const run = await writeRun('run');
    write(at('run', 'model.zip'), bytes);
    expect((await openModel(world, run)).from).toBe('package');
    write(at('run', 'model.zip'), bytes.with(bytes.length >> 1, bytes[bytes.length >> 1] ^ 1));
    const notes: string[] = [];
    expect((await openModel(world, run, (note) => notes.push(note))).from).toBe('checkpoint');
    expect(notes[0]).toMatch(/model\.zip.* damaged.*The newest checkpoint of the run is used instead\.$/);
  });

  it.each([
    ['nowhere', 'model/missing', /is not there/],
    ['empty', 'model/missing', /no run: it holds no run\.json/],
    ['text.zip', 'model/unsupported', /is no model package/],
    ['nothing.zip', 'model/unsupported', /is no model package/],
  ])('not from %s', async (name, code, message) => {
    mkdirSync(at('empty'), { recursive: true });
    write(at('text.zip'), 'hello');
    write(at('nothing.zip'), '');
    const opened = openModel(world, at(name));
    await expect(opened).rejects.toMatchObject({ code });
    await expect(opened).rejects.toThrow(message);
  });
});

it('inspect tells what is in a package, and what is in an image that is no ZIP still', async () => {
  const told = await inspect(world, write(at('a.zip'), bytes), { pixels: false }, {});
  expect(told).toMatchObject({
    kind: 'model',
    name: 'dna and nuclear envelope from transmitted light',
    network: { depth: 2, channels: 4, reach: 24 },
    targets: [{ name: 'dna' }, { name: 'nuclear envelope' }],
    metrics: [{ target: 'dna', values: { r: 0.61234 } }, {}],
    training: { steps: 500 },
  });
  await expect(inspect(world, at('text.zip'), { pixels: false }, {})).rejects.toMatchObject({
    code: 'image/unsupported',
  });
});

describe.each([
  ['volumes', volumeModel, { z: 11, y: 40, x: 21 }],
  ['planes as channels', planeModel, { z: 5, y: 3, x: 70 }],
])("a package's test of %s", (_, made, size) => {
  it('is made of any image, passes here, and fails where the network is another', async () => {
    const model = await testModel(made);
    const { description, tensors } = model;
    const network = { description: description.network, tensors };
    const runtime = await world.startRuntime();
    try {
      const source = random(2);
      const voxels = Float32Array.from({ length: size.z * size.y * size.x }, () => 300 + 9 * source.normal());
      const signal = { data: voxels, channels: 1, size, voxelSize: null };
      for (const image of [signal, { ...signal, data: voxels.map(() => 4) }]) {
        const test = await testTensors(runtime, network, description, image);
        const alignment = 2 ** description.network.depth;
        for (const extent of test.input.shape.slice(2)) expect(extent % alignment).toBe(0);
        const path = write(at('tested.zip'), await writeModel({ ...model, test }));
        const opened = await openModel(world, path);
        await requireTestPasses(runtime, opened);
        const other = { ...tensors, 'conv_out.weight': tensors['conv_out.weight'].map((value) => 1.01 * value) };
        await expect(
          requireTestPasses(runtime, { ...opened, network: { ...network, tensors: other } }),
        ).rejects.toMatchObject({ code: 'model/test' });
      }
    } finally {
      await runtime.close();
    }
  });
});
