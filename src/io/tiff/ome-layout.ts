/** OME-TIFF: TiffData elements say which page is which plane (https://docs.openmicroscopy.org/ome-model/6.3.1/ome-tiff/). */
import { convertRemedy, damaged, truncated, unsupported } from '../refusals.ts';
import { channelWith, type Channel } from '../source.ts';
import type { PlanePlace } from './block-reader.ts';
import { alike, type TiffImage } from './image-source.ts';
import { parseOmeXml, type OmeImage, type OmeTiffData } from './ome-xml.ts';
import type { Page, PageFormat } from './page.ts';

/**
 * The images that the XML in the first page describes.
 * Throws ImageError: image/truncated where a plane's page is not there, image/damaged where the XML and the pages
 * contradict each other, image/unsupported for sets of several files.
 */
export function omeImages(xml: string, file: string, name: string, pages: readonly Page[]): TiffImage[] {
  const ome = parseOmeXml(xml, file);
  if (ome.metadataFile !== null) throw severalFiles(file, `its metadata are in ${ome.metadataFile}`);
  if (ome.images.length === 0) throw damaged(file, 'its OME-XML describes no image.');
  const used = new Set<number>();
  return ome.images.map((image) => {
    const elsewhere = image.tiffData.find(
      ({ uuid, fileName }) => (ome.uuid === null || uuid !== ome.uuid) && fileName !== null && fileName !== name,
    );
    if (elsewhere) throw severalFiles(file, `some of its planes are in ${elsewhere.fileName}`);
    return omeImage(image, file, pages, used);
  });
}

/** @param used the pages that are planes already: none is two */
function omeImage(image: OmeImage, file: string, pages: readonly Page[], used: Set<number>): TiffImage {
  const first = pageAt(pages, image.tiffData[0]?.ifd ?? 0, image, file).format;
  // A channel of RGB pages is one plane, whose samples SizeC counts one by one.
  const channels =
    image.channels.length > 0 ? image.channels : unnamed(Math.max(1, Math.floor(image.sizes.C / first.samples)));
  const { Z, T, X, Y } = image.sizes;
  const extents = { C: channels.length, Z, T };
  if (channels.length !== image.sizes.C && channels.length * first.samples !== image.sizes.C)
    throw damaged(
      file,
      `its OME-XML says ${image.sizes.C} channels and describes ${channels.length}; its pages have ${first.samples} samples a pixel.`,
    );
  if (X !== first.width || Y !== first.height)
    throw damaged(file, `its OME-XML says (y ${Y}, x ${X}), its pages are (y ${first.height}, x ${first.width}).`);

  const places = mapPlanes(image, extents, file, pages, first, used);
  const notes = [];
  if (first.samples > 1)
    notes.push(
      `its pages are RGB with equal colors, read as grey${image.type === first.type ? '' : ` (its OME-XML says ${image.type})`}`,
    );
  else if (omeTypeOf(image.type) !== first.type)
    notes.push(`its OME-XML says ${image.type || 'no type'}, its pages are ${first.type}: read as ${first.type}`);
  return {
    name: image.name,
    format: 'OME-TIFF',
    times: T,
    timeStep: image.timeStep,
    channels,
    planes: Z,
    voxelSize: image.voxelSize,
    notes,
    plane: (t, c, z) => places.get(planeIndex({ T: t, C: c, Z: z }, extents, image.order))!, // mapPlanes has them all
  };
}

interface Plane {
  readonly C: number;
  readonly Z: number;
  readonly T: number;
}

/** The position of a plane in the file's order. */
function planeIndex(plane: Plane, extents: Plane, order: readonly (keyof Plane)[]): number {
  return order.reduceRight((index, axis) => index * extents[axis] + plane[axis], 0);
}

function mapPlanes(
  image: OmeImage,
  extents: Plane,
  file: string,
  pages: readonly Page[],
  reference: PageFormat,
  used: Set<number>,
): Map<number, PlanePlace> {
  const total = extents.C * extents.Z * extents.T;
  if (total > pages.length)
    throw truncated(
      file,
      `its OME-XML describes ${total} planes (t ${extents.T}, c ${extents.C}, z ${extents.Z}); it has ${pages.length} pages.`,
    );
  const places = new Map<number, PlanePlace>();
  const data: readonly OmeTiffData[] = image.tiffData.length > 0 ? image.tiffData : [ALL];
  for (const { first, ifd, planeCount } of data) {
    const start = planeIndex(first, extents, image.order);
    const count = planeCount ?? (ifd === null ? total - start : 1);
    if (first.C >= extents.C || first.Z >= extents.Z || first.T >= extents.T || start + count > total)
      throw damaged(
        file,
        `its OME-XML places ${count} pages at (t ${first.T}, c ${first.C}, z ${first.Z}) of (t ${extents.T}, c ${extents.C}, z ${extents.Z}).`,
      );
    for (let i = 0; i < count; i++) {
      if (places.has(start + i))
        throw damaged(file, `its OME-XML gives ${describe(start + i, extents, image)} two pages.`);
      const index = (ifd ?? 0) + i;
      if (used.has(index)) throw damaged(file, `its OME-XML makes two planes of page ${index}.`);
      used.add(index);
      const place = pageAt(pages, index, image, file);
      if (!alike(place.format, reference))
        throw damaged(
          file,
          `page ${place.page.index} is of another size or type than the first of image "${image.name}", of which its OME-XML says it is a plane.`,
        );
      places.set(start + i, { ...place, shift: 0 });
    }
  }
  const missing = Array.from({ length: total }, (_, i) => i).find((i) => !places.has(i));
  if (missing !== undefined) throw truncated(file, `its OME-XML gives ${describe(missing, extents, image)} no page.`);
  return places;
}

const ALL: OmeTiffData = { first: { C: 0, Z: 0, T: 0 }, ifd: null, planeCount: null, fileName: null, uuid: null };

function describe(index: number, extents: Plane, { order }: OmeImage): string {
  const at: Record<keyof Plane, number> = { C: 0, Z: 0, T: 0 };
  let rest = index;
  for (const axis of order) {
    at[axis] = rest % extents[axis];
    rest = Math.floor(rest / extents[axis]);
  }
  return `plane (t ${at.T}, c ${at.C}, z ${at.Z})`;
}

function pageAt(
  pages: readonly Page[],
  index: number,
  image: OmeImage,
  file: string,
): Pick<PlanePlace, 'page' | 'format'> {
  const page = pages[index];
  if (!page)
    throw truncated(
      file,
      `its OME-XML has a plane of image "${image.name}" on page ${index}; the file has ${pages.length} pages.`,
    );
  if (!page.format) throw damaged(file, `its OME-XML has a plane on page ${index}, which is a thumbnail.`);
  return { page, format: page.format };
}

function unnamed(count: number): Channel[] {
  return Array.from({ length: count }, () => channelWith());
}

/** OME's names for sample types that are not ours. */
function omeTypeOf(type: string): string {
  return { float: 'float32', double: 'float64' }[type] ?? type;
}

function severalFiles(file: string, how: string): Error {
  return unsupported(
    file,
    `this OME-TIFF is one of several files: ${how}.`,
    convertRemedy(file),
    'Alone it is a part of an image.',
  );
}
