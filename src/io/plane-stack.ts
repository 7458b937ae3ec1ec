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
  const [before, after] = name.split(Z);
  if ((await files.kind(folder)) !== 'folder') throw noPlanes(path, `there is no folder ${folder}`);
  const numbered = (await files.list(folder)).flatMap((candidate) => {
    const digits = candidate.slice(before.length, candidate.length - after.length);
    const fits = candidate === before + digits + after && /^\d+$/.test(digits);
    return fits ? [{ name: candidate, number: Number(digits) }] : [];
  });
  if (numbered.length === 0) throw noPlanes(path, `no file of ${folder} is called so with digits for ${Z}`);
  return openStack(files, path, folder, numbered, openPlane);
}

/** All PNGs of a folder. Throws ImageError as `openPattern` does, and image/unsupported where they are several stacks. */
export async function openFolder(files: Files, path: string, openPlane: OpenPlane): Promise<ImageFile> {
  const names = (await files.list(path)).filter((name) => /\.png$/i.test(name));
  if (names.length === 0) throw noPlanes(path, 'no file of this folder ends in .png');
  const parts = names.map((name) => name.split(/(\d+)/)); // text, digits, text, digits, ..., text
  const varying = parts[0].findIndex((part, i) => parts.some((other) => other[i] !== part));
  const alike = parts.every((other) => other.length === parts[0].length && other.every((part, i) => i === varying || part === parts[0][i]));
  if (!alike || (varying >= 0 && varying % 2 === 0)) {
    const guess = parts[0].map((part, i) => (i === parts[0].length - 2 ? Z : part)).join('');
    throw unsupported(path, `its ${names.length} PNGs are not one stack: ${names[0]} and ${names.find((name) => !sameText(name, names[0])) ?? names[1]} differ in more than one number.`,
      `Say which planes are meant: ${files.join(path, guess.includes(Z) ? guess : `NAME${Z}.png`)}`, 'Planes of several images would be mixed.');
  }
  const numbered = names.map((name, i) => ({ name, number: varying < 0 ? 0 : Number(parts[i][varying]) }));
  return openStack(files, path, path, numbered, openPlane);
}

function sameText(a: string, b: string): boolean {
  return a.replace(/\d+/g, '0') === b.replace(/\d+/g, '0');
}

interface Numbered {
  readonly name: string;
  readonly number: number;
}

async function openStack(files: Files, path: string, folder: string, numbered: readonly Numbered[], openPlane: OpenPlane): Promise<ImageFile> {
  const sorted = [...numbered].sort((a, b) => a.number - b.number);
  const step = sorted.length > 1 ? sorted[1].number - sorted[0].number : 1;
  const odd = sorted.findIndex(({ number }, i) => i > 0 && (step === 0 || number - sorted[i - 1].number !== step));
  if (odd > 0)
    throw unsupported(path, `its planes are not evenly numbered: ${sorted[odd - 1].name} is followed by ${sorted[odd].name}.`,
      'Put the missing plane there, or number those that are there one after the other.', 'A missing plane would shift all that follow.');

  const paths = sorted.map(({ name }) => files.join(folder, name));
  const openAt = async (z: number): Promise<{ file: ImageFile; image: ImageSource }> => {
    const file = await openPlane(paths[z]);
    const [image, ...others] = file.images;
    if (others.length === 0 && image.times === 1 && image.channels.length === 1 && image.size.z === 1) return { file, image };
    await file.close();
    throw unsupported(path, `${sorted[z].name} is more than a plane.`, 'Name the file alone.', `${Z} stands for files of one plane each.`);
  };
  const first = await withFile(openAt(0), async (image) => image);
  for (let z = 1; z < paths.length; z++) await withFile(openAt(z), async (image) => requireAlike(path, image, first));
  return stackOf(path, first, paths.length, openAt);
}

function requireAlike(path: string, image: ImageSource, first: ImageSource): void {
  if (equalSize(image.size, first.size) && image.type === first.type) return;
  throw unsupported(path, `${image.file} is (${formatSize(image.size)}) ${image.type}, ${first.file} (${formatSize(first.size)}) ${first.type}.`,
    'Leave out the file that does not belong there, or save all with one size and type.', 'They are not planes of one stack.');
}

function stackOf(path: string, first: ImageSource, planes: number, openAt: (z: number) => Promise<{ file: ImageFile; image: ImageSource }>): ImageFile {
  const { type, channels, voxelSize, notes } = first;
  const size = { ...first.size, z: planes };
  const close = async () => {}; // files are open only while they are read
  const source: ImageSource = {
    name: '', file: path, format: `${first.format} stack`, times: 1, channels, size, type, voxelSize, close,
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

async function withFile<T>(opened: Promise<{ file: ImageFile; image: ImageSource }>, use: (image: ImageSource) => Promise<T>): Promise<T> {
  const { file, image } = await opened;
  try {
    return await use(image);
  } finally {
    await file.close();
  }
}

function noPlanes(path: string, how: string): ImageError {
  return new ImageError('image/missing', {
    file: path,
    what: `${path}: ${how}.`,
    remedy: `Name an image, a folder of numbered PNGs, or its planes: FOLDER/NAME${Z}.png.`,
  });
}
