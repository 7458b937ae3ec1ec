/** An image that is another one seen differently: nothing is read until it is asked for. */
import type { ImageSource } from '../source.ts';

/** `source` but for what `changed` says. Closing it closes the source. */
export function viewOf(source: ImageSource, changed: Partial<ImageSource>): ImageSource {
  return {
    name: source.name,
    file: source.file,
    format: source.format,
    times: source.times,
    timeStep: source.timeStep,
    channels: source.channels,
    size: source.size,
    type: source.type,
    voxelSize: source.voxelSize,
    notes: source.notes,
    notesOfReading: () => source.notesOfReading?.() ?? [],
    read: (at) => source.read(at),
    close: () => source.close(),
    ...changed,
  };
}
