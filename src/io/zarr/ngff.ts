/**
 * OME-Zarr's metadata (https://ngff.openmicroscopy.org), 0.1 to 0.5: which array is the image, its axes, voxel size, channels.
 * Until 0.4 they are the group's attributes, from 0.5 on below `ome`. Of the resolutions the first and largest is read.
 */
import { damaged, unsupported } from '../refusals.ts';
import { channelWith, type Channel } from '../source.ts';
import { micrometersPer, type SaidVoxelSize, saidVoxelSize, secondsPer } from '../units.ts';
import { ngffAxes, type Axes, type Letter } from './axes.ts';
import { isObject, listOf, objectOf, shown, type JsonObject } from './json-file.ts';
import type { ZarrArray } from './zarr-array.ts';

const NEWEST = '0.5';

/** What NGFF says of a group, wherever its version keeps it. */
export function ngffOf(attributes: JsonObject): JsonObject {
  return isObject(attributes['ome']) ? attributes['ome'] : attributes;
}

export interface Multiscale {
  readonly name: string;
  /** Of the largest array, below the group. */
  readonly datasetPath: string;
  readonly notes: readonly string[];
  readonly json: JsonObject;
  readonly dataset: JsonObject;
}

/** `0.4-dev-spatialdata` is 0.4. */
function isNewer(version: unknown): boolean {
  const [, major = 0, minor = 0] = /^(\d+)\.(\d+)/.exec(typeof version === 'string' ? version : '') ?? [];
  return Number(major) > 0 || Number(minor) > Number(NEWEST.slice(2));
}

/** The image of a group, or null where it has none. Throws ImageError: image/unsupported for newer versions, image/damaged. */
export function parseMultiscale(ngff: JsonObject, file: string): Multiscale | null {
  if (ngff['multiscales'] === undefined) return null;
  const [json, ...others] = listOf(ngff['multiscales']);
  if (!isObject(json)) throw damaged(file, `its multiscales are ${shown(ngff['multiscales'])}.`);
  const version = ngff['version'] ?? json['version'] ?? null;
  if (isNewer(version))
    throw unsupported(
      file,
      `it is OME-Zarr of version ${shown(version)}; 0.1 to ${NEWEST} are read.`,
      `Save it again as OME-Zarr ${NEWEST}.`,
      'What later versions say of axes and scales would be taken wrongly.',
    );
  const [dataset] = listOf(json['datasets']);
  const path = isObject(dataset) ? dataset['path'] : null;
  if (!isObject(dataset) || typeof path !== 'string') throw damaged(file, `its first dataset is ${shown(dataset)}.`);
  return {
    name: typeof json['name'] === 'string' ? json['name'] : '',
    datasetPath: path,
    notes: others.length > 0 ? [`it has ${others.length + 1} multiscales; the first was taken`] : [],
    json,
    dataset,
  };
}

export interface Calibration extends SaidVoxelSize {
  readonly axes: Axes;
  /** Seconds. */
  readonly timeStep: number | null;
}

/** Axes and their steps. Throws ImageError as `ngffAxes`. */
export function parseCalibration({ json, dataset }: Multiscale, array: ZarrArray, file: string): Calibration {
  const axes = ngffAxes(json['axes'], array, file);
  const scales = [dataset, json].map((holder) => scaleOf(holder, axes.length, file));
  const step = (letter: Letter, per: (unit: string) => number | null): number => {
    const axis = axes.indexOf(letter);
    const unit = objectOf(listOf(json['axes'])[axis])['unit'];
    const factor = typeof unit === 'string' ? per(unit) : null;
    if (axis < 0 || factor === null || !scales[0]) return NaN;
    return scales.reduce((product, scale) => product * (scale ? scale[axis] : 1), factor);
  };
  const length = (letter: Letter) => step(letter, micrometersPer);
  const seconds = step('t', secondsPer);
  return {
    axes,
    ...saidVoxelSize(length('z'), length('y'), length('x')),
    timeStep: seconds > 0 && Number.isFinite(seconds) ? seconds : null,
  };
}

/** The scales of `coordinateTransformations` multiplied; null where there are none. */
function scaleOf(holder: JsonObject, axes: number, file: string): readonly number[] | null {
  const scales = listOf(holder['coordinateTransformations']).filter(
    (transformation) => isObject(transformation) && transformation['type'] === 'scale' && 'scale' in transformation,
  );
  if (scales.length === 0) return null;
  return scales
    .map((transformation) => parseScale(objectOf(transformation)['scale'], axes, file))
    .reduce((product, scale) => product.map((factor, axis) => factor * scale[axis]));
}

function parseScale(value: unknown, axes: number, file: string): readonly number[] {
  const scale = listOf(value).map((factor) => (typeof factor === 'number' ? factor : NaN)); // NaN is an unknown size
  if (scale.length === axes) return scale;
  throw damaged(file, `its scale is ${shown(value)} for ${axes} axes.`);
}

/** Channels as `omero` names them, or null where it does not name just as many. */
export function parseChannels(ngff: JsonObject, count: number): { channels: Channel[] | null; notes: string[] } {
  const given = listOf(objectOf(ngff['omero'])['channels']).map(objectOf);
  if (given.length === 0) return { channels: null, notes: [] };
  if (given.length !== count)
    return { channels: null, notes: [`omero names ${given.length} channels, the array has ${count}: not used`] };
  const channels = given.map(({ label, color, emissionWave }) =>
    channelWith({
      name: typeof label === 'number' || (typeof label === 'string' && label !== '') ? String(label) : null,
      wavelength: typeof emissionWave === 'number' && emissionWave > 0 ? emissionWave : null, // OMERO's own name
      color: typeof color === 'string' && /^#?[0-9a-f]{6}$/i.test(color) ? `#${color.slice(-6).toUpperCase()}` : null,
    }),
  );
  return { channels, notes: [] };
}
