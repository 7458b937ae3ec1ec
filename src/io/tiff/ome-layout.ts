/**
 * OME-TIFF: TiffData elements say which page is which plane (https://docs.openmicroscopy.org/ome-model/6.3.1/ome-tiff/), of
 * this file or of others beside it. The XML may stand in another file, which is then a companion.
 */
import { convertRemedy, damaged, truncated, unsupported } from '../refusals.ts';
import { channelWith, type ByteSource, type Channel } from '../source.ts';
import type { PlanePlace } from './block-reader.ts';
import { readText } from './directory.ts';
import { alike, describeFormat, type TiffImage } from './image-source.ts';
import { pageRanges, planeIndex, rangeOf, requirePagesOnce, type PageRange } from './ome-planes.ts';
import { isOmeXml, parseOmeXml, uuidOf, type Ome, type OmeImage } from './ome-xml.ts';
import type { PageFormat } from './page.ts';
import { readTiff, type Tiff } from './read-tiff.ts';
import { TAG } from './tags.ts';
import { isName, missing, type TiffSet } from './tiff-set.ts';

const MAX_XML_BYTES = 2 ** 26;
const MAX_PLANES = 2 ** 22;

/** The file that has the XML. */
interface Described {
  /** As messages call it. */
  readonly file: string;
  readonly name: string;
  readonly ome: Ome;
  /** Null for a companion, which has no pages. */
  readonly tiff: Tiff | null;
}

/**
 * The images that the XML in the first page describes, or the file that it points to.
 * Throws ImageError: image/truncated where a plane's page is not there, image/missing where a file of the set is not,
 * image/damaged where the XML and the pages contradict each other, image/unsupported.
 */
export async function omeImages(xml: string, tiff: Tiff, name: string, set: TiffSet): Promise<TiffImage[]> {
  const file = tiff.tiff.bytes.name;
  const ome = parseOmeXml(xml, file);
  set.adopt(name, tiff);
  if (ome.metadataFile === null) return describedImages({ file, name, ome, tiff }, set);
  const described = await readMetadataFile(ome.metadataFile, set);
  const { uuid, metadataFile } = described.ome;
  if (metadataFile !== null)
    throw damaged(described.file, `its metadata should be in ${ome.metadataFile}, and are not.`);
  if (uuid !== null && ome.metadataUuid !== null && uuid !== ome.metadataUuid)
    throw damaged(file, `its metadata are in a file with the UUID ${ome.metadataUuid}; ${described.file} has ${uuid}.`);
  return describedImages(described, set);
}

/** The images that a companion describes. Throws as `omeImages` does, image/unsupported where it is no OME-XML. */
export async function companionImages(bytes: ByteSource, name: string, set: TiffSet): Promise<TiffImage[]> {
  const ome = await readCompanion(bytes);
  if (ome.metadataFile !== null) throw damaged(bytes.name, `its metadata should be in ${ome.metadataFile}.`);
  return describedImages({ file: bytes.name, name, ome, tiff: null }, set);
}

async function readMetadataFile(name: string, set: TiffSet): Promise<Described> {
  const bytes = await set.bytes(name);
  const start = await bytes.read(0, Math.min(2, bytes.size));
  const isTiff = start[0] === start[1] && (start[0] === 0x49 || start[0] === 0x4d);
  if (!isTiff) return { file: bytes.name, name, ome: await readCompanion(bytes), tiff: null };
  const tiff = await readTiff(bytes);
  const xml = (await readText(tiff.tiff, tiff.first.tags.get(TAG.description))) ?? '';
  if (!isOmeXml(xml)) throw damaged(bytes.name, 'it should have the metadata of a set of files, and has none.');
  return { file: bytes.name, name, ome: parseOmeXml(xml, bytes.name), tiff };
}

