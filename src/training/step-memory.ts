/** What a training step will take at most, told before it starts. */
import { ResourceError } from '../core/index.ts';
import { parameterCount, type NetworkDescription } from '../network/index.ts';
import { voxelCount, type Size } from '../volume/index.ts';

/** The process and the runtime, without a network. */
const PROCESS_BYTES = 250e6;
/** Float32 copies of all parameters: values and two moments before and after a step, gradients, and the state as it is saved. */
const PARAMETER_COPIES = 10;
/** Tensors of the first level's size that are alive at the widest place of the backward pass, deeper levels included. */
const LEVEL_TENSORS = 27;

/**
 * Bytes of the process at its peak, for `batch` patches. From bench/step.ts: within a fifth from 0.6 to 3 GB, in 2D and 3D, for 16 and 32
 * channels and one to eight patches.
 */
export function stepMemoryBytes(description: NetworkDescription, batch: number, patch: Size): number {
  const { channels, inputChannels, outputChannels } = description;
  const perVoxel = LEVEL_TENSORS * channels + 4 * (inputChannels + 3 * outputChannels);
  return PROCESS_BYTES + 4 * (PARAMETER_COPIES * parameterCount(description) + perVoxel * batch * voxelCount(patch));
}

/** Throws ResourceError resource/memory, naming what would fit, where a step needs more than `memoryBytes`. */
export function requireStepFits(
  description: NetworkDescription,
  batch: number,
  patch: Size,
  memoryBytes: number,
): void {
  const needed = stepMemoryBytes(description, batch, patch);
  if (needed <= memoryBytes) return;
  let fitting = batch - 1;
  while (fitting > 0 && stepMemoryBytes(description, fitting, patch) > memoryBytes) fitting--;
  throw new ResourceError('resource/memory', {
    what: `A training step needs about ${gigabytes(needed)}; there are ${gigabytes(memoryBytes)}.`,
    why: 'The system would end the program in the middle of a step.',
    remedy:
      fitting > 0
        ? `This fits: --batch ${fitting}. So may a smaller --patch, or fewer --channels.`
        : 'Not even one patch fits: take a smaller --patch, fewer --channels, or more memory (--memory).',
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(2)} GB`;
}
