/** How a 2D network sees a stack: its planes side by side as channels, so that it may look at all of them to predict one. */
import type { Volume } from '../volume/index.ts';

/** (c, z, y, x) seen as (c * z, 1, y, x): the same memory, the planes of the first channel first. */
export function planesAsChannels(volume: Volume): Volume {
  return { ...volume, channels: volume.channels * volume.size.z, size: { ...volume.size, z: 1 } };
}
