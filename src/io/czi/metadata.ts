/**
 * A CZI's metadata: names, colors, sizes of voxels. No pixel depends on them: sizes come from the directory, as those of the XML
 * are wrong in real files. So metadata that are not there or cannot be parsed are unknown, and that is said.
 */
import { damaged, truncated, unsupported } from '../refusals.ts';
import { channelWith, type Channel } from '../source.ts';
import type { VoxelSize } from '../../volume/index.ts';
import { plausibleLength, voxelSizeOf } from '../units.ts';
import { child, children, declaresEntities, parseXml, textOf, type Element } from '../xml.ts';
import { readSegment, viewOf, type CziBytes } from './segments.ts';

export interface CziMetadata {
  readonly voxelSize: VoxelSize | null;
  /** By their place in the XML, which is their index along C. */
  readonly channels: readonly Channel[];
  /** By index along S. */
  readonly sceneNames: ReadonlyMap<number, string>;
  /** Seconds from one of `times` times to the next; null where they are not as far apart. */
  timeStep(times: number): number | null;
  readonly notes: readonly string[];
}

const XML_AT = 256;
const MAX_XML_BYTES = 2 ** 26;
/** Large, and nothing in them is needed. */
const UNREAD = ['Experiment', 'HardwareSetting', 'CustomAttributes', 'Layers', 'Information.TimelineTracks'];

/** Throws ImageError: image/damaged, image/truncated; image/unsupported where the XML uses entities of its own. */
export async function readMetadata(czi: CziBytes): Promise<CziMetadata> {
  const { bytes, read, metadata: at } = czi;
  if (at === null) return unknown('it has no metadata');
  const { data } = await readSegment(czi, at, 'ZISRAWMETADATA');
  if (data + XML_AT > bytes.size) throw truncated(bytes.name, `its metadata at byte ${at} are cut.`, bytes.size);
  const length = viewOf(await read(data, 4)).getInt32(0, true);
  if (length < 0) throw damaged(bytes.name, `its metadata have ${length} bytes.`, { at });
  if (data + XML_AT + length > bytes.size)
    throw truncated(
      bytes.name,
      `its metadata end at byte ${data + XML_AT + length}; the file has ${bytes.size}.`,
      bytes.size,
    );
  if (length > MAX_XML_BYTES) return unknown(`its metadata have ${length} bytes, ${MAX_XML_BYTES} are read at most`);
  const xml = new TextDecoder().decode(await bytes.read(data + XML_AT, length)).replace(/\0+$/, '');
  if (xml.trim() === '') return unknown('it has no metadata');
  return parseMetadata(xml, bytes.name);
}

/** Throws ImageError image/unsupported where it uses entities of its own. */
export function parseMetadata(xml: string, file: string): CziMetadata {
  if (declaresEntities(xml))
    throw unsupported(
      file,
      'its metadata declare entities of their own.',
      'Save it again in ZEN.',
      'They can be made to grow without end.',
    );
  let root: Element;
  try {
    const unread = UNREAD.map((path) => `ImageDocument.Metadata.${path}`);
    root = parseXml(xml, ['Channel', 'Distance', 'Scene'], unread);
  } catch (error) {
    return unknown(`its metadata cannot be parsed (${error instanceof Error ? error.message : String(error)})`);
  }
  const metadata = child(root, 'ImageDocument', 'Metadata');
  const dimensions = child(metadata, 'Information', 'Image', 'Dimensions');
  return {
    voxelSize: parseScaling(child(metadata, 'Scaling', 'Items')),
    channels: parseChannels(child(dimensions, 'Channels'), child(metadata, 'DisplaySetting', 'Channels')),
    sceneNames: new Map(
      children(child(dimensions, 'S', 'Scenes'), 'Scene').map((scene, i) => [
        Number(textOf(scene['Index']) ?? i),
        textOf(scene['Name']) ?? '',
      ]),
    ),
    timeStep: (times) => parseTimeStep(child(dimensions, 'T', 'Positions'), times),
    notes: [],
  };
}

function unknown(why: string): CziMetadata {
  return {
    voxelSize: null,
    channels: [],
    sceneNames: new Map(),
    timeStep: () => null,
    notes: [`${why}: voxel size, names and times are unknown`],
  };
}

/** Decimal fractions as they were written: the digit after these is what the multiplication left. */
const DIGITS = 15;

/** In meters, whatever `DefaultUnitFormat` says, which is for display. */
function parseScaling(items: Element): VoxelSize | null {
  const distances = children(items, 'Distance');
  const extent = (axis: string) => {
    const distance = distances.find((distance) => distance['Id'] === axis) ?? {};
    const micrometers = Number(textOf(distance['Value']) ?? NaN) * 1e6;
    return plausibleLength(Number(micrometers.toPrecision(DIGITS)));
  };
  return voxelSizeOf(extent('Z'), extent('Y'), extent('X'));
}

function parseChannels(information: Element, display: Element): Channel[] {
  const named = children(information, 'Channel');
  const displayed = children(display, 'Channel');
  const idOf = (channel: Element | undefined) => textOf(channel?.['Id']) ?? '';
  const known = new Set(named.map(idOf).filter((id) => id !== ''));
  // By their name for each other, else by position, unless the one there is another's.
  const displayOf = (channel: Element | undefined, i: number): Element =>
    displayed.find((one) => idOf(one) !== '' && idOf(one) === idOf(channel)) ??
    (known.has(idOf(displayed[i])) ? {} : (displayed[i] ?? {}));
  return Array.from({ length: Math.max(named.length, displayed.length) }, (_, i) => {
    const channel = named[i] ?? {};
    const shown = displayOf(named[i], i);
    const wavelength = Number(textOf(channel['EmissionWavelength']) ?? NaN);
    return channelWith({
      name: textOf(channel['Name']) ?? textOf(shown['Name']),
      color: colorOf(textOf(shown['Color'])) ?? colorOf(textOf(channel['Color'])),
      wavelength: wavelength > 0 && wavelength < 1e6 ? wavelength : null,
    });
  });
}

/** `#AARRGGBB` to `#RRGGBB`. */
function colorOf(text: string | null): string | null {
  const [, color] = /^#(?:[\da-f]{2})?([\da-f]{6})$/i.exec(text?.trim() ?? '') ?? [];
  return color ? `#${color.toUpperCase()}` : null;
}

/** Uneven by less is what a clock does. */
const EVEN = 0.01;

function parseTimeStep(positions: Element, times: number): number | null {
  const increment = Number(textOf(child(positions, 'Interval')['Increment']) ?? NaN);
  if (increment > 0 && Number.isFinite(increment)) return increment;
  const offsets = (textOf(child(positions, 'List')['Offsets']) ?? '').trim().split(/\s+/).map(Number);
  if (times < 2 || offsets.length !== times) return null;
  const mean = (offsets[times - 1] - offsets[0]) / (times - 1);
  const even = offsets.every((offset, i) => i === 0 || Math.abs(offset - offsets[i - 1] - mean) <= EVEN * mean);
  return even && mean > 0 && Number.isFinite(mean) ? mean : null;
}