async function readCompanion(bytes: ByteSource): Promise<Ome> {
  if (bytes.size > MAX_XML_BYTES)
    throw unsupported(bytes.name, `it has ${bytes.size} bytes of XML; ${MAX_XML_BYTES} can be read.`, 'Split the set.');
  const xml = new TextDecoder().decode(await bytes.read(0, bytes.size));
  if (!isOmeXml(xml))
    throw unsupported(
      bytes.name,
      'this is XML, and not OME-XML (an OME companion).',
      convertRemedy(bytes.name),
      'No image can be found by it.',
    );
  return parseOmeXml(xml, bytes.name);
}

async function describedImages(described: Described, set: TiffSet): Promise<TiffImage[]> {
  const { file, name, ome, tiff } = described;
  if (ome.images.length === 0) throw damaged(file, 'its OME-XML describes no image.');
  const images: OmeImage[] = ome.images.map((image) => ({
    ...image,
    tiffData: image.tiffData.map((data) => {
      const own =
        data.fileName === null
          ? data.uuid === null || ome.uuid === null || data.uuid === ome.uuid
          : tiff !== null && (data.fileName === name || (data.uuid !== null && data.uuid === ome.uuid));
      if (own) return { ...data, fileName: null };
      if (data.fileName !== null) return data;
      throw unsupported(
        file,
        `some of its planes are in the file with the UUID ${data.uuid}, whose name it does not say.`,
        convertRemedy(file),
        'Alone it is a part of an image.',
      );
    }),
  }));
  const named = new Set(images.flatMap(({ tiffData }) => tiffData.flatMap(({ fileName }) => fileName ?? [])));
  const lost = await set.absent([...named].filter(isName));
  if (lost.length > 0) throw missing(file, lost);
  const checked = new Map<string, Promise<Tiff>>();
  const fileOf: FileOf = ({ fileName, uuid }) => {
    const key = `${fileName} ${uuid}`;
    const known = checked.get(key);
    if (known) return known;
    const opened = fileName === null ? ownPages(described) : sibling(fileName, uuid, set);
    checked.set(key, opened);
    opened.catch(() => checked.delete(key)); // told to whoever asked; the next one tries again
    return opened;
  };
  const used: PageRange[] = [];
  const found: TiffImage[] = [];
  for (const image of images) found.push(await omeImage(image, described, fileOf, used));
  requirePagesOnce(used, file);
  return found;
}

/** The file that a range of pages is in. */
type FileOf = (range: Pick<PageRange, 'fileName' | 'uuid'>) => Promise<Tiff>;

async function ownPages({ tiff, file }: Described): Promise<Tiff> {
  if (tiff) return tiff;
  throw truncated(file, 'its OME-XML has planes of which it does not say in which file they are.');
}

/** @param used the pages that are planes already, to which those of this image are added */
async function omeImage(
  image: OmeImage,
  { file, tiff }: Described,
  fileOf: FileOf,
  used: PageRange[],
): Promise<TiffImage> {
  const [data] = image.tiffData;
  const reference = pageAt(await fileOf(data ?? { fileName: null, uuid: null }), data?.ifd ?? 0, image).format;
  const { C, Z, T, X, Y } = image.sizes;
  const alone = image.tiffData.every(({ fileName }) => fileName === null);
  const requirePages = (channelCount: number) => {
    const total = channelCount * Z * T;
    const what = `its OME-XML describes ${total} planes (t ${T}, c ${channelCount}, z ${Z})`;
    if (alone && tiff && total > tiff.pages.length)
      throw truncated(file, `${what}; it has ${tiff.pages.length} pages.`);
    if (total > MAX_PLANES)
      throw unsupported(file, `${what}.`, 'Split it into several files.', `Up to ${MAX_PLANES} are kept in mind.`);
  };
  requirePages(Math.max(1, Math.floor(C / reference.samples))); // before anything is made for each
  const { channels, samples } = channelsOf(image, reference, file, tiff ? tiff.pages.length : null);
  requirePages(channels.length);
  const extents = { C: channels.length, Z, T };
  if (X !== reference.width || Y !== reference.height)
    throw damaged(
      file,
      `its OME-XML says (y ${Y}, x ${X}), its pages are (y ${reference.height}, x ${reference.width}).`,
    );
  const ranges = pageRanges(image, extents, file);
  for (const range of ranges) used.push(range);

  const placeIn = (opened: Tiff, page: number): PlanePlace => {
    const place = pageAt(opened, page, image);
    if (alike(place.format, reference)) return place;
    throw damaged(
      opened.tiff.bytes.name,
      `page ${page} is ${describeFormat(place.format)}, the first of image "${image.name}", of which its OME-XML says it is a plane, ${describeFormat(reference)}.`,
    );
  };
  if (tiff)
    for (const range of ranges)
      if (range.fileName === null) for (let i = 0; i < range.count; i++) placeIn(tiff, range.ifd + i);
  return {
    name: image.name,
    format: 'OME-TIFF',
    times: T,
    timeStep: image.timeStep,
    channels,
    ...(samples ? { samples } : {}),
    planes: Z,
    voxelSize: image.voxelSize,
    notes: [...image.notes, ...notesOnType(image, reference)],
    plane(t, c, z) {
      const index = planeIndex({ T: t, C: c, Z: z }, extents, image.order);
      const range = rangeOf(ranges, index);
      const page = range.ifd + index - range.start;
      return range.fileName === null && tiff
        ? placeIn(tiff, page)
        : fileOf(range).then((opened) => placeIn(opened, page));
    },
  };
}

