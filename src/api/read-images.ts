/** From a path as the user typed it to voxels in memory, with the voxel size that the file or the user gives. */
import { openImage, parseImagePath, readVolume, selectImage, selectPart } from '../io/index.ts';
import { filledIn } from '../dataset/index.ts';
import type { Volume, VoxelSize } from '../volume/index.ts';
import type { World } from './world.ts';

export interface ReadImage {
  /** As the user wrote it: messages name it. */
  readonly file: string;
  readonly volume: Volume;
  /** One a channel of the volume; null where the file gives none. */
  readonly channelNames: readonly (string | null)[];
}

export interface ReadSettings {
  /** Fills in what the file does not say. */
  readonly voxelSize: VoxelSize | null;
  /** What the planes are, where the file does not say or is wrong; null: as it says. */
  readonly axes?: string | null;
  readonly signal?: AbortSignal;
  readonly onNote?: (note: string) => void;
}

/** Reads what `text` selects of a file, all of it. Throws ImageError. The file is closed again. */
export async function readImage(
  world: World,
  text: string,
  { voxelSize, axes, signal, onNote }: ReadSettings,
): Promise<ReadImage> {
  const { path, selection } = parseImagePath(text);
  const image = await openImage(world.files, path, { axes, converter: world.converter, signal, onNote });
  try {
    const source = selectImage(image.images, selection);
    for (const note of source.notes) onNote?.(`${text}: ${note}`);
    const read = await readVolume(source, selection);
    for (const note of source.notesOfReading?.() ?? []) onNote?.(`${text}: ${note}`);
    const volume = { ...read, voxelSize: filledIn(read.voxelSize, voxelSize) };
    const channelNames = selectPart(source, selection).channels.map((c) => source.channels[c].name);
    return { file: text, volume, channelNames };
  } finally {
    await image.close();
  }
}
