/**
 * Tiles put together to images: one of each scene, framed by its own tiles. Where a scene has channels of several pixel types,
 * one of each type, as an image has one.
 */
import { damaged, unsupported } from '../refusals.ts';
import { pixelTypeOf, type Tile } from './directory.ts';
import type { PixelType } from './pixel-types.ts';
import { cziRemedy } from './segments.ts';

export interface CziScene {
  /** Its index along S. */
  readonly scene: number;
  readonly type: PixelType;
  /** Whether other channels of the scene are of another type, in another image. */
  readonly split: boolean;
  /** Indices along C. */
  readonly channels: readonly number[];
  readonly times: number;
  readonly depth: number;
  /** The box around its tiles, in the stage's pixels. */
  readonly frame: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly notes: readonly string[];
  /** The tiles of a plane in the order in which they are painted; none where it is missing. Indices count from 0. */
  plane(time: number, channel: number, z: number): readonly Tile[];
}

/** A frame that its tiles cover by less is taken for damage: no stage goes as far for as little. */
const LEAST_COVERED = 1 / 1024;
/** Tiles of one plane that say no order among them. */
const MAX_UNORDERED = 1024;
const LISTED = 5;

/** By ascending scene. Throws ImageError: image/unsupported, image/damaged. */
export function layOut(file: string, tiles: readonly Tile[]): CziScene[] {
  const scenes = [...groupBy(tiles, ({ scene }) => scene)].sort(([a], [b]) => a - b);
  return scenes.flatMap(([scene, ofScene]) => {
    const channels = groupBy(ofScene, ({ channel }) => channel);
    for (const [channel, ofChannel] of channels)
      if (ofChannel.some(({ pixelType }) => pixelType !== ofChannel[0].pixelType))
        throw unsupported(file, `channel ${channel} has tiles of several pixel types.`, cziRemedy(file));
    const byType = [...groupBy(ofScene, ({ pixelType }) => pixelType).values()];
    return byType.map((ofType) => layOutScene(file, scene, ofType, byType.length > 1));
  });
}

function layOutScene(file: string, scene: number, tiles: readonly Tile[], split: boolean): CziScene {
  const type = pixelTypeOf(file, tiles[0]);
  const channels = split ? [...groupBy(tiles, ({ channel }) => channel).keys()].sort((a, b) => a - b) : null;
  const [firstTime, times] = extent(tiles, ({ time }) => [time, 1]);
  const [firstChannel, channelCount] = channels ? [0, channels.length] : extent(tiles, ({ channel }) => [channel, 1]);
  const [firstZ, depth] = extent(tiles, ({ z }) => [z, 1]);
  const [x, width] = extent(tiles, (tile) => [tile.x, tile.width]);
  const [y, height] = extent(tiles, (tile) => [tile.y, tile.height]);

  const framed = times * channelCount * depth * height * width;
  const covered = sum(tiles, (tile) => tile.width * tile.height);
  if (framed * LEAST_COVERED > covered)
    throw damaged(
      file,
      `scene ${scene} would have ${times} times, ${channelCount} channels, z ${depth}, y ${height}, x ${width}; ` +
        `its ${tiles.length} tiles cover ${covered} of these ${framed} pixels.`,
    );

  const channelIndex = channels ? new Map(channels.map((channel, i) => [channel, i])) : null;
  const keyOf = (time: number, channel: number, z: number) => (time * channelCount + channel) * depth + z;
  const planes = groupBy(tiles, (tile) =>
    keyOf(tile.time - firstTime, channelIndex?.get(tile.channel) ?? tile.channel - firstChannel, tile.z - firstZ),
  );
  for (const plane of planes.values()) sortByMosaic(file, plane);
  const image = { times, channelCount, depth };
  return {
    scene,
    type,
    split,
    channels: channels ?? Array.from({ length: channelCount }, (_, i) => firstChannel + i),
    times,
    depth,
    frame: { x, y, width, height },
    notes: [...notesOnMissing(planes, image), ...notesOnMosaic(planes, width * height)],
    plane: (time, channel, z) => planes.get(keyOf(time, channel, z)) ?? [],
  };
}

/** As libCZI paints: later over earlier. Throws ImageError image/damaged where two cover each other and say no order. */
function sortByMosaic(file: string, plane: Tile[]): void {
  plane.sort((a, b) => a.mosaic - b.mosaic || a.y - b.y);
  let first = 0; // of those with the same place in the order
  for (let i = 1; i < plane.length; i++) {
    const tile = plane[i];
    if (tile.mosaic !== plane[first].mosaic) first = i;
    if (i - first > MAX_UNORDERED)
      throw unsupported(file, `more than ${MAX_UNORDERED} tiles have M ${tile.mosaic}.`, cziRemedy(file));
    const under = plane.slice(first, i).find((other) => overlap(other, tile));
    if (under)
      throw damaged(
        file,
        `two subblocks show the same part of one plane (time ${tile.time}, channel ${tile.channel}, z ${tile.z}), ` +
          `at bytes ${under.at} and ${tile.at}, and nothing says which is meant.`,
        { at: tile.at },
      );
  }
}

function overlap(a: Tile, b: Tile): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

interface Counts {
  readonly times: number;
  readonly channelCount: number;
  readonly depth: number;
}

function notesOnMissing(
  planes: ReadonlyMap<number, readonly Tile[]>,
  { times, channelCount, depth }: Counts,
): string[] {
  const count = times * channelCount * depth - planes.size;
  if (count === 0) return [];
  const some: string[] = [];
  for (let key = 0; some.length < Math.min(count, LISTED); key++) {
    const [row, z] = [Math.floor(key / depth), key % depth];
    if (!planes.has(key)) some.push(`t ${Math.floor(row / channelCount)} c ${row % channelCount} z ${z}`);
  }
  const more = count > some.length ? ` and ${count - some.length} more` : '';
  return [`${count} of its planes are missing, and refused when they are read: ${some.join(', ')}${more}`];
}

function notesOnMosaic(planes: ReadonlyMap<number, readonly Tile[]>, framePixels: number): string[] {
  const counts = [...planes.values()].map((plane) => plane.length);
  const [fewest, most] = [counts.reduce((a, b) => Math.min(a, b)), counts.reduce((a, b) => Math.max(a, b))];
  const notes: string[] = [];
  const uncovered = [...planes.values()].some((plane) => sum(plane, (tile) => tile.width * tile.height) < framePixels);
  if (most > 1 || uncovered) notes.push(`it is a mosaic of ${most} tiles: where none of them lies, pixels are 0`);
  if (fewest !== most)
    notes.push(`some of its planes have only ${fewest} of ${most} tiles; they are 0 where a tile lacks`);
  return notes;
}

/** The first index and how many there are up to the last. */
function extent(
  tiles: readonly Tile[],
  spanOf: (tile: Tile) => readonly [start: number, size: number],
): [number, number] {
  let [first, end] = [Infinity, -Infinity];
  for (const tile of tiles) {
    const [start, size] = spanOf(tile);
    first = Math.min(first, start);
    end = Math.max(end, start + size);
  }
  return [first, end - first];
}

function sum(tiles: readonly Tile[], of: (tile: Tile) => number): number {
  return tiles.reduce((total, tile) => total + of(tile), 0);
}

function groupBy<K>(tiles: readonly Tile[], keyOf: (tile: Tile) => K): Map<K, Tile[]> {
  const groups = new Map<K, Tile[]>();
  for (const tile of tiles) {
    const key = keyOf(tile);
    const group = groups.get(key);
    if (group) group.push(tile);
    else groups.set(key, [tile]);
  }
  return groups;
}
