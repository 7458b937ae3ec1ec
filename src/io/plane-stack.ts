/**
 * A stack whose planes are files: `phase_z{z}.png`, where `{z}` stands for digits, or a folder whose PNGs differ in one
 * number only. Numbers are sorted as numbers; a gap or two files of one number is refused, since a plane would be wrong.
 */
import { ImageError } from '../core/index.ts';
import { equalSize, formatSize } from '../volume/index.ts';
import type { ImageFile } from './image-file.ts';
import { unsupported } from './refusals.ts';
import { allocateSamples, copySamples, requireInside } from './samples.ts';
import type { Files, ImageSource } from './source.ts';

const Z = '{z}';

/** Opens one of the files of a stack. */
export type OpenPlane = (path: string) => Promise<ImageFile>;

export function isPattern(files: Files, path: string): boolean {
  return files.split(path).name.includes(Z);
}

/** The files that fit a pattern. Throws ImageError: image/missing, image/unsupported, and what the planes' own formats throw. */
export async function openPattern(files: Files, path: string, openPlane: OpenPlane): Promise<ImageFile> {
  const { folder, name } = files.split(path);
  const [before, ...rest] = name.split(Z);
  const after = rest.join(Z); // only the first stands for digits
  if ((await files.kind(folder)) !== 'folder') throw noPlanes(path, `there is no folder ${folder} that can be listed`);
  const names = await files.list(folder);
  const numbered = names.flatMap((candidate) => {
    const digits = candidate.slice(before.length, candidate.length - after.length);
    const fits = candidate === before + digits + after && /^\d+$/.test(digits);
    return fits ? [{ name: candidate, number: Number(digits) }] : [];
  });
  if (numbered.length === 0)
    throw noPlanes(path, `no file of ${folder} is called so with digits for ${Z}`, patternsOf(names, files, folder));
  return openStack(files, path, folder, numbered, openPlane);
}

/** All PNGs of a folder. Throws ImageError as `openPattern` does, and image/unsupported where they are several stacks. */
export async function openFolder(files: Files, path: string, openPlane: OpenPlane): Promise<ImageFile> {
  const names = (await files.list(path)).filter((name) => /\.png$/i.test(name));
  if (names.length === 0) throw noPlanes(path, 'no file of this folder ends in .png');
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
    throw unsupported(
      path,
      `its ${names.length} PNGs are not one stack: ${a} and ${b} differ in more than one number.`,
      `Say which planes are meant: ${files.join(path, withPlaceholder(largest[0], varying.at(-1) ?? 0))}`,
      'Planes of several images would be mixed.',
    );
  }
  const numbered = largest.map((name, i) => ({ name, number: Number(numbers[i][varying[0]] ?? 0) }));
  return openStack(files, path, path, numbered, openPlane);
}

/** `name` with `{z}` for its number `index`, counted from 0; of a name without numbers, a pattern to think of. */
function withPlaceholder(name: string, index: number): string {
  let i = 0;
  const pattern = name.replace(/\d+/g, (digits) => (i++ === index ? Z : digits));
  return pattern.includes(Z) ? pattern : `NAME${Z}.png`;
}

interface Numbered {
  readonly name: string;
  readonly number: number;
}

async function openStack(
  files: Files,
  path: string,
  folder: string,
  numbered: readonly Numbered[],
  openPlane: OpenPlane,
): Promise<ImageFile> {
  const sorted = [...numbered].sort((a, b) => a.number - b.number);
  const step = sorted.length > 1 ? sorted[1].number - sorted[0].number : 1;
  const odd = sorted.findIndex(({ number }, i) => i > 0 && (step === 0 || number - sorted[i - 1].number !== step));
  if (odd > 0)
    throw unsupported(
      path,
      `its planes are not evenly numbered: ${sorted[odd - 1].name} is followed by ${sorted[odd].name}.`,
      'Put the missing plane there, or number those that are there one after the other.',
      'A missing plane would shift all that follow.',
    );

  const paths = sorted.map(({ name }) => files.join(folder, name));
  const openAt = async (z: number): Promise<{ file: ImageFile; image: ImageSource }> => {
    const file = await openPlane(paths[z]);
    const [image, ...others] = file.images;
    if (others.length === 0 && image.times === 1 && image.channels.length === 1 && image.size.z === 1)
      return { file, image };
    await file.close();
    throw unsupported(
      path,
      `${sorted[z].name} is more than a plane.`,
      'Name the file alone.',
      `${Z} stands for files of one plane each.`,
    );
  };
  const first = await withFile(openAt(0), async (image) => image);
  for (let z = 1; z < paths.length; z++) await withFile(openAt(z), async (image) => requireAlike(path, image, first));
  return stackOf(path, first, paths.length, openAt);
}

function requireAlike(path: string, image: ImageSource, first: ImageSource): void {
  if (equalSize(image.size, first.size) && image.type === first.type) return;
  throw unsupported(
    path,
    `${image.file} is (${formatSize(image.size)}) ${image.type}, ${first.file} (${formatSize(first.size)}) ${first.type}.`,
    'Leave out the file that does not belong there, or save all with one size and type.',
    'They are not planes of one stack.',
  );
}

function stackOf(
  path: string,
  first: ImageSource,
  planes: number,
  openAt: (z: number) => Promise<{ file: ImageFile; image: ImageSource }>,
): ImageFile {
  const { type, channels, voxelSize, notes } = first;
  const size = { ...first.size, z: planes };
  const close = async () => {}; // files are open only while they are read
  const source: ImageSource = {
    name: '',
    file: path,
    format: `${first.format} stack`,
    times: 1,
    timeStep: null,
    channels,
    size,
    type,
    voxelSize,
    close,
    notes: [...notes, `its ${planes} files were taken as z, in the order of their numbers`],
    async read(at) {
      requireInside(path, at, { times: 1, channels: 1, size });
      const { start, size: box } = at.region;
      const planeLength = box.y * box.x;
      const out = allocateSamples(type, box.z * planeLength);
      for (let z = 0; z < box.z; z++) {
        const region = { start: { ...start, z: 0 }, size: { ...box, z: 1 } };
        const plane = await withFile(openAt(start.z + z), async (image) => {
          requireAlike(path, image, first); // it may have been replaced since
          return image.read({ time: 0, channel: 0, region });
        });
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
        : `Name an image, a folder of numbered PNGs, or its planes: FOLDER/NAME${Z}.png.`,
  });
}
