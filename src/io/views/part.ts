/** A part of an image as an image: a box of its voxels, some of its channels, some of its times. */
import { equalSize, type Region } from '../../volume/index.ts';
import { requireInside } from '../samples.ts';
import { selectPart, type Selection } from '../selection.ts';
import type { ImageSource } from '../source.ts';
import { viewOf } from './view.ts';

/** In voxels and indices of the image; what is left out is all. */
export interface Part {
  readonly region?: Region;
  /** In this order. */
  readonly channels?: readonly number[];
  /** From `from` up to and without `to`. */
  readonly times?: { readonly from: number; readonly to: number };
}

/** Throws RangeError where the image has no such part. */
export function partOf(source: ImageSource, part: Part): ImageSource {
  const { region = { start: { z: 0, y: 0, x: 0 }, size: source.size } } = part;
  const { channels = source.channels.map((_, i) => i), times = { from: 0, to: source.times } } = part;
  const image = { times: source.times, channels: source.channels.length, size: source.size };
  for (const channel of channels)
    for (const time of [times.from, times.to - 1]) requireInside(source.file, { time, channel, region }, image);
  if (equalSize(region.size, source.size) && !part.channels && times.to - times.from === source.times) return source;
  const { start, size } = region;
  const inside = { times: times.to - times.from, channels: channels.length, size };
  return viewOf(source, {
    size,
    times: inside.times,
    timeStep: inside.times > 1 ? source.timeStep : null,
    channels: channels.map((channel) => source.channels[channel]),
    read(at) {
      requireInside(source.file, at, inside);
      const { start: from, size: box } = at.region;
      return source.read({
        time: times.from + at.time,
        channel: channels[at.channel],
        region: { start: { z: start.z + from.z, y: start.y + from.y, x: start.x + from.x }, size: box },
        into: at.into,
      });
    },
  });
}

/** What a selection means, all times where none is said. Throws ImageError image/selection, as `selectPart` does. */
export function selectedPart(source: ImageSource, selection: Selection): ImageSource {
  const { channels, time, z } = selectPart(source, { ...selection, time: selection.time ?? 0 });
  return partOf(source, {
    channels,
    times: selection.time === null ? undefined : { from: time, to: time + 1 },
    region: { start: { z: z.from, y: 0, x: 0 }, size: { ...source.size, z: z.to - z.from } },
  });
}
