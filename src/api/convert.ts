/** `convert`: any image that is read to one that every program opens; a part of it, in other voxels, in another type. */
import { ImageError, ResourceError, UsageError, type LongCall } from '../core/index.ts';
import {
  createImage,
  openImage,
  parseImagePath,
  partOf,
  resampled,
  selectChannel,
  selectedPart,
  selectImage,
  typed,
  viewOf,
  WRITTEN_AS,
  writtenFormat,
  type ImageSource,
  type Samples,
  type Selection,
  type WritableImage,
  remembering,
} from '../io/index.ts';
import { formatSize, voxelCount, type Region, type Size, type VoxelSize } from '../volume/index.ts';
import { requireNotInput } from './free-output.ts';
import { memoryBudget } from './memory-budget.ts';
import { filledIn } from '../dataset/index.ts';
import type { ConvertRequest, ConvertResult, GivenRange } from './requests.ts';
import type { World } from './world.ts';

/** Samples that are read at once: formats that keep planes together read them once. Bytes as float32. */
const SLAB_BYTES = 2 ** 26;

/**
 * Writes the image with its times, channels and planes, or the part that was asked for: cropped, then resampled, then in its
 * type. Memory holds a few planes of it. Throws UsageError, ImageError and ResourceError; then nothing is left behind.
 */
export async function convert(world: World, request: ConvertRequest, asked: LongCall): Promise<ConvertResult> {
  const { image, out } = request;
  const notes: string[] = [];
  const tell = (note: string) => {
    notes.push(note);
    asked.onNote?.(note);
  };
  const call = { ...asked, onNote: tell };
  const began = world.now();
  const { path, selection } = parseImagePath(image);
  requireSaidOnce(request, selection);
  const format = writtenFormat(out, request);
  await requireFree(world, request, format.as);
  const opened = new Set([path]);
  const file = await openImage(remembering(world.files, opened), path, {
    axes: request.axes,
    converter: world.converter,
    signal: call.signal,
    onNote: call.onNote,
  });
  try {
    const source = selectImage(file.images, selection);
    for (const note of source.notes) tell(`${image}: ${note}`);
    const view = asAsked(world, selectedPart(source, selection), request, call);
    await requireNotInput(world, out, opened);
    await write(
      world,
      view,
      request,
      async () => {
        await requireNotInput(world, out, opened); // a file of a stack may be opened as late as that
      },
      call,
    );
    for (const note of view.notesOfReading?.() ?? []) tell(`${image}: ${note}`);
    const { times, channels, size, voxelSize, type } = view;
    const names = channels.map(({ name }) => name);
    if (!format.channelNames && names.some((name) => name !== null))
      tell(
        `${out}: a file of the format ${format.name} has no place for the names of channels (${names.map((name) => name ?? 'none').join(', ')})`,
      );
    return {
      schema: 'unstained.convert/1',
      image,
      file: out,
      format: format.name,
      axes: 'TCZYX',
      shape: [times, channels.length, size.z, size.y, size.x],
      dtype: type,
      voxelSize,
      channels: format.channelNames ? names : names.map(() => null),
      notes,
      seconds: (world.now() - began) / 1000,
    };
  } finally {
    await file.close();
  }
}

/** What is selected by # and by an option too could only be one of them. */
function requireSaidOnce({ image, channels, times, crop }: ConvertRequest, { channel, time, z }: Selection): void {
  const twice = (
    [
      ['channel', '--channel', channel !== null && channels.length > 0],
      ['t', '--time', time !== null && times !== null],
      ['z', '--crop', z !== null && crop?.z !== undefined],
    ] as const
  ).find(([, , both]) => both);
  if (twice)
    throw new UsageError('usage/selection', {
      what: `${image} selects ${twice[0]}, and ${twice[1]} does so again.`,
      remedy: `Leave one of them out.`,
    });
}

/** Refuses before anything is read what is there already; a folder is not replaced by a file, nor a file by a folder. */
async function requireFree({ files }: World, { out, overwrite }: ConvertRequest, as: 'file' | 'folder'): Promise<void> {
  const kind = await files.kind(out);
  if (kind === null || (kind === as && overwrite)) return;
  if (kind !== as)
    throw new UsageError('usage/output', {
      file: out,
      what: `${out} is a ${kind}; a ${as} would be written.`,
      why: 'What is there would be lost.',
      remedy: 'Write to another name.',
    });
  throw new UsageError('usage/output-exists', {
    file: out,
    what: `${out} is there already.`,
    why: 'What is there would be lost.',
    remedy: 'Replace it (--overwrite), or write to another name.',
  });
}

/** The image with all that was asked of it; nothing is read yet. */
function asAsked(world: World, source: ImageSource, request: ConvertRequest, call: LongCall): WritableImage {
  const { image, channels, voxelSize, inputVoxelSize } = request;
  const cropped = partOf(source, {
    region: request.crop ? cropRegion(source, request.crop) : undefined,
    channels: channels.length > 0 ? selectChannels(source, channels) : undefined,
    times: request.times ? within(source.file, 't', request.times, source.times) : undefined,
  });
  noteContradiction(image, source.voxelSize, inputVoxelSize, call);
  const sized = viewOf(cropped, { voxelSize: filledIn(source.voxelSize, inputVoxelSize) });
  const type = request.type ?? WRITTEN_AS[source.type];
  const view = voxelSize ? resampled(sized, knownTarget(sized, voxelSize)) : sized;
  requireMemory(world, sized, view);
  if (request.type === null && type !== source.type)
    call.onNote?.(`${image}: its ${source.type} samples are written as ${type}`);
  return typed(view, type);
}

