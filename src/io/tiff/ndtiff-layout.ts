/**
 * NDTiff (Micro-Manager): which plane a page is stands in the file NDTiff.index beside it, for all files of the set, or in
 * the JSON of each page (https://github.com/micro-manager/NDTiffStorage).
 */
import { convertRemedy, damaged, truncated, unsupported } from '../refusals.ts';
import { channelWith } from '../source.ts';
import { plausibleLength, voxelSizeOf } from '../units.ts';
import type { PlanePlace } from './block-reader.ts';
import { isUncompressed } from './decoders.ts';
import { readNumber, readStructure, readText, type TiffBytes } from './directory.ts';
import { alike, type TiffImage } from './image-source.ts';
import { asObject, isAxes, parseNdtiffIndex, parseObject, type Axes } from './ndtiff-index.ts';
import type { FullPage } from './page.ts';
import type { Tiff } from './read-tiff.ts';
import { missing, type TiffSet } from './tiff-set.ts';

const INDEX = 'NDTiff.index';
const MAX_INDEX_BYTES = 2 ** 26;
const MAX_SUMMARY_BYTES = 2 ** 22;

interface Located {
  readonly axes: Axes;
  readonly place: () => PlanePlace | Promise<PlanePlace>;
}

export function isNdtiff(pages: readonly FullPage[]): boolean {
  return pages[0].page.microManager !== undefined;
}

/** One image a position, or whatever axis there is beside time, channel and z. Throws ImageError as reading a TIFF does. */
export async function ndtiffImages(
  { tiff }: Tiff,
  pages: readonly FullPage[],
  fileName: string,
  set: TiffSet,
): Promise<TiffImage[]> {
  const { name } = tiff.bytes;
  const isIndexed = (await set.absent([INDEX])).length === 0;
  const known = isIndexed ? await fromIndex(name, pages, fileName, set) : await fromPages(tiff, pages);
  if (known.length === 0) throw damaged(name, `${INDEX} beside it lists no plane.`);
  const summary = await readSummary(tiff);
  const pixel = lengthOf(summary['PixelSize_um']);
  const voxelSize = voxelSizeOf(lengthOf(summary['z-step_um']), pixel, pixel);
  const groups = new Map<string, Located[]>();
  for (const located of known) {
    const others = Object.entries(located.axes).filter(([axis]) => !['time', 'channel', 'z'].includes(axis));
    const group = others.map(([axis, value]) => `${axis} ${value}`).join(', ');
    groups.set(group, [...(groups.get(group) ?? []), located]);
  }
  return [...groups].map(([group, planes]) => ({
    ...stackOf(name, planes),
    name: groups.size > 1 ? group : '',
    voxelSize,
  }));
}

function stackOf(file: string, planes: readonly Located[]): Omit<TiffImage, 'name' | 'voxelSize'> {
  const values = { time: valuesOf(planes, 'time'), channel: valuesOf(planes, 'channel'), z: valuesOf(planes, 'z') };
  const [T, C, Z] = [values.time.size, values.channel.size, values.z.size];
  if (T * C * Z > 2 * planes.length + 2 ** 16)
    throw damaged(file, `its ${planes.length} planes are those of (t ${T}, c ${C}, z ${Z}).`);
  const places: Located[] = [];
  for (const located of planes) {
    const [t, c, z] = (['time', 'channel', 'z'] as const).map((axis) => values[axis].get(located.axes[axis] ?? 0)!);
    places[(t * C + c) * Z + z] = located; // the later of two is the one that counts
  }
  for (let i = 0; i < T * C * Z; i++)
    if (!places[i])
      throw truncated(
        file,
        `plane (t ${Math.floor(i / Z / C)}, c ${Math.floor(i / Z) % C}, z ${i % Z}) of (t ${T}, c ${C}, z ${Z}) is not there: its acquisition was not finished, or files are missing.`,
      );
  return {
    format: 'NDTiff',
    times: T,
    timeStep: null,
    channels: [...values.channel.keys()].map((channel) =>
      channelWith({ name: typeof channel === 'string' ? channel : null }),
    ),
    planes: Z,
    notes: [],
    plane: (t, c, z) => places[(t * C + c) * Z + z].place(),
  };
}

