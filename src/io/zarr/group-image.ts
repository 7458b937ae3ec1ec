/** An image of a Zarr: a plain array, or a group whose NGFF metadata say which array is the image. */
import { voxelSizeOf } from '../units.ts';
import { damaged } from '../refusals.ts';
import { channelWith, type Channel, type Files, type ImageSource } from '../source.ts';
import type { OmeImage } from '../tiff/ome-xml.ts';
import { plainAxes } from './axes.ts';
import { extentOf, requireChannels, zarrImageSource, type ZarrImage } from './image-source.ts';
import { ngffOf, parseCalibration, parseChannels, parseMultiscale } from './ngff.ts';
import { readNode, type ZarrNode } from './node.ts';
import { pathInside } from './path-inside.ts';
import type { ZarrArray } from './zarr-array.ts';

/** An array without NGFF. */
export function plainImage(files: Files, file: string, array: ZarrArray): ImageSource {
  const { axes, notes } = plainAxes(array);
  const count = extentOf('c', axes, array);
  requireChannels(count, file);
  const channels = Array.from({ length: count }, () => channelWith());
  return zarrImageSource(files, file, array, {
    name: '',
    format: 'Zarr',
    axes,
    timeStep: null,
    channels,
    voxelSize: null,
    notes,
  });
}

/** What is known of a group besides its own metadata. */
export interface Known {
  /** Where the group gives none; or always, for the fields of a plate. */
  readonly name?: string;
  readonly always?: boolean;
  /** Of METADATA.ome.xml, in which bioformats2raw keeps what NGFF has no place for. */
  readonly ome?: OmeImage | null;
}

/**
 * The image of a group, or null where the group is none. `file` is the path as the user wrote it.
 * Throws ImageError: image/unsupported, image/damaged; image/missing where the array that it names is not there.
 */
export async function groupImage(
  files: Files,
  file: string,
  { path, attributes }: ZarrNode,
  known: Known = {},
): Promise<ImageSource | null> {
  const ngff = ngffOf(attributes);
  const multiscale = parseMultiscale(ngff, path);
  if (!multiscale) return null;
  const { datasetPath } = multiscale;
  const node = await readNode(files, pathInside(files, path, datasetPath));
  if (!node?.array) throw damaged(path, `its largest array ${datasetPath} is ${node ? 'a group' : 'not there'}.`);
  const { array } = node;
  const calibration = parseCalibration(multiscale, array, path);
  const count = extentOf('c', calibration.axes, array);
  requireChannels(count, path);
  const { channels, notes } = parseChannels(ngff, count);
  const said = {
    ...calibration,
    name: multiscale.name,
    format: 'OME-Zarr',
    channels: channels ?? Array.from({ length: count }, () => channelWith()),
    notes: [...multiscale.notes, ...calibration.notes, ...notes],
  };
  return zarrImageSource(files, file, array, complete(said, array, known));
}

/** What NGFF leaves open, from elsewhere. */
function complete(image: ZarrImage, array: ZarrArray, { name = '', always = false, ome }: Known): ZarrImage {
  const fitting = ome && fits(ome, image, array) ? ome : null;
  const named = /^\/?\d*$/.test(image.name) ? '' : image.name; // the place of a series is no name
  const own = image.voxelSize;
  const other = fitting?.voxelSize;
  return {
    ...image,
    name: always ? name : named || fitting?.name || name,
    timeStep: image.timeStep ?? fitting?.timeStep ?? null,
    voxelSize: voxelSizeOf(own?.z ?? other?.z ?? null, own?.y ?? other?.y ?? null, own?.x ?? other?.x ?? null),
    channels: image.channels.map((channel, i) => completeChannel(channel, fitting?.channels[i])),
    notes:
      ome && !fitting ? [...image.notes, 'METADATA.ome.xml describes an image of another size: not used'] : image.notes,
  };
}

function completeChannel(channel: Channel, other: Channel | undefined): Channel {
  return {
    name: channel.name ?? other?.name ?? null,
    color: channel.color ?? other?.color ?? null,
    wavelength: channel.wavelength ?? other?.wavelength ?? null,
  };
}

function fits({ sizes, channels }: OmeImage, { axes }: ZarrImage, array: ZarrArray): boolean {
  const same = (['t', 'c', 'z', 'y', 'x'] as const).every(
    (letter) => sizes[letter.toUpperCase() as keyof OmeImage['sizes']] === extentOf(letter, axes, array),
  );
  return same && (channels.length === 0 || channels.length === sizes.C);
}
