/** The OME-XML (2016-06) that an OME-TIFF of one image carries. */
import type { ImageDescription, WrittenType } from '../source.ts';
import type { PageOrder } from './create-tiff.ts';

const TYPES: Readonly<Record<WrittenType, string>> = { uint8: 'uint8', uint16: 'uint16', float32: 'float' };

/** UTF-8, without a line break. */
export function writeOmeXml(
  { name, times, timeStep, channels, size, voxelSize, type }: ImageDescription,
  pageOrder: PageOrder,
): string {
  const extents = (['x', 'y', 'z'] as const).flatMap((axis) => {
    const extent = voxelSize?.[axis] ?? null;
    const [key, unit] = [`PhysicalSize${axis.toUpperCase()}`, `PhysicalSize${axis.toUpperCase()}Unit`];
    return extent === null ? [] : [attribute(key, extent), attribute(unit, '\u00b5m')];
  });
  const described = channels.map(
    ({ name, color, wavelength }, c) =>
      `<Channel ID="Channel:0:${c}" SamplesPerPixel="1"${name === null ? '' : attribute('Name', name)}${color === null ? '' : attribute('Color', signedColor(color))}${wavelength === null ? '' : attribute('EmissionWavelength', wavelength) + attribute('EmissionWavelengthUnit', 'nm')}/>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"' +
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' +
    ' xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06 http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd">' +
    `<Image ID="Image:0"${attribute('Name', name)}>` +
    `<Pixels ID="Pixels:0" DimensionOrder="XY${pageOrder}" Type="${TYPES[type]}" BigEndian="false" SizeX="${size.x}" SizeY="${size.y}"` +
    ` SizeZ="${size.z}" SizeC="${channels.length}" SizeT="${times}"${extents.join('')}${timeStep === null ? '' : attribute('TimeIncrement', timeStep)}>` +
    `${described.join('')}<TiffData IFD="0" PlaneCount="${size.z * channels.length * times}"/></Pixels></Image></OME>`
  );
}

function attribute(key: string, value: string | number): string {
  return ` ${key}="${escape(String(value))}"`;
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    '\t': '&#9;',
    '\n': '&#10;',
    '\r': '&#13;',
  };
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd') // no XML 1.0 may hold these, nor half a surrogate pair
    .replace(/[&<>"\t\n\r]/g, (character: string) => entities[character]);
}

/** `#RRGGBB` as the schema has it: R << 24 | G << 16 | B << 8 | A, signed. Throws RangeError for other texts. */
function signedColor(color: string): number {
  if (!/^#[0-9a-fA-F]{6}$/.test(color)) throw new RangeError(`a color is #RRGGBB, not ${color}`);
  return (parseInt(color.slice(1), 16) << 8) | 0xff;
}