function selectChannels(source: ImageSource, wanted: readonly string[]): number[] {
  const found = wanted.map((channel) => selectChannel(source, channel));
  const twice = found.findIndex((channel, i) => found.indexOf(channel) !== i);
  if (twice < 0) return found;
  throw new UsageError('usage/selection', {
    what: `Channel ${found[twice]} is asked for twice, as ${wanted[found.indexOf(found[twice])]} and as ${wanted[twice]}.`,
    remedy: 'Name it once.',
  });
}

function cropRegion({ file, size }: ImageSource, crop: NonNullable<ConvertRequest['crop']>): Region {
  const of = (axis: keyof Size) => within(file, axis, crop[axis] ?? { from: null, to: null }, size[axis]);
  const [z, y, x] = [of('z'), of('y'), of('x')];
  return {
    start: { z: z.from, y: y.from, x: x.from },
    size: { z: z.to - z.from, y: y.to - y.from, x: x.to - x.from },
  };
}

/** Throws ImageError image/selection where a range is not inside 0 to `length`. */
function within(file: string, axis: string, { from, to }: GivenRange, length: number): { from: number; to: number } {
  const range = { from: from ?? 0, to: to ?? length };
  if (range.from < range.to && range.to <= length) return range;
  throw new ImageError('image/selection', {
    file,
    what: `${file}: there is no ${axis} ${range.from} to ${range.to} (without the last); it has ${axis} 0 to ${length}.`,
    remedy: `Ask for a part of that.`,
  });
}

const AXES = ['z', 'y', 'x'] as const;

/** Sizes are given for what the file does not say; where it does, the file is believed. */
function noteContradiction(image: string, file: VoxelSize | null, given: VoxelSize | null, { onNote }: LongCall): void {
  for (const axis of AXES) {
    const [said, other] = [file?.[axis] ?? null, given?.[axis] ?? null];
    if (said !== null && other !== null && Math.abs(other / said - 1) > 1e-3)
      onNote?.(`${image}: the file says ${axis} ${said} um a voxel; --input-voxel-size ${other} was not used for it`);
  }
}

/** A single plane of unknown thickness stays as it is; along other axes sizes must be known. Throws ImageError. */
function knownTarget({ file, size, voxelSize }: ImageSource, wanted: VoxelSize): VoxelSize {
  const missing = AXES.filter((axis) => (voxelSize?.[axis] ?? null) === null);
  const needed = missing.filter((axis) => size[axis] > 1);
  if (needed.length > 0)
    throw new ImageError('image/no-voxel-size', {
      file,
      what: `${file}: the size of its voxels along ${needed.join(', ')} is not known.`,
      why: 'Without it the image cannot be brought to voxels of another size; a guess would give structures a wrong size.',
      remedy: 'Say how large its voxels are, in micrometers: --input-voxel-size Z,Y,X.',
    });
  const target = (axis: keyof Size) => (missing.includes(axis) ? null : wanted[axis]);
  return { z: target('z'), y: target('y'), x: target('x') };
}

/** A few planes must fit. Throws ResourceError resource/memory. */
function requireMemory(world: World, source: ImageSource, { file, size }: ImageSource): void {
  // Of float32: what is read, what is written, and what resampling along z keeps.
  const planes = 4 + 4 * Math.max(1, source.size.z / size.z);
  const bytes = Math.max(voxelCount({ ...source.size, z: 1 }), voxelCount({ ...size, z: 1 })) * 4 * planes;
  const budget = memoryBudget(world, null);
  if (bytes <= budget) return;
  throw new ResourceError('resource/memory', {
    file,
    what: `${file}: to write (${formatSize(size)}) takes about ${(bytes / 1e9).toFixed(1)} GB; ${(budget / 1e9).toFixed(1)} GB may be used.`,
    why: 'A few planes are held in memory at a time.',
    remedy: 'Crop the image (--crop), or take larger voxels (--voxel-size).',
  });
}

/** Plane by plane, in T, C, Z order. `beforeNamed` is called when all is written and the file not yet there. */
async function write(
  world: World,
  view: WritableImage,
  request: ConvertRequest,
  beforeNamed: () => Promise<void>,
  { signal, onProgress }: LongCall,
): Promise<void> {
  const { times, timeStep, channels, size, voxelSize, type } = view;
  const name = view.name || world.files.split(request.out).name;
  const description = { name, times, timeStep, channels, size, voxelSize, type };
  const sink = await createImage(world.output, request.out, description, request);
  const [plane, total] = [size.y * size.x, times * channels.length * size.z];
  const atOnce = Math.max(1, Math.floor(SLAB_BYTES / (4 * plane)));
  let done = 0;
  let slab: Samples | undefined;
  try {
    for (let time = 0; time < times; time++)
      for (let channel = 0; channel < channels.length; channel++)
        for (let z = 0; z < size.z; z += atOnce) {
          signal?.throwIfAborted();
          const region = { start: { z, y: 0, x: 0 }, size: { ...size, z: Math.min(atOnce, size.z - z) } };
          slab = await view.read({ time, channel, region, into: slab });
          for (let at = 0; at < slab.length; at += plane) {
            signal?.throwIfAborted();
            await sink.writePlane(slab.subarray(at, at + plane));
            onProgress?.({ task: 'convert', done: ++done, total, unit: 'planes' });
          }
        }
    await beforeNamed();
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}
