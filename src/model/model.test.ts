/** A model package: what is in it, that it comes back, and what is refused. */
import * as ort from 'onnxruntime-node';
import { parse, stringify } from 'yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeNpy, decodePng, encodeZip, openZip, sha256 } from '../codec/index.ts';
import { isUnstainedError, random } from '../core/index.ts';
import { readModel } from './read-model.ts';
import { planeModel, testModel, volumeModel } from './testing/models.ts';
import { writeModel, type Model } from './write-model.ts';

const FILES = [
  'rdf.yaml',
  'README.md',
  'training-data.json',
  'cover.png',
  'test-input.npy',
  'test-output.npy',
  'weights.onnx',
];

describe.each([
  ['volumes, two structures', volumeModel],
  ['planes as channels, gaussian', planeModel],
])('%s', (_, made) => {
  let model: Model;
  let bytes: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    model = await testModel(made);
    bytes = await writeModel(model);
  });

  it('comes back as it was, to the bit', async () => {
    const read = await readModel(bytes, 'model.zip');
    expect(read.description).toEqual(model.description);
    expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(model.tensors).sort());
    for (const [name, data] of Object.entries(model.tensors)) expect(read.tensors[name]).toEqual(data);
    expect(read.test.input).toEqual(model.test.input);
    expect(read.timestamp).toBe(model.publication.timestamp);
  });

  it('equal models make equal bytes', async () => {
    expect(await writeModel(await testModel(made))).toEqual(bytes);
  });

  it('its ONNX file predicts in ONNX Runtime what our inference program does, and other sizes too', async () => {
    const zip = await openZip(bytes, 'model.zip');
    expect(zip.names).toEqual(FILES);
    const session = await ort.InferenceSession.create(await zip.read('weights.onnx', 1e7));
    const { input, output } = model.test;
    const run = async (data: Float32Array, shape: readonly number[]) =>
      (await session.run({ signal: new ort.Tensor('float32', data, shape) })).prediction;
    const found = await run(input.data, input.shape);
    expect(found.dims).toEqual(output.shape);
    const error = (found.data as Float32Array).reduce(
      (most, value, i) => Math.max(most, Math.abs(value - output.data[i])),
      0,
    );
    expect(error).toBeLessThan(1e-5);
    expect(Math.max(...output.data) - Math.min(...output.data)).toBeGreaterThan(0.01); // the network is alive
    const [, channels, ...extents] = input.shape;
    const larger = [2, channels, ...extents.map((extent) => 2 * extent)];
    expect((await run(new Float32Array(larger.reduce((a, b) => a * b)), larger)).dims).toEqual([
      2,
      output.shape[1],
      ...larger.slice(2),
    ]);
    await session.release();
  });

  it("its test output is in the targets' units", async () => {
    const zip = await openZip(bytes, 'model.zip');
    const stored = decodeNpy(await zip.read('test-output.npy', 1e7), 'test-output.npy').data;
    const { scale, offset } = model.description.targets[0].units!;
    const length = stored.length / model.test.output.shape[1];
    for (const i of [0, 1, length - 1]) expect(stored[i]).toBeCloseTo(model.test.output.data[i] * scale + offset, 3);
    const last = model.test.output.data.at(-1)!;
    expect(stored.at(-1)).toBeCloseTo(made.description.loss === 'gaussian' ? last : last * scale + offset, 3);
  });

  it('has a cover twice as wide as high, below 500 kB', async () => {
    const png = await (await openZip(bytes, 'model.zip')).read('cover.png', 5e5);
    expect(await decodePng(png)).toMatchObject({ width: 512, height: 256, channels: 3 });
  });
});

