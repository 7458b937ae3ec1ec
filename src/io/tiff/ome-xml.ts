/**
 * OME-XML (https://docs.openmicroscopy.org/ome-model/6.3.1/): of each Image its name, sizes, channels, voxel size, and
 * which page is which plane. Read from any version of the schema; annotations, instruments and regions are left alone.
 */
import { damaged, unsupported } from '../refusals.ts';
import type { Channel } from '../source.ts';
import { micrometersPer, saidVoxelSize } from '../units.ts';
import { child, children, declaresEntities, parseXml, textOf, type Element } from '../xml.ts';

export interface OmeTiffData {
  readonly first: { readonly C: number; readonly Z: number; readonly T: number };
  /** Null where the element does not say. */
  readonly ifd: number | null;
  readonly planeCount: number | null;
  readonly fileName: string | null;
  readonly uuid: string | null;
}

export interface OmeImage {
  readonly name: string;
  /** Of C, Z and T, the fastest first. */
  readonly order: readonly ('C' | 'Z' | 'T')[];
  readonly type: string;
  readonly sizes: {
    readonly X: number;
    readonly Y: number;
    readonly Z: number;
    readonly C: number;
    readonly T: number;
  };
  /** One a Channel element, which may stand for several samples a pixel. */
  readonly channels: readonly Channel[];
  readonly voxelSize: { z: number | null; y: number | null; x: number | null } | null;
  /** On its voxel size. */
  readonly notes: readonly string[];
  /** Seconds. */
  readonly timeStep: number | null;
  readonly tiffData: readonly OmeTiffData[];
}

export interface Ome {
  readonly uuid: string | null;
  readonly images: readonly OmeImage[];
  /** The file that has the metadata, where this one only points to it, and its UUID. */
  readonly metadataFile: string | null;
  readonly metadataUuid: string | null;
}

const MAX_SIZE = 2 ** 31;

/** Whether a description is OME-XML. */
export function isOmeXml(description: string): boolean {
  return /^\ufeff?\s*</.test(description) && /<(?:\w+:)?OME[\s>]/.test(description);
}

/** The UUID of the file whose description begins so; null where it has none. */
export function uuidOf(description: string): string | null {
  return /<(?:\w+:)?OME\b[^>]*?\sUUID\s*=\s*["']([^"']*)["']/.exec(description)?.[1] ?? null;
}

/** Throws ImageError: image/damaged where the XML is, image/unsupported where it uses entities of its own. */
export function parseOmeXml(text: string, file: string): Ome {
  if (declaresEntities(text))
    throw unsupported(
      file,
      'its OME-XML declares entities of its own.',
      'Save it again with another program.',
      'They can be made to grow without end.',
    );
  let root: Element;
  try {
    root = child(parseXml(text, ['Image', 'Channel', 'TiffData'], ['OME.StructuredAnnotations']), 'OME');
  } catch (cause) {
    throw damaged(file, `its OME-XML cannot be parsed: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
  return {
    uuid: textOf(root['UUID']),
    images: children(root, 'Image').map((image, i) => parseImage(image, i, file)),
    metadataFile: textOf(child(root, 'BinaryOnly')['MetadataFile']),
    metadataUuid: textOf(child(root, 'BinaryOnly')['UUID']),
  };
}

function parseImage(image: Element, index: number, file: string): OmeImage {
  const pixels = child(image, 'Pixels');
  const count = (key: string): number => {
    const value = Number(pixels[key]);
    if (Number.isInteger(value) && value >= 1 && value < MAX_SIZE) return value;
    throw damaged(file, `its OME-XML says ${key} ${JSON.stringify(pixels[key])?.slice(0, 40)} of image ${index}.`);
  };
  const order = textOf(pixels['DimensionOrder']) ?? 'XYCZT';
  if (!/^XY(?:CZT|CTZ|ZCT|ZTC|TCZ|TZC)$/.test(order))
    throw damaged(file, `its OME-XML says DimensionOrder ${order.slice(0, 40)} of image ${index}.`);
  const extent = (axis: 'X' | 'Y' | 'Z') => {
    const unit = micrometersPer(textOf(pixels[`PhysicalSize${axis}Unit`]) ?? 'um'); // micrometers where it does not say
    return Number(textOf(pixels[`PhysicalSize${axis}`]) ?? NaN) * (unit ?? NaN);
  };
  return {
    name: textOf(image['Name']) ?? '',
    order: order.slice(2).split('') as ('C' | 'Z' | 'T')[], // the pattern above lets nothing else through
    type: textOf(pixels['Type']) ?? '',
    sizes: { X: count('SizeX'), Y: count('SizeY'), Z: count('SizeZ'), C: count('SizeC'), T: count('SizeT') },
    channels: children(pixels, 'Channel').map((channel) => ({
      name: textOf(channel['Name']),
      color: colorOf(textOf(channel['Color'])),
      wavelength: wavelengthOf(channel),
    })),
    ...saidVoxelSize(extent('Z'), extent('Y'), extent('X')),
    timeStep: timeStepOf(pixels),
    tiffData: children(pixels, 'TiffData').map((data) => parseTiffData(data, file)),
  };
}

function parseTiffData(data: Element, file: string): OmeTiffData {
  const whole = (key: string): number | null => {
    if (data[key] === undefined) return null;
    const value = Number(data[key]);
    if (Number.isInteger(value) && value >= 0 && value < MAX_SIZE) return value;
    throw damaged(file, `its OME-XML says TiffData ${key} ${JSON.stringify(data[key])?.slice(0, 40)}.`);
  };
  return {
    first: { C: whole('FirstC') ?? 0, Z: whole('FirstZ') ?? 0, T: whole('FirstT') ?? 0 },
    ifd: whole('IFD'),
    planeCount: whole('PlaneCount'),
    fileName: textOf(child(data, 'UUID')['FileName']),
    uuid: textOf(data['UUID']), // a text alone, or an element with a FileName
  };
}

/** Nanometers. */
function wavelengthOf(channel: Element): number | null {
  const unit = micrometersPer(textOf(channel['EmissionWavelengthUnit']) ?? 'nm');
  const nanometers = Number(channel['EmissionWavelength'] ?? NaN) * ((unit ?? NaN) * 1000);
  return nanometers > 0 && Number.isFinite(nanometers) ? nanometers : null;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, '\u00b5s': 1e-6, min: 60, h: 3600, d: 86400 };

function timeStepOf(pixels: Element): number | null {
  const seconds = Number(pixels['TimeIncrement'] ?? NaN) * (SECONDS[textOf(pixels['TimeIncrementUnit']) ?? 's'] ?? NaN);
  return seconds > 0 && Number.isFinite(seconds) ? seconds : null;
}

/** Signed R << 24 | G << 16 | B << 8 | A, as the schema has it, to `#RRGGBB`. */
function colorOf(text: string | null): string | null {
  const value = Number(text ?? NaN);
  return Number.isInteger(value) ? `#${(value >>> 8).toString(16).padStart(6, '0').toUpperCase()}` : null;
}
