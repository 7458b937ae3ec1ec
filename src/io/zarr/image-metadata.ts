/** What OME-Zarr says of an image: its axes, its pyramid, and how its channels are shown. https://ngff.openmicroscopy.org */
import type { Channel, ImageDescription } from '../source.ts';
import type { ValueRange } from './value-range.ts';
import type { OmeZarrVersion } from './write-array.ts';

/** `paths`: of the arrays, each half as wide and high as the one before. `ranges`: of the values of each channel. */
export interface WrittenImage {
  readonly version: OmeZarrVersion;
  readonly paths: readonly string[];
  readonly ranges: readonly ValueRange[];
}

/** `multiscales` and `omero`, the attributes of the image's group; in 0.5 they stand under `ome`, with the version. */
export function imageAttributes(description: ImageDescription, { version, paths, ranges }: WrittenImage): object {
  const { name, channels, size } = description;
  const versioned = version === '0.4' ? { version } : {};
  return {
    multiscales: [
      {
        ...versioned,
        name,
        axes: axesOf(description),
        datasets: paths.map((path, level) => ({
          path,
          coordinateTransformations: [{ type: 'scale', scale: scaleOf(description, level) }],
        })),
        ...(paths.length > 1 ? { type: 'mean' } : {}), // how the levels were made
      },
    ],
    omero: {
      ...versioned,
      name,
      channels: channels.map((channel, c) => omeroChannel(channel, ranges[c])),
      rdefs: { model: channels.length > 1 ? 'color' : 'greyscale', defaultT: 0, defaultZ: Math.floor(size.z / 2) },
    },
  };
}

/** An axis without a unit is one whose extent is not known. */
function axesOf({ timeStep, voxelSize }: ImageDescription): object[] {
  const unit = (known: number | null, name: string) => (known === null ? {} : { unit: name });
  return [
    { name: 't', type: 'time', ...unit(timeStep, 'second') },
    { name: 'c', type: 'channel' },
    ...(['z', 'y', 'x'] as const).map((axis) => ({
      name: axis,
      type: 'space',
      ...unit(voxelSize?.[axis] ?? null, 'micrometer'),
    })),
  ];
}

/** Of a voxel of a level: y and x double from one to the next. */
function scaleOf({ timeStep, voxelSize }: ImageDescription, level: number): number[] {
  const inPlane = 2 ** level;
  return [timeStep ?? 1, 1, voxelSize?.z ?? 1, (voxelSize?.y ?? 1) * inPlane, (voxelSize?.x ?? 1) * inPlane];
}

/**
 * The format wants a color and a window of every channel: without a color it is white, which shows grey. `emissionWave`,
 * in nanometers, is OMERO's own name for a wavelength; the format has none.
 */
function omeroChannel({ name, color, wavelength }: Channel, { min, max }: ValueRange): object {
  const start = min <= max ? min : 0;
  const end = max > start ? max : start + 1; // viewers divide by the difference
  return {
    ...(name === null ? {} : { label: name }),
    color: (color ?? '#FFFFFF').slice(1),
    ...(wavelength === null ? {} : { emissionWave: wavelength }),
    active: true,
    coefficient: 1,
    family: 'linear',
    inverted: false,
    window: { min: start, max: end, start, end },
  };
}
