/** A trained network on a device, ready for tiles; and how large a tile may be. */
import { lanesPerSample, startProgram, type DeviceTraits, type Runtime, type StartedProgram } from '../engine/index.ts';
import { alignmentOf, inferenceProgram, parameterCount, reachOf, type NetworkDescription } from '../network/index.ts';
import type { Size } from '../volume/index.ts';

export interface TrainedNetwork {
  readonly description: NetworkDescription;
  /** Parameters and running statistics by name. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

export interface TileRunner {
  /** A tile's input (c, z, y, x) to its prediction on the same grid. In 2D a tile is one plane. */
  run(input: Float32Array, size: Size): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Runs tiles one after the other; the session of the last size is kept, since a plan's tiles are all alike. */
export function tileRunner(runtime: Runtime, { description, tensors }: TrainedNetwork): TileRunner {
  let loaded: { readonly key: string; readonly session: StartedProgram } | null = null;
  return {
    async run(input, { z, y, x }) {
      const extents = description.dims === 2 ? [y, x] : [z, y, x];
      const key = extents.join();
      if (loaded?.key !== key) {
        await loaded?.session.close();
        loaded = {
          key,
          session: await startProgram(runtime, inferenceProgram(description, tensors, { batch: 1, extents })),
        };
      }
      return (await loaded.session.run({ signal: input })).prediction;
    },
    async close() {
      await loaded?.session.close();
      loaded = null;
    },
  };
}

/** What tiles must respect: along z a 2D network neither halves nor looks. */
export function tileNeeds(description: NetworkDescription): { readonly alignment: Size; readonly reach: Size } {
  const [alignment, reach] = [alignmentOf(description), reachOf(description)];
  const flat = description.dims === 2;
  return {
    alignment: { z: flat ? 1 : alignment, y: alignment, x: alignment },
    reach: { z: flat ? 0 : reach, y: reach, x: reach },
  };
}

/**
 * Voxels of a tile that fit into `memoryBytes`. Measured by bench/inference.ts: at the widest place four and a half tensors of
 * the first level are alive at once, in the blocked layout six and a half, beside the input and the output; the parameters are
 * held four times (read, folded, in the model's bytes, and as the runtime packs them), and the process itself takes 200 MB.
 */
export function tileVoxelsWithin(
  memoryBytes: number,
  description: NetworkDescription,
  { convBlock }: Pick<DeviceTraits, 'convBlock'>,
): number {
  const { channels, inputChannels, outputChannels } = description;
  const first = convBlock === null ? 5 * channels : 7 * lanesPerSample(1, channels, convBlock);
  const bytesPerVoxel = 4 * (first + 2 * (inputChannels + outputChannels));
  const fixed = 200e6 + 4 * 4 * parameterCount(description);
  return Math.max(0, Math.floor((memoryBytes - fixed) / bytesPerVoxel));
}
