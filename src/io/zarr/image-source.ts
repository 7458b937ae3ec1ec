/** An image whose voxels are an array of a Zarr: reads the chunks that meet a region, and no others. */
import { ResourceError } from '../../core/index.ts';
import { unsupported } from '../refusals.ts';
import { allocateSamples, bytesPerSample, copySamples, requireInside } from '../samples.ts';
import type { Channel, Files, ImageSource, Samples, ReadAt } from '../source.ts';
import type { Axes, Letter } from './axes.ts';
import { chunkBytes, type Chunk } from './chunk-format.ts';
import { chunkReader } from './chunk-reader.ts';
import type { ZarrArray } from './zarr-array.ts';

/** What is said of an array beside its voxels. */
export interface ZarrImage {
  readonly name: string;
  readonly format: string;
  readonly axes: Axes;
  readonly timeStep: number | null;
  /** As many as the array has. */
  readonly channels: readonly Channel[];
  readonly voxelSize: ImageSource['voxelSize'];
  readonly notes: readonly string[];
}

const MOST_CHANNELS = 2 ** 16;
const MOST_CHUNKS = 2 ** 22;
/** Chunks that are read at once: as many as fit, and not more than help. */
const AT_ONCE_BYTES = 2 ** 28;
const MOST_AT_ONCE = 8;

/** Indices along an axis that an array may lack. */
export function extentOf(letter: Letter, axes: Axes, { shape }: ZarrArray): number {
  const axis = axes.indexOf(letter);
  return axis < 0 ? 1 : shape[axis];
}

/** Throws ImageError image/unsupported where more channels are said than any image has. */
export function requireChannels(count: number, file: string): void {
  if (count > MOST_CHANNELS)
    throw unsupported(
      file,
      `it has ${count} channels; ${MOST_CHANNELS} can be read.`,
      'Check which axis is the channel.',
    );
}

/** `file` is the path as the user wrote it. Reads throw as `chunkReader` does, and ResourceError resource/memory. */
export function zarrImageSource(files: Files, file: string, array: ZarrArray, image: ZarrImage): ImageSource {
  const { axes, notes, ...said } = image;
  const extent = (letter: Letter) => extentOf(letter, axes, array);
  const size = { z: extent('z'), y: extent('y'), x: extent('x') };
  const times = extent('t');
  const { type } = array.chunk;
  const reader = chunkReader(files, array);
  const atOnce = Math.min(MOST_AT_ONCE, Math.max(1, Math.floor(AT_ONCE_BYTES / chunkBytes(array.chunk))));
  return {
    ...said,
    file,
    times,
    size,
    type,
    notes,
    notesOfReading: () => reader.notes(),
    close: async () => {}, // files are open only while they are read
    async read(at) {
      requireInside(file, at, { times, channels: image.channels.length, size });
      const box = boxOf(at, axes);
      const chunks = chunksThatMeet(box, array, file);
      let out: Samples | null = null; // allocated when a chunk has come: an array without any promises nothing
      const work = async (): Promise<void> => {
        for (const chunkAt of chunks) {
          const chunk = await reader.read(chunkAt);
          out ??= allocate(array, box, file);
          if (chunk) copyChunk(chunk, chunkAt, array, box, out);
        }
      };
      // A failing worker closes the iterator, so that the others end; no file stays open when the error goes up.
      const ended = await Promise.allSettled(Array.from({ length: atOnce }, work));
      for (const worker of ended) if (worker.status === 'rejected') throw worker.reason;
      return out!; // a region meets at least one chunk
    },
  };
}

/** A region along the axes of the array; each axis says where it is in what is returned. */
interface Box {
  readonly start: readonly number[];
  readonly size: readonly number[];
  /** Samples from one index to the next in (z, y, x); 0 for axes of which one index is read. */
  readonly strides: readonly number[];
}

function boxOf({ time, channel, region: { start, size } }: ReadAt, axes: Axes): Box {
  const starts = { t: time, c: channel, ...start };
  const sizes = { t: 1, c: 1, ...size };
  const strides = { t: 0, c: 0, z: size.y * size.x, y: size.x, x: 1 };
  return {
    start: axes.map((letter) => (letter ? starts[letter] : 0)),
    size: axes.map((letter) => (letter ? sizes[letter] : 1)),
    strides: axes.map((letter) => (letter ? strides[letter] : 0)),
  };
}

/** Each chunk that meets the box, the last axis fastest; workers may share the iterator. */
function chunksThatMeet({ start, size }: Box, { chunk, path }: ZarrArray, file: string): Generator<readonly number[]> {
  const first = start.map((from, axis) => Math.floor(from / chunk.shape[axis]));
  const last = start.map((from, axis) => Math.floor((from + size[axis] - 1) / chunk.shape[axis]));
  const count = first.reduce((product, from, axis) => product * (last[axis] - from + 1), 1);
  if (count > MOST_CHUNKS)
    throw unsupported(
      file,
      `${count} chunks (${chunk.shape.join(', ')}) of ${path} are asked for at once; ${MOST_CHUNKS} can be read.`,
      'Read a smaller part, or save the image with larger chunks.',
      'Each is a file.',
    );
  return countUp(first, last);
}

function* countUp(first: readonly number[], last: readonly number[]): Generator<readonly number[]> {
  const at = [...first];
  for (let axis = 0; axis >= 0;) {
    yield [...at];
    for (axis = at.length - 1; axis >= 0 && at[axis] === last[axis]; axis--) at[axis] = first[axis];
    if (axis >= 0) at[axis]++;
  }
}

/** Of the fill value. */
function allocate({ chunk: { type }, fill }: ZarrArray, { size }: Box, file: string): Samples {
  const count = size.reduce((product, extent) => product * extent, 1);
  try {
    const out = allocateSamples(type, count);
    return fill === null ? out : out.fill(fill);
  } catch (cause) {
    throw new ResourceError('resource/memory', {
      file,
      cause,
      what: `${file}: ${count} voxels of ${type} are ${count * bytesPerSample(type)} bytes, more than there is memory for.`,
      remedy: 'Read a smaller part.',
    });
  }
}

/** What the box has of a chunk. */
function copyChunk(
  chunk: Chunk,
  chunkAt: readonly number[],
  { chunk: { shape } }: ZarrArray,
  box: Box,
  out: Samples,
): void {
  const origin = chunkAt.map((i, axis) => i * shape[axis]);
  const from = box.start.map((start, axis) => Math.max(start, origin[axis]));
  const counts = from.map(
    (start, axis) => Math.min(box.start[axis] + box.size[axis], origin[axis] + shape[axis]) - start,
  );
  const { samples, strides } = chunk;
  // Along the axis that lies closest in what is returned, whole rows are copied.
  const row = box.strides.indexOf(1);
  const length = row < 0 ? 1 : counts[row];
  const step = row < 0 ? 1 : strides[row];
  const others = counts.map((count, axis) => (axis === row ? 1 : count));
  for (const at of countUp(
    others.map(() => 0),
    others.map((count) => count - 1),
  )) {
    let source = 0;
    let target = 0;
    for (let axis = 0; axis < at.length; axis++) {
      source += (from[axis] - origin[axis] + at[axis]) * strides[axis];
      target += (from[axis] - box.start[axis] + at[axis]) * box.strides[axis];
    }
    if (step === 1) copySamples(out, target, samples, source, source + length);
    else for (let i = 0; i < length; i++) out[target + i] = samples[source + i * step];
  }
}
