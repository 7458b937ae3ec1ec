/**
 * Zeiss CZI: each scene an image; stacks, times, channels and mosaics of 8- to 64-bit samples, as they are or with zstd. What is
 * not read is refused by name (segments.ts, directory.ts, layout.ts). Attachments are passed over.
 */
import type { ImageFile } from '../image-file.ts';
import { channelWith, type ByteSource, type Channel, type Files } from '../source.ts';
import { readDirectory } from './directory.ts';
import { cziImageSource, type SceneDescription } from './image-source.ts';
import { layOut, type CziScene } from './layout.ts';
import { readMetadata, type CziMetadata } from './metadata.ts';
import { openCziBytes } from './segments.ts';
import { tileReader } from './tile-reader.ts';

/** Reads the directory and the metadata. Throws ImageError: image/unsupported, image/damaged, image/truncated. */
export async function openCzi(_files: Files, bytes: ByteSource): Promise<ImageFile> {
  const file = bytes.name;
  const czi = await openCziBytes(bytes);
  const scenes = layOut(file, await readDirectory(czi));
  const metadata = await readMetadata(czi);
  const readTile = tileReader(bytes);
  const close = () => bytes.close();
  return {
    images: scenes.map((scene) => cziImageSource(file, scene, describe(scene, metadata), readTile, close)),
    close,
  };
}

function describe(scene: CziScene, metadata: CziMetadata): SceneDescription {
  const { type, split } = scene;
  const sceneName = metadata.sceneNames.get(scene.scene) ?? '';
  const notes = [...metadata.notes, ...scene.notes];
  if (split)
    notes.push(
      `the channels of its scene are of several types; these are its channels ${scene.channels.join(', ')} (${type.name})`,
    );
  if (type.samples > 1) notes.push(`it is a color image (${type.name}): red, green and blue are channels of their own`);
  if (type.samples === 4) notes.push('after blue comes its transparency (alpha), as it is stored');
  return {
    name: split ? [sceneName, type.name].filter(Boolean).join(' ') : sceneName,
    channels: scene.channels.flatMap((index) => {
      const channel = channelAt(index, scene.channels, metadata.channels);
      return type.samples === 1 ? [channel] : colorsOf(channel, type.samples);
    }),
    voxelSize: metadata.voxelSize,
    timeStep: metadata.timeStep(scene.times),
    notes,
  };
}

/** Where a part of a series was saved, indices may go on from where they were, beyond the channels that are described. */
function channelAt(index: number, indices: readonly number[], described: readonly Channel[]): Channel {
  const renumbered = indices[indices.length - 1] >= described.length && indices.length === described.length;
  return described[renumbered ? indices.indexOf(index) : index] ?? channelWith();
}

const COLORS: readonly Partial<Channel>[] = [
  { name: 'R', color: '#FF0000' },
  { name: 'G', color: '#00FF00' },
  { name: 'B', color: '#0000FF' },
  { name: 'alpha' },
];

/** Named after their channel, where it has a name. */
function colorsOf({ name }: Channel, samples: number): Channel[] {
  return COLORS.slice(0, samples).map((color) => channelWith({ ...color, name: name && `${name} ${color.name}` }));
}
