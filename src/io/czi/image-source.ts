/** A scene as an image: reads the tiles that meet a region, and no others, and paints them in their order. */
import { ImageError } from '../../core/index.ts';
import type { Region, Size, VoxelSize } from '../../volume/index.ts';
import { allocateSamples, copySamples, requireInside } from '../samples.ts';
import type { Channel, ImageSource, Samples } from '../source.ts';
import type { Tile } from './directory.ts';
import type { CziScene } from './layout.ts';
import type { ReadTile } from './tile-reader.ts';

/** What the metadata say of a scene. */
export interface SceneDescription {
  readonly name: string;
  /** One a sample: of a color image red, green and blue of its first channel, then of the next. */
  readonly channels: readonly Channel[];
  readonly voxelSize: VoxelSize | null;
  readonly timeStep: number | null;
  readonly notes: readonly string[];
}

export function cziImageSource(
  file: string,
  scene: CziScene,
  description: SceneDescription,
  readTile: ReadTile,
  close: () => Promise<void>,
): ImageSource {
  const { frame, times, depth } = scene;
  const { type, samples } = scene.type;
  const size: Size = { z: depth, y: frame.height, x: frame.width };
  return {
    ...description,
    file,
    format: 'CZI',
    times,
    size,
    type,
    close,
    async read({ time, channel, region }) {
      requireInside(file, { time, channel, region }, { times, channels: description.channels.length, size });
      const { start, size: box } = region;
      const cziChannel = Math.floor(channel / samples);
      const sample = samples === 1 ? 0 : storedSample(channel % samples);
      for (let z = start.z; z < start.z + box.z; z++)
        if (scene.plane(time, cziChannel, z).length === 0) throw missing(file, time, cziChannel, z);
      const planeLength = box.y * box.x;
      const out = allocateSamples(type, box.z * planeLength);
      for (let z = 0; z < box.z; z++) {
        const plane = out.subarray(z * planeLength, (z + 1) * planeLength);
        for (const tile of scene.plane(time, cziChannel, start.z + z)) {
          const left = tile.x - frame.x;
          const top = tile.y - frame.y;
          if (meets(region, top, left, tile))
            paint(plane, region, await readTile(tile), { tile, top, left }, { sample, samples });
        }
      }
      return out;
    },
  };
}

/** Where red, green, blue and alpha stand in blue, green, red, alpha. */
function storedSample(sample: number): number {
  return sample < 3 ? 2 - sample : sample;
}

function meets({ start, size }: Region, top: number, left: number, { width, height }: Tile): boolean {
  return top < start.y + size.y && start.y < top + height && left < start.x + size.x && start.x < left + width;
}

/** Copies one sample a pixel of what the region has of a tile into `plane` (y, x). */
function paint(
  plane: Samples,
  { start, size }: Region,
  pixels: Samples,
  { tile, top, left }: { readonly tile: Tile; readonly top: number; readonly left: number },
  { sample, samples }: { readonly sample: number; readonly samples: number },
): void {
  const from = Math.max(left, start.x);
  const to = Math.min(left + tile.width, start.x + size.x);
  const bottom = Math.min(top + tile.height, start.y + size.y);
  for (let y = Math.max(top, start.y); y < bottom; y++) {
    const target = (y - start.y) * size.x + from - start.x;
    const source = (y - top) * tile.width + from - left;
    if (samples === 1) copySamples(plane, target, pixels, source, source + to - from);
    else for (let i = 0; i < to - from; i++) plane[target + i] = pixels[(source + i) * samples + sample];
  }
}

function missing(file: string, time: number, channel: number, z: number): ImageError {
  return new ImageError('image/truncated', {
    file,
    what: `${file}: its plane of time ${time}, channel ${channel}, z ${z} was never written.`,
    why: 'Zeros would stand where data is missing.',
    remedy: 'Select what is there (FILE#t=0,channel=NAME,z=4:30), or save a complete series in ZEN.',
  });
}
