/** From a path as the user typed it to voxels in memory, with the voxel size that the file or the user gives. */
import { openImage, parseImagePath, readVolume, selectImage, selectPart } from '../io/index.ts';
import type { NamedVolume } from '../dataset/index.ts';
import type { DataImage } from '../run/index.ts';
import { channelOf, statistics, type Volume, type VoxelSize } from '../volume/index.ts';
import { pixelsSha256 } from './pixels-digest.ts';
import type { World } from './world.ts';

export interface ReadImage extends NamedVolume {
  /** One a channel of the volume; null where the file gives none. */
  readonly channelNames: readonly (string | null)[];
  /** For `data.json`. */
  readonly description: DataImage;
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
    const sha256 = await pixelsSha256(world, source);
    const channelNames = selectPart(source, selection).channels.map((c) => source.channels[c].name);
    return { file: text, volume, channelNames, description: describe(text, volume, sha256) };
  } finally {
    await image.close();
  }
}

/** The voxel size of a file, its unknown extents from what was given. */
export function filledIn(file: VoxelSize | null, given: VoxelSize | null): VoxelSize | null {
  if (!given) return file;
  return { z: file?.z ?? given.z, y: file?.y ?? given.y, x: file?.x ?? given.x };
}

function describe(file: string, volume: Volume, sha256: string): DataImage {
  return {
    file,
    sha256,
    channels: volume.channels,
    size: volume.size,
    voxelSize: volume.voxelSize,
    statistics: Array.from({ length: volume.channels }, (_, c) => {
      const { mean, std, min, max } = statistics(channelOf(volume, c).data);
      return { mean, std, min, max };
    }),
  };
}
