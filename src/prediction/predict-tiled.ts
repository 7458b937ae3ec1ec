/** Runs a network tile by tile and puts the cores together. */
import type { LongCall } from '../core/index.ts';
import { cropVolume, voxelCount, type Size, type Volume } from '../volume/index.ts';
import { byAxis, type ReadRegion, type WriteRegion } from './regions.ts';
import type { Tile } from './tile-plan.ts';

export interface TiledPrediction extends LongCall {
  readonly tiles: readonly Tile[];
  /** Boxes of the padded image, all input channels. */
  readonly read: ReadRegion;
  /** A tile's input (c, z, y, x) to its prediction on the same grid, any number of channels. */
  readonly run: (input: Float32Array, size: Size) => Promise<Float32Array>;
  /** Boxes of the image, all predicted channels; each voxel of the image comes once. */
  readonly write: WriteRegion;
}

/** Predicts and writes the tiles one after the other. Stops between two of them when `signal` says so. */
export async function predictTiled(prediction: TiledPrediction): Promise<void> {
  const { tiles, read, run, write, signal, onProgress } = prediction;
  for (const [done, { core, input }] of tiles.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ task: 'predict', done, total: tiles.length, unit: 'tiles' });
    const data = await run(await read(input), input.size);
    const channels = data.length / voxelCount(input.size);
    const start = byAxis((axis) => core.start[axis] - input.start[axis]); // of the core, in voxels of the tile
    const kept = cropVolume({ data, channels, size: input.size, voxelSize: null }, { start, size: core.size });
    await write(core, kept.data);
  }
  onProgress?.({ task: 'predict', done: tiles.length, total: tiles.length, unit: 'tiles' });
}

/** Writes into a volume in memory. */
export function writeVolume({ data, channels, size }: Volume): WriteRegion {
  return async ({ start, size: box }, voxels) => {
    let at = 0;
    for (let c = 0; c < channels; c++)
      for (let z = start.z; z < start.z + box.z; z++)
        for (let y = start.y; y < start.y + box.y; y++, at += box.x)
          data.set(voxels.subarray(at, at + box.x), ((c * size.z + z) * size.y + y) * size.x + start.x);
  };
}
