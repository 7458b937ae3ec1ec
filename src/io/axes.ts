/** What a user says of an image's planes: `TYX`, `T3C2ZYX`. The planes stay as they are; which is which is told anew. */
import { UsageError } from '../core/index.ts';
import { unsupported } from './refusals.ts';
import { allocateSamples, copySamples, requireInside } from './samples.ts';
import { channelWith, type ImageSource } from './source.ts';
import { viewOf } from './views/view.ts';

type Axis = 'T' | 'C' | 'Z';

/** Of the planes, slowest first; null: as many as the others leave. */
export type Axes = readonly { readonly axis: Axis; readonly size: number | null }[];

/**
 * Reads axes as numpy and tifffile write them, slowest first, `YX` at the end; a letter's size follows it, and one letter may
 * be without: `TYX`, `C2ZYX`, `T3ZC2YX`. Throws UsageError usage/axes.
 */
export function parseAxes(text: string): Axes {
  const [, letters] = /^((?:[TCZ]\d{0,9})*)YX$/.exec(text.toUpperCase()) ?? [];
  if (letters === undefined) throw wrong(text, 'is none of T, C and Z with YX at the end');
  const axes = [...letters.matchAll(/([TCZ])(\d*)/g)].map(([, axis, size]) => ({
    axis: axis as Axis, // the pattern lets no other pass
    size: size === '' ? null : Number(size),
  }));
  for (const { axis, size } of axes) {
    if (size === 0) throw wrong(text, `says ${axis} 0`);
    if (axes.filter((other) => other.axis === axis).length > 1) throw wrong(text, `says ${axis} twice`);
  }
  const unsized = axes.filter(({ size }) => size === null);
  if (unsized.length > 1)
    throw wrong(text, `leaves open how many ${unsized.map(({ axis }) => axis).join(' and ')} there are`);
  return axes;
}

/**
 * `source` with its planes taken as `axes`. They are counted as they lie in T, C, Z order, z fastest: of a file that does not
 * say what its pages are, that is the order of the pages.
 * Throws ImageError image/unsupported where the numbers do not fit.
 */
export function withAxes(source: ImageSource, axes: Axes): ImageSource {
  const { file, size } = source;
  const planes = source.times * source.channels.length * size.z;
  const sizes = sizesOf(axes, planes, source);
  const [times, channels, z] = (['T', 'C', 'Z'] as const).map((axis) => sizes[axis] ?? 1);
  const inside = { times, channels, size: { ...size, z } };
  const strides = { T: 0, C: 0, Z: 0 };
  let stride = 1;
  for (const { axis } of axes.toReversed()) {
    strides[axis] = stride;
    stride *= sizes[axis]!;
  }
  const planeAt = (t: number, c: number, plane: number) => t * strides.T + c * strides.C + plane * strides.Z;
  const placeOf = (plane: number) => ({
    time: Math.floor(plane / (source.channels.length * size.z)),
    channel: Math.floor(plane / size.z) % source.channels.length,
    z: plane % size.z,
  });
  const keepsChannels = channels === source.channels.length && (channels === 1 || strides.C === size.z);
  const said = axes.map(({ axis }) => `${axis} ${sizes[axis]}`).join(', ');
  return viewOf(source, {
    times,
    timeStep: times === source.times ? source.timeStep : null,
    channels: keepsChannels ? source.channels : Array.from({ length: channels }, () => channelWith()),
    size: inside.size,
    voxelSize: source.voxelSize && { ...source.voxelSize, z: z > 1 || size.z === 1 ? source.voxelSize.z : null },
    notes: [
      ...source.notes.filter((note) => !/\btaken as (z|time|channels)\b/.test(note)),
      `its ${planes} ${planes > 1 ? 'planes were' : 'plane was'} taken as ${said || 'one plane'}, as --axes says`,
    ],
    async read(at) {
      requireInside(file, at, inside);
      const { start, size: box } = at.region;
      const length = box.y * box.x;
      const out = allocateSamples(source.type, box.z * length);
      for (let i = 0; i < box.z; i++) {
        const from = placeOf(planeAt(at.time, at.channel, start.z + i));
        const region = { start: { ...start, z: from.z }, size: { ...box, z: 1 } };
        const plane = await source.read({ time: from.time, channel: from.channel, region });
        copySamples(out, i * length, plane, 0, length);
      }
      return out;
    },
  });
}

function sizesOf(axes: Axes, planes: number, { file, name }: ImageSource): Partial<Record<Axis, number>> {
  const known = axes.reduce((product, { size }) => product * (size ?? 1), 1);
  const open = axes.find(({ size }) => size === null);
  const left = planes / known;
  if (Number.isInteger(left) && (open || left === 1))
    return Object.fromEntries(axes.map(({ axis, size }) => [axis, size ?? left]));
  const said = `${axes.map(({ axis, size }) => axis + (size ?? '')).join('')}YX`;
  const image = name ? `its image ${name}` : 'it';
  throw unsupported(
    file,
    open
      ? `${image} has ${planes} planes, which --axes ${said} cannot share out: ${planes} does not divide by ${known}.`
      : `${image} has ${planes} planes; --axes ${said} says ${known}.`,
    'Give the numbers of this file (unstained inspect FILE tells its planes), or leave --axes out.',
    'Planes would be left over or missing.',
  );
}

function wrong(text: string, how: string): UsageError {
  return new UsageError('usage/axes', {
    what: `--axes ${text} ${how}.`,
    remedy:
      'Write the order of the planes, slowest first, then YX: TYX, CYX, ZYX; where there are several, with their numbers, ' +
      'but for one: T3C2ZYX.',
  });
}
