/**
 * An image whose planes, or stacks of planes, are files: a pattern as `T{t}_C{c}_Z{z}.tif`, or a folder whose PNGs or TIFFs
 * differ in one number only, which is taken as z.
 */
import { ImageError } from '../core/index.ts';
import { equalSize, formatSize } from '../volume/index.ts';
import { hasPlaceholder, matchPattern, type FileGrid } from './file-pattern.ts';
import type { ImageFile } from './image-file.ts';
import { unsupported } from './refusals.ts';
import { allocateSamples, copySamples, requireInside } from './samples.ts';
import { shellWord } from './shell-word.ts';
import type { Channel, Files, ImageSource } from './source.ts';

const Z = '{z}';

/** Opens one of the files of a stack. */
export type OpenPlane = (path: string) => Promise<ImageFile>;

export function isPattern(files: Files, path: string): boolean {
  return hasPlaceholder(files.split(path).name);
}

/**
 * The image that the files of a pattern are. An axis that the pattern does not name may be in the files: `C{c}.tif` may be
 * stacks. Throws ImageError: image/missing, image/unsupported, and what the files' own formats throw.
 */
export async function openPattern(files: Files, path: string, openPlane: OpenPlane): Promise<ImageFile> {
  const { folder, name } = files.split(path);
  if (/^https?:\/\//i.test(folder))
    throw unsupported(
      path,
      'folders of web servers cannot be listed.',
      'Download the files, and name them on this machine.',
      'Which planes there are would be a guess.',
    );
  if ((await files.kind(folder)) !== 'folder') throw noPlanes(path, `there is no folder ${folder} that can be listed`);
  const names = await files.list(folder);
  const grid = matchPattern(path, name, names);
  if (!grid)
    throw noPlanes(
      path,
      `no file of ${folder} is called so with digits for ${[...new Set(name.match(/\{[tcz]\}/g))].join(' and ')}`,
      patternsOf(names, files, folder),
    );
  return openStack(files, path, folder, grid, openPlane);
}

/** Images by the ending of their names; a folder of one kind of the first two is a stack. */
const KINDS = [
  ['PNG', /\.png$/i],
  ['TIFF', /\.tiff?$/i],
  ['JPEG', /\.jpe?g$/i],
  ['CZI', /\.czi$/i],
  ['ND2', /\.nd2$/i],
  ['LIF', /\.lif$/i],
  ['Zarr', /\.zarr$/i],
] as const;

/**
 * All PNGs or TIFFs of a folder, of one plane each. Throws ImageError as `openPattern` does, and image/unsupported where they
 * are several stacks or images of several kinds.
 */
export async function openFolder(files: Files, path: string, openPlane: OpenPlane): Promise<ImageFile> {
  const all = (await files.list(path)).filter((name) => !name.startsWith('.'));
  const kinds = KINDS.flatMap(([kind, ending]) => {
    const names = all.filter((name) => ending.test(name));
    return names.length > 0 ? [{ kind, names }] : [];
  });
  const there = kinds.map(({ kind, names: { length } }) => `${length} ${kind}${length > 1 ? 's' : ''}`).join(', ');
  const [found] = kinds;
  if (!found || !['PNG', 'TIFF'].includes(found.kind))
    throw noPlanes(
      path,
      `no file of this folder ends in .png or .tif${there ? `; it holds ${there}` : ''}`,
      kinds.flatMap(({ names }) => names.map((name) => files.join(path, name))).slice(0, 3),
    );
  const { kind, names } = found;
  if (kinds.length > 1)
    throw unsupported(
      path,
      `this folder holds images of several kinds: ${there}.`,
      `Say which are meant: ${shellWord(files.join(path, withPlaceholder(names[0], -1)))}`,
      'They may not be planes of one stack.',
    );
  const groups = new Map<string, string[]>(); // names that differ in their numbers only
  for (const name of names) {
    const text = name.replace(/\d+/g, '0');
    groups.set(text, [...(groups.get(text) ?? []), name]);
  }
  const [largest, ...others] = [...groups.values()].sort((a, b) => b.length - a.length);
  const numbers = largest.map((name) => name.match(/\d+/g) ?? []);
  const varying = (numbers[0] ?? []).flatMap((first, i) => (numbers.some((other) => other[i] !== first) ? [i] : []));
  if (others.length > 0 || varying.length > 1) {
    const [a, b] = others.length > 0 ? [largest[0], others[0][0]] : [largest[0], largest.at(-1)];
    const pattern = likelyPattern(largest, varying, others[0] ?? []);
    throw unsupported(
      path,
      `its ${names.length} ${kind}s are not one stack: ${a} and ${b} differ in ${others.length > 0 ? 'letters' : 'more than one number'}.`,
      pattern === null
        ? `Name one of them: ${shellWord(files.join(path, a))}`
        : `Say which planes are meant: ${shellWord(files.join(path, pattern))}`,
      'Planes of several images would be mixed.',
    );
  }
  const grid = matchPattern(path, withPlaceholder(largest[0], varying[0] ?? -1), largest) ?? single(largest[0]);
  return openStack(files, path, path, grid, openPlane);
}

/** What may be meant by names that are not one stack: `T{t}_C{c}_Z{z}.tif`, `cells_{c}.tif`, one stack of several, or null. */
function likelyPattern(
  [name, ...more]: readonly string[],
  varying: readonly number[],
  [other]: readonly string[],
): string | null {
  if (other === undefined) {
    const seen = new Set<string>();
    let index = -1;
    const pattern = name.replace(/([tcz]?)(\d+)/gi, (whole: string, letter: string) => {
      const axis = letter.toLowerCase();
      if (!varying.includes(++index) || axis === '' || seen.has(axis)) return whole;
      seen.add(axis);
      return `${letter}{${axis}}`;
    });
    if (seen.size === varying.length) return pattern;
  } else if (more.length === 0) {
    const from = sharedStart(name, other).replace(/[^_. -]*$/, '');
    const to = reversed(sharedStart(reversed(name), reversed(other)).replace(/[^_. -]*$/, ''));
    return from === '' || from.length + to.length >= name.length ? null : `${from}{c}${to}`;
  }
  return withPlaceholder(name, varying.at(-1) ?? -1);
}

const reversed = (text: string) => text.split('').reverse().join('');

/** What two texts begin with alike. */
function sharedStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

/** `name` with `{z}` for its number `index`, -1 for the last; of a name without numbers, a pattern to think of. */
function withPlaceholder(name: string, index: number): string {
  const numbers = [...name.matchAll(/\d+/g)];
  const number = numbers.at(index);
  if (!number) return `NAME${Z}${name.replace(/^.*(?=\.)/s, '')}`;
  return name.slice(0, number.index) + Z + name.slice(number.index + number[0].length);
}

function single(name: string): FileGrid {
  return { axes: ['z'], counts: { t: 1, c: 1, z: 1 }, channelNames: null, nameAt: () => name };
}

type OpenAt = (at: Readonly<Record<'t' | 'c' | 'z', number>>) => Promise<{ file: ImageFile; image: ImageSource }>;

async function openStack(
  files: Files,
  path: string,
  folder: string,
  grid: FileGrid,
  openPlane: OpenPlane,
): Promise<ImageFile> {
  const openAt: OpenAt = async (at) => {
    const name = grid.nameAt(at);
    const file = await openPlane(files.join(folder, name));
    const [image, ...others] = file.images;
    const { times, channels, size } = image;
    const inFile = { t: times, c: channels.length, z: size.z };
    const doubled = grid.axes.find((axis) => inFile[axis] > 1);
    if (others.length === 0 && !doubled) return { file, image };
    await file.close();
    throw unsupported(
      path,
      others.length > 0
        ? `${name} holds ${others.length + 1} images.`
        : `${name} is more than a plane: it is (t ${times}, c ${channels.length}, z ${size.z}).`,
      `Name the file alone: ${shellWord(files.join(folder, name))}` +
        (doubled === 'z' && path !== folder ? ', or write a pattern without {z}: T{t}.tif, C{c}.tif' : ''),
      path === folder
        ? 'The files of a folder are taken as planes in z, one each.'
        : `${grid.axes.map((axis) => `{${axis}}`).join(' and ')} ${grid.axes.length > 1 ? 'stand' : 'stands'} for files of one each.`,
    );
  };
  let first: ImageSource | null = null;
  const channels: Channel[] = [];
  const { counts } = grid;
  for (let t = 0; t < counts.t; t++)
    for (let c = 0; c < counts.c; c++)
      for (let z = 0; z < counts.z; z++)
        await withFile(openAt({ t, c, z }), async (image) => {
          requireAlike(path, image, (first ??= image));
          if (t === 0 && z === 0) channels.push(...image.channels);
        });
  const named = channels.map((channel, c) => ({ ...channel, name: grid.channelNames?.[c] ?? channel.name }));
  return stackOf(path, first!, named, grid, openAt);
}

function requireAlike(path: string, image: ImageSource, first: ImageSource): void {
  const isAlike =
    equalSize(image.size, first.size) &&
    image.type === first.type &&
    image.times === first.times &&
    image.channels.length === first.channels.length;
  if (isAlike) return;
  const told = ({ file, times, channels, size, type }: ImageSource) =>
    `${file} is (${times > 1 ? `t ${times}, ` : ''}${channels.length > 1 ? `c ${channels.length}, ` : ''}${formatSize(size)}) ${type}`;
  throw unsupported(
    path,
    `${told(image)}, ${told(first)}.`,
    'Leave out the file that does not belong there, or save all with one size and type.',
    'They are not planes of one stack.',
  );
}

function stackOf(
  path: string,
  first: ImageSource,
  channels: readonly Channel[],
  { axes, counts }: FileGrid,
  openAt: OpenAt,
): ImageFile {
  const { type, voxelSize, notes } = first;
  const isSplit = { t: axes.includes('t'), c: axes.includes('c'), z: axes.includes('z') };
  const times = isSplit.t ? counts.t : first.times;
  const size = { ...first.size, z: isSplit.z ? counts.z : first.size.z };
  const total = counts.t * counts.c * counts.z;
  const close = async () => {}; // files are open only while they are read
  const source: ImageSource = {
    name: '',
    file: path,
    format: `${first.format} stack`,
    times,
    timeStep: isSplit.t ? null : first.timeStep,
    channels,
    size,
    type,
    voxelSize,
    close,
    notes: [
      ...notes,
      axes.length === 1
        ? `its ${total} files were taken as ${axes[0]}, in the order of their ${counts.c > 1 && channels.some(({ name }) => name) ? 'names' : 'numbers'}`
        : `its ${total} files were taken as ${axes.map((axis) => `${axis} ${counts[axis]}`).join(', ')}`,
    ],
    async read(at) {
      requireInside(path, at, { times, channels: channels.length, size });
      const { start, size: box } = at.region;
      const fileAt = { t: isSplit.t ? at.time : 0, c: isSplit.c ? at.channel : 0 };
      const [time, channel] = [isSplit.t ? 0 : at.time, isSplit.c ? 0 : at.channel];
      const readFrom = (z: number, region: typeof at.region) =>
        withFile(openAt({ ...fileAt, z }), (image) => {
          requireAlike(path, image, first); // it may have been replaced since
          return image.read({ time, channel, region });
        });
      if (!isSplit.z) return readFrom(0, at.region);
      const planeLength = box.y * box.x;
      const out = allocateSamples(type, box.z * planeLength);
      for (let z = 0; z < box.z; z++) {
        const plane = await readFrom(start.z + z, { start: { ...start, z: 0 }, size: { ...box, z: 1 } });
        copySamples(out, z * planeLength, plane, 0, planeLength);
      }
      return out;
    },
  };
  return { images: [source], close };
}

async function withFile<T>(
  opened: Promise<{ file: ImageFile; image: ImageSource }>,
  use: (image: ImageSource) => Promise<T>,
): Promise<T> {
  const { file, image } = await opened;
  try {
    return await use(image);
  } finally {
    await file.close();
  }
}

/** The patterns that several images of a folder fit, up to three. */
function patternsOf(names: readonly string[], files: Files, folder: string): string[] {
  const images = names.filter((name) => /\.(png|tiff?)$/i.test(name));
  const patterns = images.map((name) => name.replace(/\d+(?=\D*$)/, Z)).filter((pattern) => pattern.includes(Z));
  const repeated = patterns.filter((pattern, i) => patterns.indexOf(pattern) !== i);
  return [...new Set(repeated)].slice(0, 3).map((pattern) => files.join(folder, pattern));
}

/** @param patterns what could be meant instead */
function noPlanes(path: string, how: string, patterns: readonly string[] = []): ImageError {
  return new ImageError('image/missing', {
    file: path,
    what: `${path}: ${how}.`,
    remedy:
      patterns.length > 0
        ? `Did you mean ${patterns.join(' or ')}?`
        : `Name an image, a folder of numbered PNGs or TIFFs, or its planes: FOLDER/NAME${Z}.png, FOLDER/T{t}_C{c}_Z${Z}.tif.`,
  });
}
