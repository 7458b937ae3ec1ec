/** Small models with weights that are drawn, for tests. */
import { random } from '../../core/index.ts';
import { lower } from '../../lowering/index.ts';
import { inferenceProgram, initialTensors } from '../../network/index.ts';
import { startOnnxRuntime } from '../../node/index.ts';
import type { ModelDescription } from '../description.ts';
import type { Model } from '../write-model.ts';

export interface TestModel {
  readonly description: ModelDescription;
  readonly extents: readonly number[];
}

const common = {
  schema: 'unstained.model/1',
  voxelSize: { z: 0.3, y: 0.108, x: null },
  resampled: false,
  step: 500,
  training: { steps: 500, optimizer: { betas: [0.5, 0.999] } },
  data: [{ file: 'a b.tif#channel=0', sha256: 'ab'.repeat(32) }],
  versions: { unstained: '0.1.0', onnxruntime: '1.30.0', host: 'node 20.19.0' },
} as const;
const units = { scale: 120.5, offset: 300 };

export const volumeModel: TestModel = {
  description: {
    ...common,
    network: { dims: 3, depth: 2, channels: 4, inputChannels: 1, outputChannels: 2 },
    signal: { channels: 1, planes: null, normalization: 'zscore' },
    targets: [
      { name: 'dna', color: '#4080ff', units },
      { name: 'nuclear envelope', color: null, units },
    ],
    loss: 'mse',
    metrics: [
      { target: 'dna', values: { r: 0.61234, normalizedL2: 0.7 } },
      { target: 'nuclear envelope', values: { r: null, normalizedL2: 0.9 } },
    ],
  },
  extents: [8, 16, 24],
};

export const planeModel: TestModel = {
  description: {
    ...common,
    network: { dims: 2, depth: 1, channels: 4, inputChannels: 5, outputChannels: 2 },
    signal: { channels: 1, planes: 5, normalization: 'percentile' },
    targets: [{ name: 'membrane', color: '#ff8000', units }],
    loss: 'gaussian',
    metrics: [],
  },
  extents: [16, 32],
};

const made = new Map<TestModel, Promise<Model>>();

/** The model with weights, norms that are not trivial, and a test that our own inference program computed. */
export function testModel(model: TestModel): Promise<Model> {
  const known = made.get(model) ?? makeModel(model);
  made.set(model, known);
  return known;
}

async function makeModel({ description, extents }: TestModel): Promise<Model> {
  const source = random(3);
  const { network, signal } = description;
  const tensors = initialTensors(network, source);
  for (const [name, values] of Object.entries(tensors))
    if (name.endsWith('running_var')) tensors[name] = values.map(() => 0.002 + 0.02 * source.uniform());
    else if (name.endsWith('bias') || name.endsWith('running_mean'))
      tensors[name] = values.map(() => 0.02 * source.normal());
  const count = extents.reduce((product, extent) => product * extent, network.inputChannels);
  const raw = Float32Array.from({ length: count }, () => source.normal());
  const input = signal.normalization === 'zscore' ? zscored(raw) : raw;
  const runtime = await startOnnxRuntime({ threads: 1 });
  try {
    const session = await runtime.load(
      lower(inferenceProgram(network, tensors, { batch: 1, extents }), runtime.traits),
    );
    const { prediction } = await session.run({ signal: input.slice() });
    await session.close();
    const shape = (channels: number) => [1, channels, ...extents];
    return {
      description,
      tensors,
      test: {
        input: { shape: shape(network.inputChannels), data: input },
        output: { shape: shape(network.outputChannels), data: prediction },
      },
      publication: {
        name: null,
        authors: [{ name: 'A Lab' }],
        license: 'CC-BY-4.0',
        timestamp: '2026-01-02T03:04:05.678Z',
      },
    };
  } finally {
    await runtime.close();
  }
}

function zscored(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance));
}
