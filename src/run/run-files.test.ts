import { describe, expect, it } from 'vitest';
import {
  dataFile,
  environmentFile,
  runFile,
  type DataFile,
  type DataImage,
  type DataSample,
  type RunFile,
} from './run-files.ts';

const run: RunFile = {
  schema: 'unstained.run/1',
  version: '0.1.0',
  state: 'interrupted',
  step: 300,
  steps: 1000,
  seconds: 12.5,
  configSha256: 'ab',
  startedAt: '2026-01-02T03:04:05.678Z',
  updatedAt: '2026-01-02T03:05:05.678Z',
};
const extents = { z: 4, y: 5, x: 6 };
const image: DataImage = {
  file: 'bf.tif#channel=0',
  voxels: {
    sha256: 'cd',
    channels: 1,
    size: extents,
    voxelSize: { z: null, y: 0.1, x: 0.1 },
    statistics: [{ mean: 1, std: 2, min: -1, max: 9 }],
    normalization: [{ offset: 1, scale: 2 }],
  },
};
const sample: DataSample = {
  id: 'a',
  group: null,
  time: null,
  flips: { y: false, x: false },
  role: 'train',
  train: { start: { z: 0, y: 0, x: 0 }, size: extents },
  heldOut: null,
  margin: 0,
  signal: image,
  targets: [{ file: 'dna.tif', voxels: null }],
  weight: null,
  mask: null,
};
const data: DataFile = {
  schema: 'unstained.data/1',
  targets: ['dna'],
  input: { channels: 1, planes: 4 },
  voxelSize: { z: null, y: 0.1, x: 0.1 },
  axes: null,
  givenVoxelSize: null,
  samples: [sample],
};
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('the JSON files of a run', () => {
  it('are read as they were written', () => {
    expect(runFile.decode(runFile.encode(run), 'run.json')).toEqual(run);
    expect(dataFile.decode(dataFile.encode(data), 'data.json')).toEqual(data);
    const environment = {
      schema: 'unstained.environment/1',
      version: '0.1.0',
      host: 'node 20.20.2',
      onnxruntime: '1.30.0',
      platform: 'linux x64',
      processor: 'AMD EPYC',
      device: 'cpu',
      threads: 2,
      memoryBytes: 2 ** 34,
      convBlock: 16,
      layers: [{ layer: 'conv_out', forward: 'Conv', inputGradient: null, weightGradient: 'product of all taps' }],
      forms: [{ operator: 'Conv', form: 'generic', when: '', count: 12 }],
    } as const;
    expect(environmentFile.decode(environmentFile.encode(environment), 'e.json')).toEqual(environment);
  });

  it('are refused by file and field', () => {
    const broken = { ...data, samples: [{ ...sample, train: { start: extents, size: { ...extents, y: -5 } } }] };
    expect(() => dataFile.decode(bytes(broken), 'runs/dna/data.json')).toThrow(
      expect.objectContaining({ code: 'model/damaged', file: 'runs/dna/data.json' }),
    );
    expect(() => dataFile.decode(bytes(broken), 'runs/dna/data.json')).toThrow(
      /^runs\/dna\/data\.json cannot be used: samples\.0\.train\.size\.y: /,
    );
    expect(() => runFile.decode(bytes({ ...run, schema: 'unstained.run/2' }), 'run.json')).toThrow(/: schema: /);
    expect(() => runFile.decode(bytes({ ...run, step: undefined }), 'run.json')).toThrow(/: step: /);
    expect(() => runFile.decode(bytes([]), 'run.json')).toThrow(/: the whole: /);
    expect(() => runFile.decode(bytes(run).slice(0, -1), 'run.json')).toThrow(
      'run.json cannot be used: it is not JSON.',
    );
  });

  it('are not written where a number is none', () => {
    const statistics = [{ mean: NaN, std: 1, min: 0, max: 1 }];
    const broken = { ...sample, signal: { ...image, voxels: { ...image.voxels!, statistics } } };
    expect(() => dataFile.encode({ ...data, samples: [broken] })).toThrow(/NaN/);
  });
});
