/** A part of an image as a Volume: float32 in memory. */
import { ResourceError } from '../core/index.ts';
import { formatSize, voxelCount, type Volume } from '../volume/index.ts';
import { EVERYTHING, selectPart, type Selection } from './selection.ts';
import type { ImageSource, Samples } from './source.ts';

/**
 * The selected channels, time and planes as float32 (c, z, y, x); all channels and planes where nothing is selected.
 * Integers beyond 2^24 and float64 are rounded to float32.
 *
 * Throws ImageError image/selection where there is no such part or several times to choose from, what reading the format
 * throws, and ResourceError resource/memory.
 */
export async function readVolume(source: ImageSource, selection: Selection = EVERYTHING): Promise<Volume> {
  const { channels, time, z } = selectPart(source, selection);
  const size = { ...source.size, z: z.to - z.from };
  const data = allocate(source.file, channels.length * voxelCount(size));
  const planeSize = { ...size, z: 1 };
  let at = 0;
  let samples: Samples | undefined;
  for (const channel of channels)
    for (let plane = z.from; plane < z.to; plane++) {
      samples = await source.read({
        time,
        channel,
        region: { start: { z: plane, y: 0, x: 0 }, size: planeSize },
        into: samples,
      });
      data.set(samples, at);
      at += samples.length;
    }
  return { data, channels: channels.length, size, voxelSize: source.voxelSize };

  function allocate(file: string, length: number): Float32Array {
    try {
      return new Float32Array(length);
    } catch (cause) {
      throw new ResourceError('resource/memory', {
        file,
        cause,
        what: `${file}: ${channels.length} channels of (${formatSize(size)}) need ${Math.ceil((length * 4) / 2 ** 30)} GB as float32, and there is no memory for them.`,
        remedy: `Select a part: ${file}#channel=0,z=0:${Math.min(8, source.size.z)}`,
      });
    }
  }
}