describe('what its package says to people', () => {
  const packed = async (change: (model: Model) => Model) => {
    const zip = await openZip(await writeModel(change(await testModel(volumeModel))), 'model.zip');
    const text = async (name: string) => new TextDecoder().decode(await zip.read(name, 1e6));
    return { readme: await text('README.md'), rdf: parse(await text('rdf.yaml')) };
  };

  it('measures, licence and authors, as they were given', async () => {
    const { readme, rdf } = await packed((model) => model);
    expect(readme).toContain('| dna | 0.6123 | 0.7000 |');
    expect(readme).toMatch(/^## Validation$/m);
    expect(rdf).toMatchObject({
      license: 'CC-BY-4.0',
      authors: [{ name: 'A Lab' }],
      name: 'dna and nuclear envelope from transmitted light',
    });
    expect(rdf.cite[0].doi).toBe('10.1038/s41592-018-0111-2');
  });

  it('that nothing was measured, where nothing was', async () => {
    const { readme } = await packed((model) => ({ ...model, description: { ...model.description, metrics: [] } }));
    expect(readme).toContain('Nothing was held out');
  });

  it('names of structures as text, whatever is in them', async () => {
    const names = ['<script>|*[a](b)\n# x', '3 µm', '3_µm'];
    const { readme, rdf } = await packed((model) => ({
      ...model,
      description: {
        ...model.description,
        network: { ...model.description.network, outputChannels: 3 },
        targets: names.map((name) => ({ name, color: null, units: null })),
        metrics: names.map((target) => ({ target, values: { r: null } })),
      },
      tensors: {
        ...model.tensors,
        'conv_out.weight': new Float32Array((model.tensors['conv_out.weight'].length / 2) * 3),
        'conv_out.bias': new Float32Array(3),
      },
      test: {
        ...model.test,
        output: {
          shape: [1, 3, ...model.test.output.shape.slice(2)],
          data: new Float32Array((model.test.output.data.length / 2) * 3),
        },
      },
    }));
    expect(readme).not.toMatch(/<script>|\[a\]\(b\)|\n# x/);
    expect(rdf.outputs[0].axes[1].channel_names).toEqual(['_script____a__b____x', '_3__m', '_3__m_1']);
    expect(rdf.config.unstained.targets.map(({ name }: { name: string }) => name)).toEqual(names);
  });
});

describe('a package that was changed', () => {
  let bytes: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    bytes = await writeModel(await testModel(volumeModel));
  });

  /** The package with some of its files made anew; `rehash` makes its hashes right again. */
  async function repacked(files: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | null>>, rehash = false) {
    const zip = await openZip(bytes, 'model.zip');
    const entries = new Map<string, Uint8Array>();
    for (const name of zip.names) {
      const content = await zip.read(name, 1e7);
      const made = files[name] ? files[name](content) : content;
      if (made) entries.set(name, made);
    }
    if (rehash) {
      const rdf = parse(new TextDecoder().decode(entries.get('rdf.yaml')));
      for (const entry of [...rdf.attachments, rdf.weights.onnx, rdf.inputs[0].test_tensor, rdf.outputs[0].test_tensor])
        entry.sha256 = await sha256(new Uint8Array(entries.get(entry.source)!));
      entries.set('rdf.yaml', new TextEncoder().encode(stringify(rdf)));
    }
    return encodeZip([...entries].map(([name, content]) => ({ name, bytes: content, compress: false })));
  }
  interface Rdf {
    format_version: string;
    weights: { onnx: { source: string } };
    config: { unstained?: { targets: { color: string }[]; network: Record<string, number> } };
  }
  const rdfWith = (change: (rdf: Rdf) => void) => (content: Uint8Array) => {
    const rdf = parse(new TextDecoder().decode(content)) as Rdf;
    change(rdf);
    return new TextEncoder().encode(stringify(rdf));
  };
  const refusal = async (changed: Uint8Array) => {
    const error: unknown = await readModel(changed, 'model.zip').then(
      () => null,
      (cause: unknown) => cause,
    );
    if (!isUnstainedError(error)) throw error ?? new Error('It was read.');
    return `${error.code} ${error.message}`;
  };
  const flipped = (at: number) => (content: Uint8Array) => content.with(at, content[at] ^ 1);

  it('M4: in one byte of its weights or tests is refused by its hash', async () => {
    for (const name of ['weights.onnx', 'test-input.npy', 'test-output.npy'])
      expect(await refusal(await repacked({ [name]: flipped(5000) }))).toMatch(
        new RegExp(`^model/damaged .*${name} is not the file`),
      );
  });

  it.each([
    ['without rdf.yaml', { 'rdf.yaml': () => null }, /unsupported .*no rdf\.yaml/],
    ['without weights', { 'weights.onnx': () => null }, /missing .*no weights\.onnx/],
    [
      'of another program',
      { 'rdf.yaml': rdfWith((rdf) => delete rdf.config.unstained) },
      /unsupported .*another program/,
    ],
    [
      'of format 0.4',
      { 'rdf.yaml': rdfWith((rdf) => (rdf.format_version = '0.4.9')) },
      /damaged .*format_version: only/,
    ],
    ['too long', { 'rdf.yaml': () => new Uint8Array(140_000).fill(0x20) }, /unsupported .*140000 bytes/],
    ['data that are none', { 'training-data.json': () => new TextEncoder().encode('{') }, /damaged .*hash/],
    ['no YAML', { 'rdf.yaml': () => new TextEncoder().encode('a: [') }, /damaged .*not YAML/],
    [
      'a tag that runs code',
      { 'rdf.yaml': () => new TextEncoder().encode('a: !!python/object/apply:os.system [x]') },
      /damaged/,
    ],
    [
      'aliases that multiply',
      {
        'rdf.yaml': () =>
          new TextEncoder().encode(
            `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}`,
          ),
      },
      /damaged .*not YAML: Excessive alias/,
    ],
    [
      'weights from elsewhere',
      { 'rdf.yaml': rdfWith((rdf) => (rdf.weights.onnx.source = '../../etc/passwd')) },
      /missing/,
    ],
    [
      'more outputs than targets',
      { 'rdf.yaml': rdfWith((rdf) => rdf.config.unstained!.targets.pop()) },
      /damaged .*config\.unstained.*outputChannels: is 2; the targets need 1/,
    ],
    [
      'a deeper network than its weights',
      { 'rdf.yaml': rdfWith((rdf) => (rdf.config.unstained!.network.depth = 3)) },
      /unsupported .*not the network/,
    ],
    [
      'a network beyond measure',
      { 'rdf.yaml': rdfWith((rdf) => (rdf.config.unstained!.network.channels = 1e9)) },
      /damaged .*network\.channels/,
    ],
    [
      'a colour that is code',
      { 'rdf.yaml': rdfWith((rdf) => (rdf.config.unstained!.targets[0].color = 'url(x)')) },
      /damaged/,
    ],
  ])('%s: refused', async (_, files, message) => expect(await refusal(await repacked(files))).toMatch(message));

  it.each(['[', '{', '[{', '- ', '? ', 'a: ', '&a '])('I2: %j, nested thousands deep, is refused', async (text) => {
    const nested = new TextEncoder().encode(text.repeat(130_000 / text.length));
    expect(await refusal(await repacked({ 'rdf.yaml': () => nested }))).toMatch(
      /^model\/damaged .*(not YAML|too deeply)/,
    );
  });

  it('I2: whose weights would become a gigabyte of zeros is refused before they do', async () => {
    const zeros = new Uint8Array(5e7);
    const rest = Object.fromEntries(FILES.filter((name) => name !== 'rdf.yaml').map((name) => [name, () => null]));
    const small = await repacked({ ...rest, 'training-data.json': (content) => content, 'weights.onnx': () => zeros });
    const zip = await openZip(small, 'small.zip');
    const entries = await Promise.all(
      zip.names.map(async (name) => ({ name, bytes: await zip.read(name, 1e8), compress: true })),
    );
    const bomb = await encodeZip(entries);
    expect(bomb.length).toBeLessThan(60_000);
    expect(await refusal(bomb)).toMatch(/^model\/unsupported .*weights\.onnx has 50000000 bytes/);
  });

  it('M3: with another graph than its description makes is refused, though its hashes are right', async () => {
    const text = (content: Uint8Array) => new TextDecoder('latin1').decode(content);
    for (const [from, to, message] of [
      ['Relu', 'Tanh', /among its nodes is .*Tanh/],
      ['net_recurse.bn0.norm', 'net_recurse.bn0.nirm', /among its nodes/],
      ['conv_out.bias', 'conv_out.bios', /among its/],
    ] as const) {
      const changed = await repacked(
        {
          'weights.onnx': (content) => {
            const at = text(content).indexOf(from);
            const copy = new Uint8Array(content);
            copy.set(new TextEncoder().encode(to), at);
            return copy;
          },
        },
        true,
      );
      expect(await refusal(changed)).toMatch(message);
    }
    expect(await refusal(await repacked({ 'weights.onnx': (content) => content.slice(0, -100) }, true))).toMatch(
      /ONNX|network/,
    );
  });

  it('M4: with tests of another shape than its network takes is refused', async () => {
    const changed = await repacked({ 'test-input.npy': () => null }, false);
    expect(await refusal(changed)).toMatch(/missing/);
  });

  it('I1: in any byte is refused, or is the same model', async () => {
    const whole = await readModel(bytes, 'model.zip');
    const source = random(1);
    let refused = 0;
    for (let i = 0; i < 90; i++) {
      const copy = new Uint8Array(bytes);
      const place = source.uniform();
      // a third each: the directory at the end, the beginning, anywhere
      const at = [copy.length - 1 - Math.floor(place * 500), Math.floor(place * 3000), Math.floor(place * copy.length)][
        i % 3
      ];
      copy[at] ^= 1 << Math.floor(8 * source.uniform());
      try {
        expect(await readModel(copy, 'model.zip')).toEqual(whole);
      } catch (error) {
        if (!isUnstainedError(error)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(30);
  });
});

it('of a hundred thousand images it lists what a reader reads', async () => {
  const model = await testModel(volumeModel);
  const data = Array.from({ length: 100_000 }, (_, i) => ({ file: `plate ${i}/field.tif`, sha256: 'cd'.repeat(32) }));
  const read = await readModel(
    await writeModel({ ...model, description: { ...model.description, data } }),
    'model.zip',
  );
  expect(read.description.data.length).toBeGreaterThan(20_000);
  expect(read.description.data).toEqual(data.slice(0, read.description.data.length));
});

describe('a model that contradicts itself is not written', () => {
  it('tensors that are missing, or structures of one name', async () => {
    const model = await testModel(volumeModel);
    const fewer = Object.fromEntries(Object.entries(model.tensors).filter(([name]) => name !== 'conv_out.bias'));
    await expect(writeModel({ ...model, tensors: fewer })).rejects.toThrow(/conv_out\.bias has no numbers/);
    const targets = model.description.targets.map((target) => ({ ...target, name: 'dna' }));
    await expect(writeModel({ ...model, description: { ...model.description, targets } })).rejects.toThrow(/same name/);
  });
});
