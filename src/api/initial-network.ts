/** Fine-tuning: a training that begins with what another model has learned. */
import { ModelError, type LongCall } from '../core/index.ts';
import type { Tensors } from '../engine/index.ts';
import { parametersOf, statisticsOf, type NetworkDescription } from '../network/index.ts';
import { openModel } from './model-file.ts';
import type { World } from './world.ts';

/** Layers that may differ: a new structure has its own last convolution. */
const LAST = 'conv_out.';

/**
 * The model's parameters and running statistics in place of `own`, the untrained ones. Where it predicts another number of
 * structures, its last convolution is not taken, and a note says so. Throws ModelError: model/other-network with all that
 * differs, and what `openModel` throws.
 */
export async function initialNetwork(
  world: World,
  path: string,
  description: NetworkDescription,
  own: Tensors,
  { onNote }: LongCall,
): Promise<Tensors> {
  const { network } = await openModel(world, path, onNote);
  const { tensors, description: other } = network;
  const different = (['dims', 'depth', 'channels', 'inputChannels'] as const).filter(
    (key) => other[key] !== description[key],
  );
  if (different.length > 0)
    throw new ModelError('model/other-network', {
      file: path,
      what: `${path} has ${different.map((key) => `${key} ${other[key]}`).join(', ')}; this training has ${different.map((key) => `${key} ${description[key]}`).join(', ')}.`,
      why: 'What was learned fits into a network of the same shape only.',
      remedy: different.some((key) => key === 'inputChannels')
        ? 'Give images with the same channels, or planes, as the model was trained on.'
        : `Take its shape: --dims ${other.dims} --depth ${other.depth} --channels ${other.channels}.`,
    });
  const begin: Tensors = {};
  for (const { name, shape } of [...parametersOf(description), ...statisticsOf(description)]) {
    const length = shape.reduce((a, b) => a * b, 1);
    begin[name] = tensors[name]?.length === length ? tensors[name] : own[name];
  }
  if (other.outputChannels !== description.outputChannels)
    onNote?.(
      `${path} predicts ${other.outputChannels} channels, this training ${description.outputChannels}: its last layer (${LAST}*) begins untrained.`,
    );
  return begin;
}