/** The values of an axis and their positions: numbers in their order, names as they come. */
function valuesOf(planes: readonly Located[], axis: 'time' | 'channel' | 'z'): Map<number | string, number> {
  const values = [...new Set(planes.map(({ axes }) => axes[axis] ?? 0))];
  if (values.every((value) => typeof value === 'number')) values.sort((a, b) => a - b);
  return new Map(values.map((value, i) => [value, i]));
}

/** The planes of all files of the set; each file is opened when one of its planes is read. */
async function fromIndex(file: string, pages: readonly FullPage[], own: string, set: TiffSet): Promise<Located[]> {
  const [{ format }] = pages;
  const bytes = await set.bytes(INDEX);
  if (bytes.size > MAX_INDEX_BYTES)
    throw unsupported(
      bytes.name,
      `it has ${bytes.size} bytes.`,
      'Split the acquisition.',
      'So large an index is not read.',
    );
  const entries = parseNdtiffIndex(await bytes.read(0, bytes.size), bytes.name);
  const listed = entries.filter(({ fileName }) => fileName === own).length;
  if (listed < pages.length)
    throw truncated(bytes.name, `it lists ${listed} planes of ${own}, which has ${pages.length} pages.`, bytes.size);
  const absent = await set.absent(new Set(entries.map((entry) => entry.fileName)));
  if (absent.length > 0) throw missing(file, absent);
  return entries.map(({ axes, fileName, offset, width, height, compressed }) => ({
    axes,
    place: async () => {
      const opened = await set.tiff(fileName);
      const page = opened.pages.find((candidate) => candidate.format)!; // readTiff has seen one
      const [{ tiff }, stored] = [opened, page.format!];
      if (
        compressed ||
        !isUncompressed(stored.compression) ||
        width !== format.width ||
        height !== format.height ||
        !alike(stored, format)
      )
        throw damaged(tiff.bytes.name, `its planes are not those that ${INDEX} describes.`);
      return { tiff, page, format: stored, shift: offset - (await readNumber(tiff, page.offsets, 0)) };
    },
  }));
}

async function fromPages(tiff: TiffBytes, pages: readonly FullPage[]): Promise<Located[]> {
  const { name } = tiff.bytes;
  const found: Located[] = [];
  for (const full of pages) {
    const axes = asObject(parseObject(await readText(tiff, full.page.microManager))?.['Axes']);
    if (!isAxes(axes))
      throw unsupported(
        name,
        `this is an NDTiff (Micro-Manager) file, and ${INDEX} is not beside it; page ${full.page.index} does not say which plane it is.`,
        `Put ${INDEX} beside it again. ${convertRemedy(name)}`,
        'The order of the pages is that of the acquisition.',
      );
    if (!alike(full.format, pages[0].format))
      throw damaged(name, `page ${full.page.index} is of another size or type than page 0 of the same NDTiff.`);
    found.push({ axes, place: () => ({ tiff, ...full, shift: 0 }) });
  }
  return found;
}

/** What stands after the header: 483729, the version, 2355492, a length, JSON. Empty where there is none. */
async function readSummary(tiff: TiffBytes): Promise<Record<string, unknown>> {
  const { bytes, littleEndian } = tiff;
  if (tiff.big || bytes.size < 28) return {};
  const head = await readStructure(tiff, 8, 20);
  const words = [0, 4, 8, 12, 16].map((at) => head.getUint32(at, littleEndian));
  const minor = words[2] === 2355492 ? 0 : 1; // versions from 3 on have a minor one, too
  const length = words[3 + minor];
  if (words[0] !== 483729 || words[2 + minor] !== 2355492 || length > MAX_SUMMARY_BYTES) return {};
  const text = await readStructure(tiff, 24 + 4 * minor, length);
  return parseObject(new TextDecoder().decode(text)) ?? {};
}

function lengthOf(value: unknown): number | null {
  return plausibleLength(Math.abs(Number(value ?? NaN))); // a stage that goes down has a negative step
}
