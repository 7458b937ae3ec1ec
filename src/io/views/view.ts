/** An image that is another one seen differently: nothing is read until it is asked for. */
import type { ImageSource } from '../source.ts';

/** `source` but for what `changed` says. Closing it closes the source. */
export function viewOf(source: ImageSource, changed: Partial<ImageSource>): ImageSource {
  const { name, file, format, times, timeStep, channels, size, type, voxelSize, notes } = source;
  return {
    ...{ name, file, format, times, timeStep, channels, size, type, voxelSize, notes },
    notesOfReading: () => source.notesOfReading?.() ?? [],
    read: (at) => source.read(at),
    close: () => source.close(),
    ...changed,
  };
}
