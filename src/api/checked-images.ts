/** The images of a sample at one time, in memory: whole, or as much of their middle as memory holds. */
import { filledIn, type CheckedImage, type Finding } from '../dataset/index.ts';
import type { ImageSource, Samples, SampleType } from '../io/index.ts';
import { formatSize, voxelCount, type Region, type Size, type Volume, type VoxelSize } from '../volume/index.ts';
import { unreadable, type OpenedImage } from './opened-sample.ts';

export interface ReadImages {
  readonly images: readonly (CheckedImage & Pick<OpenedImage, 'role' | 'name'>)[];
  /** Of files that cannot be read to the end. */
  readonly findings: readonly Finding[];
  /** Which part was read: `the middle (z 60, y 900, x 900) of (z 60, y 2048, x 2048)`; null: all. */
  readonly part: string | null;
}

/**
 * Reads `images` at `time` (those of one time: that), at most `mostVoxels` of all together.
 * @param voxelSize micrometers, where a file does not say
 */
export async function readImages(
  images: readonly OpenedImage[],
  sample: { readonly id: string; readonly time: number; readonly voxelSize: VoxelSize | null },
  mostVoxels: number,
  { signal: stop, onProgress }: { readonly signal?: AbortSignal; readonly onProgress: (file: string) => void },
): Promise<ReadImages> {
  const cut = cutFor(
    images.map(({ source: { channels, size } }) => ({ channels: channels.length, size })),
    mostVoxels,
  );
  const read: ReadImages['images'][number][] = [];
  const findings: Finding[] = [];
  for (const { role, name, file, source } of images) {
    onProgress(file);
    try {
      const { size, channels, type } = source;
      const time = source.times > 1 ? sample.time : 0;
      const volume = await readRegion(source, time, middle(size, cut), stop);
      read.push({
        role,
        name,
        file,
        volume: { ...volume, voxelSize: filledIn(source.voxelSize, sample.voxelSize) },
        channelNames: channels.map((channel) => channel.name),
        typeMax: LARGEST[type],
        whole: size,
      });
    } catch (error) {
      findings.push(unreadable(error, sample.id, file));
    }
  }
  const [first] = images;
  const isCut = first !== undefined && cut.y + cut.x > 0;
  return { images: read, findings, part: isCut ? partText(first.source.size, cut) : null };
}

/** Of whole numbers; a float may be anything. */
const LARGEST: Readonly<Record<SampleType, number | null>> = {
  bool: 1,
  uint8: 255,
  int8: 127,
  uint16: 65535,
  int16: 32767,
  uint32: 2 ** 32 - 1,
  int32: 2 ** 31 - 1,
  float16: null,
  float32: null,
  float64: null,
};

/** Never cut to fewer rows and columns: they would show nothing. */
const LEAST_EXTENT = 64;

/**
 * How many voxels are left out along each axis, of every image alike, so that images of unlike size stay unlike. Planes are
 * all read: which of them is blank, or in focus, is told by its number in the file.
 */
function cutFor(images: readonly { readonly channels: number; readonly size: Size }[], mostVoxels: number): Size {
  const voxels = images.reduce((sum, { channels, size }) => sum + channels * voxelCount(size), 0);
  const share = Math.sqrt(mostVoxels / voxels);
  if (share >= 1) return { z: 0, y: 0, x: 0 };
  const cut = (axis: 'y' | 'x') => {
    const largest = images.reduce((most, { size }) => Math.max(most, size[axis]), 1);
    return Math.max(0, largest - Math.max(LEAST_EXTENT, Math.floor(largest * share)));
  };
  return { z: 0, y: cut('y'), x: cut('x') };
}

function middle(size: Size, cut: Size): Region {
  const along = (axis: keyof Size) => Math.max(1, size[axis] - cut[axis]);
  const kept: Size = { z: along('z'), y: along('y'), x: along('x') };
  const first = (axis: keyof Size) => (size[axis] - kept[axis]) >> 1;
  return { start: { z: first('z'), y: first('y'), x: first('x') }, size: kept };
}

function partText(whole: Size, cut: Size): string {
  const { start, size } = middle(whole, cut);
  return (
    `only the middle (${formatSize(size)}) of (${formatSize(whole)}) was read, for memory's sake; ` +
    `y and x are counted from its corner at y ${start.y}, x ${start.x}`
  );
}

async function readRegion(
  source: ImageSource,
  time: number,
  { start, size }: Region,
  stop: AbortSignal | undefined,
): Promise<Volume> {
  const channels = source.channels.length;
  const data = new Float32Array(channels * voxelCount(size));
  let at = 0;
  let samples: Samples | undefined;
  for (let channel = 0; channel < channels; channel++)
    for (let z = 0; z < size.z; z++) {
      stop?.throwIfAborted();
      const region = { start: { ...start, z: start.z + z }, size: { ...size, z: 1 } };
      samples = await source.read({ time, channel, region, into: samples });
      data.set(samples, at);
      at += samples.length;
    }
  return { data, channels, size, voxelSize: source.voxelSize };
}
