/** The images of a sample, opened but not read: the part that is selected, one time, on the training grid. */
import type { Config } from '../config/index.ts';
import { DatasetError } from '../core/index.ts';
import {
  openImage,
  parseImagePath,
  resampled,
  selectedPart,
  selectImage,
  viewOf,
  type Converter,
  type Files,
  type ImageSource,
} from '../io/index.ts';
import type { VoxelSize } from '../volume/index.ts';
import type { Sample } from './sample.ts';
import { weightsOnGrid } from './weights-on-grid.ts';

/** How the files of a training are read, whichever they are. */
export interface ImageReading {
  readonly files: Files;
  readonly converter: Converter | null;
  /** What the planes are, where a file does not say or is wrong; null: as it says. */
  readonly axes: string | null;
  /** Fills in what a file does not say. */
  readonly voxelSize: VoxelSize | null;
  readonly signal?: AbortSignal;
  readonly onNote?: (note: string) => void;
}

/** One image as training reads it. `times` is more than 1 only where nobody said which time is meant. */
export interface FieldImage {
  /** As the user wrote it, selection included. */
  readonly file: string;
  /** In voxels of the training grid. */
  readonly source: ImageSource;
}

export interface FieldImages {
  readonly signal: FieldImage;
  readonly targets: readonly (FieldImage & { readonly name: string })[];
  readonly weight: FieldImage | null;
  readonly mask: FieldImage | null;
  close(): Promise<void>;
}

/** Throws ImageError, and DatasetError dataset/voxel-size where an image cannot be brought to the training grid. */
export async function openField(
  sample: Sample,
  reading: ImageReading,
  config: Pick<Config, 'voxelSize' | 'network'>,
): Promise<FieldImages> {
  const opened: { close(): Promise<void> }[] = [];
  const open = async (file: string, isWeight = false): Promise<FieldImage> => {
    const { path, selection } = parseImagePath(file);
    const image = await openImage(reading.files, path, reading);
    opened.push(image);
    const chosen = selectImage(image.images, selection);
    for (const note of chosen.notes) reading.onNote?.(`${file}: ${note}`);
    const time = selection.time ?? (chosen.times > 1 ? sample.time : null);
    const part = selectedPart(chosen, { ...selection, time });
    const known = viewOf(part, { voxelSize: filledIn(part.voxelSize, reading.voxelSize) });
    const bring = (source: ImageSource) => onGrid(file, source, config);
    return { file, source: isWeight ? weightsOnGrid(known, bring) : bring(known) };
  };
  const close = async () => {
    for (const image of opened) await image.close();
  };
  try {
    return {
      signal: await open(sample.signal),
      targets: await inOrder(sample.targets, async ({ name, path }) => ({ ...(await open(path)), name })),
      weight: sample.weight === null ? null : await open(sample.weight, true),
      mask: sample.mask === null ? null : await open(sample.mask, true),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The voxel size of a file, its unknown extents from what was given. */
export function filledIn(file: VoxelSize | null, given: VoxelSize | null): VoxelSize | null {
  if (!given) return file;
  return { z: file?.z ?? given.z, y: file?.y ?? given.y, x: file?.x ?? given.x };
}

/** `source` on the training grid; along z a single plane, and planes that are channels, stay as they are. */
export function onGrid(
  file: string,
  source: ImageSource,
  { voxelSize, network }: Pick<Config, 'voxelSize' | 'network'>,
): ImageSource {
  if (voxelSize === 'native') return source;
  const z = source.size.z === 1 || network.dims === 2 ? null : voxelSize.z;
  const to = { ...voxelSize, z };
  const unknown = (['z', 'y', 'x'] as const).filter((axis) => to[axis] !== null && !source.voxelSize?.[axis]);
  if (unknown.length > 0)
    throw new DatasetError('dataset/voxel-size', {
      file,
      what: `${file} does not say how large its voxels are along ${unknown.join(' and ')}.`,
      why: `Images are brought to voxels of ${voxelSize.z}, ${voxelSize.y}, ${voxelSize.x} um (setting voxelSize).`,
      remedy: 'Say it: --voxel-size Z,Y,X; or train on the voxels as they are: --set voxelSize=native.',
    });
  return resampled(source, to);
}

async function inOrder<A, B>(items: readonly A[], each: (item: A) => Promise<B>): Promise<B[]> {
  const made: B[] = [];
  for (const item of items) made.push(await each(item));
  return made;
}
