/** The prediction of a whole volume, tile by tile, within a memory budget. */
import { planesAsChannels } from '../dataset/index.ts';
import { ResourceError, type LongCall } from '../core/index.ts';
import type { Runtime } from '../engine/index.ts';
import {
  mirrorPadded,
  planTiles,
  predictTiled,
  readVolume,
  tileNeeds,
  tileRunner,
  tileVoxelsWithin,
  writeVolume,
  type TrainedNetwork,
} from '../prediction/index.ts';
import { voxelCount, type Volume } from '../volume/index.ts';

export interface VolumePrediction {
  /** Normalized as in training, one channel a target. */
  readonly volume: Volume;
  readonly tiles: number;
}

/**
 * Predicts a normalized signal (c, z, y, x) of any size. With `zAsChannels` its planes become channels, and one plane is
 * predicted. Throws ResourceError where the budget holds not even the images.
 */
export async function predictVolume(
  runtime: Runtime,
  network: TrainedNetwork,
  signal: Volume,
  { zAsChannels, memoryBytes }: { readonly zAsChannels: boolean; readonly memoryBytes: number },
  call: LongCall,
): Promise<VolumePrediction> {
  const input = zAsChannels ? planesAsChannels(signal) : signal;
  const { description } = network;
  const { size } = input;
  const channels = description.outputChannels;
  const imageBytes = 4 * voxelCount(size) * (input.channels + channels);
  if (imageBytes > memoryBytes)
    throw new ResourceError('resource/memory', {
      what: `The image and its prediction take ${gigabytes(imageBytes)}; the memory budget is ${gigabytes(memoryBytes)}.`,
      why: 'Both are held in memory while tiles are put together.',
      remedy: 'Give more (--memory 16GB), or predict a part: image.tif#z=0:32.',
    });
  const plan = planTiles({
    size,
    ...tileNeeds(description),
    maxVoxels: tileVoxelsWithin(memoryBytes - imageBytes, description, runtime.traits),
  });
  const volume: Volume = {
    data: new Float32Array(channels * voxelCount(size)),
    channels,
    size,
    voxelSize: signal.voxelSize,
  };
  const runner = tileRunner(runtime, network);
  try {
    await predictTiled({
      ...call,
      tiles: plan,
      read: mirrorPadded(size, readVolume(input)),
      run: (tile, extents) => runner.run(tile, extents),
      write: writeVolume(volume),
    });
  } finally {
    await runner.close();
  }
  return { volume, tiles: plan.length };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e9 ? 2 : 1)} GB`;
}
