/** A model package's own test: a small input, and what its network makes of it here and anywhere. */
import { isUnstainedError, ModelError, random } from '../core/index.ts';
import { planesAsChannels } from '../dataset/index.ts';
import type { Runtime } from '../engine/index.ts';
import { inUnits, type ModelDescription, type TestTensors } from '../model/index.ts';
import { mirrorPadded, readVolume, tileNeeds, tileRunner, type TrainedNetwork } from '../prediction/index.ts';
import { channelAffines, channelStatistics, normalize, type Size, type Volume } from '../volume/index.ts';
import type { PredictionModel } from './model-file.ts';

/** Voxels of a test input at most, rounded down to what the network takes: a patch of the paper. */
const TEST_SIZE = { z: 32, y: 64, x: 64 };

/**
 * A package's test: the middle of an image of the signal, normalized by itself, and what the network makes of it. `signal` is as
 * its file has it; noise is taken where its middle has no contrast.
 */
export async function testTensors(
  runtime: Runtime,
  network: TrainedNetwork,
  { signal: { planes, normalization } }: Pick<ModelDescription, 'signal'>,
  signal: Volume,
): Promise<TestTensors> {
  const raw = await middleOf(signal, network, planes);
  const normalized = normalizedOrNoise(raw, normalization);
  const { data, channels, size } = planes === null ? normalized : planesAsChannels(normalized);
  const runner = tileRunner(runtime, network);
  try {
    const output = await runner.run(data.slice(), size); // the runtime takes what it is given away
    const shape = (count: number) => [1, count, ...extentsOf(network, size)];
    return {
      input: { shape: shape(channels), data },
      output: { shape: shape(network.description.outputChannels), data: output },
    };
  } finally {
    await runner.close();
  }
}

/** A box in the middle that the network takes, of the image continued by its mirror image where it is smaller. */
async function middleOf(image: Volume, { description }: TrainedNetwork, planes: number | null): Promise<Volume> {
  const { alignment } = tileNeeds(description);
  const along = (axis: keyof Size) =>
    Math.max(1, Math.floor(Math.min(TEST_SIZE[axis], image.size[axis]) / alignment[axis])) * alignment[axis];
  const inPlane = { y: along('y'), x: along('x') };
  const size = description.dims === 3 ? { z: along('z'), ...inPlane } : { z: planes ?? 1, ...inPlane };
  const middle = (axis: keyof Size) => Math.max(0, Math.floor((image.size[axis] - size[axis]) / 2));
  const start = { z: middle('z'), y: middle('y'), x: middle('x') };
  return { ...image, size, data: await mirrorPadded(image.size, readVolume(image))({ start, size }) };
}

function normalizedOrNoise(raw: Volume, normalization: ModelDescription['signal']['normalization']): Volume {
  const file = 'test input';
  const by = (volume: Volume) =>
    normalize(volume, channelAffines(volume, channelStatistics(volume, file), normalization, file));
  try {
    return by(raw);
  } catch (error) {
    if (!isUnstainedError(error, 'dataset/constant')) throw error;
    const source = random(0);
    return by({ ...raw, data: raw.data.map(() => source.normal()) });
  }
}

function extentsOf({ description }: TrainedNetwork, { z, y, x }: Size): number[] {
  return description.dims === 2 ? [y, x] : [z, y, x];
}

/** How far a prediction may be from a package's own, in parts of its largest deviation: processors round in different places. */
const TOLERANCE = 1e-3;
/** Of float32, in parts of a value. */
const ROUNDING = 1e-6;

/** Lets a package's network predict its test input. Throws ModelError model/test where something else comes out than there. */
export async function requireTestPasses(
  runtime: Runtime,
  { network, description, test, name }: PredictionModel,
): Promise<void> {
  if (!test) return;
  const { shape, data } = test.input;
  const [y, x] = shape.slice(-2);
  const runner = tileRunner(runtime, network);
  try {
    const output = await runner.run(data.slice(), { z: network.description.dims === 3 ? shape[2] : 1, y, x });
    const made = inUnits({ shape: test.output.shape, data: output }, description);
    const length = made.data.length / network.description.outputChannels;
    for (let start = 0; start < made.data.length; start += length) {
      const [found, expected] = [made, test.output].map((tensor) => tensor.data.subarray(start, start + length));
      const mean = expected.reduce((sum, value) => sum + value, 0) / length;
      const deviation = largest(expected, (value) => value - mean);
      const error = largest(expected, (value, i) => value - found[i]);
      if (!(error <= TOLERANCE * deviation + ROUNDING * Math.abs(mean))) throw failed(name, error, deviation);
    }
  } finally {
    await runner.close();
  }
}

function largest(values: Float32Array, of: (value: number, i: number) => number): number {
  return values.reduce((most, value, i) => Math.max(most, Math.abs(of(value, i))), 0);
}

function failed(name: string, error: number, deviation: number): ModelError {
  return new ModelError('model/test', {
    file: name,
    what: `${name}: its network predicts up to ${error.toPrecision(3)} beside its own test output, which varies by ${deviation.toPrecision(3)}.`,
    why: 'The network here is not the one that was packed, or this computer computes something else.',
    remedy: 'Copy the package again; where it stays so, tell us, with what unstained devices prints.',
  });
}