/** Throws ImageError image/damaged where a file has the name and not the UUID that it should have. */
async function sibling(name: string, uuid: string | null, set: TiffSet): Promise<Tiff> {
  const opened = await set.tiff(name);
  const own = uuidOf((await readText(opened.tiff, opened.first.tags.get(TAG.description))) ?? '');
  if (own !== null && uuid !== null && own !== uuid)
    throw damaged(opened.tiff.bytes.name, `its UUID is ${own}, and the set wants the file of this name with ${uuid}.`);
  return opened;
}

/** What the pages are channels of; `samples` where the XML describes the samples of a page one by one. */
function channelsOf(
  { channels, sizes, tiffData }: OmeImage,
  { samples }: PageFormat,
  file: string,
  pages: number | null,
): { channels: readonly Channel[]; samples?: readonly Channel[] } {
  const unnamed = (count: number) => Array.from({ length: count }, () => channelWith());
  const { C, Z, T } = sizes;
  const ofPages = Math.max(1, Math.floor(C / samples)); // a channel of RGB is one plane, whose samples SizeC counts one by one
  if (channels.length === 0) return { channels: unnamed(ofPages) };
  if (channels.length !== C && channels.length * samples !== C)
    throw damaged(
      file,
      `its OME-XML says ${C} channels and describes ${channels.length}; its pages have ${samples} samples a pixel.`,
    );
  const given = pages ?? tiffData.reduce((sum, { planeCount }) => sum + (planeCount ?? 1), 0);
  if (samples > 1 && channels.length === samples && C === samples && given < C * Z * T)
    return { channels: unnamed(1), samples: channels };
  return { channels };
}

function pageAt({ tiff, pages }: Tiff, index: number, image: OmeImage): PlanePlace {
  const page = pages[index];
  if (!page)
    throw truncated(
      tiff.bytes.name,
      `the OME-XML has a plane of image "${image.name}" on its page ${index}; the file has ${pages.length} pages.`,
    );
  if (!page.format)
    throw damaged(tiff.bytes.name, `the OME-XML has a plane on its page ${index}, which is a thumbnail.`);
  return { tiff, page, format: page.format, shift: 0 };
}

/** OME's names for sample types that are not ours. */
const TYPES: Readonly<Record<string, string>> = { float: 'float32', double: 'float64', bit: 'bool' };

function notesOnType({ type }: OmeImage, format: PageFormat): string[] {
  if ((TYPES[type] ?? type) === format.type) return [];
  return [`its OME-XML says ${type || 'no type'}, its pages are ${format.type}: read as ${format.type}`];
}
