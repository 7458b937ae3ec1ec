/**
 * The samples of a region, plane by plane: rows that are stored as they are come straight from the file, of all other pages
 * the blocks that meet the region are decoded, several at once.
 */
import type { Region } from '../../volume/index.ts';
import { readInto } from '../read-into.ts';
import { truncated, damaged } from '../refusals.ts';
import { allocateSamples, bytesPerSample, copySamples, samplesOf, swapBytes } from '../samples.ts';
import type { Samples } from '../source.ts';
import { blockBytes, type BlockReader, type PlanePlace } from './block-reader.ts';
import { isUncompressed } from './decoders.ts';
import { blockGrid, type BlockTable, type PageFormat } from './page.ts';

/** Of a pixel's samples one, or the grey of red, green and blue that are equal. */
export type Which = number | 'grey';

const MOST_AT_ONCE = 8;
const BYTES_AT_ONCE = 2 ** 25;
const PART_BYTES = 2 ** 22;

/**
 * Fills `out` (z, y, x). Returns null, or for `grey` the first plane (z of the region) whose colors differ in it.
 * Throws ImageError: image/damaged, image/truncated.
 */
export async function readRegion(
  planeAt: (z: number) => PlanePlace | Promise<PlanePlace>,
  which: Which,
  region: Region,
  out: Samples,
  reader: BlockReader,
): Promise<number | null> {
  const planeLength = region.size.y * region.size.x;
  let colored: number | null = null;
  async function* jobs(): AsyncGenerator<() => Promise<void>> {
    for (let z = 0; z < region.size.z; z++) {
      const plane = await planeAt(region.start.z + z);
      const target = out.subarray(z * planeLength, (z + 1) * planeLength);
      const differs = () => void (colored = Math.min(colored ?? z, z));
      const sample = plane.sample ?? which;
      if (sample === 'grey' && plane.format.planar) yield () => readPlanarGrey(plane, region, target, reader, differs);
      else yield* planeJobs(plane, sample, region, target, reader, differs);
    }
  }
  const { format } = await planeAt(region.start.z);
  const most = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(BYTES_AT_ONCE / blockBytes(format))));
  await runAtOnce(jobs(), most);
  return colored;
}

/** Runs what comes, `most` at a time. After a failure no more is begun. */
async function runAtOnce(jobs: AsyncGenerator<() => Promise<void>>, most: number): Promise<void> {
  let failed = false;
  const work = async () => {
    for (;;) {
      const next = await jobs.next();
      if (next.done || failed) return;
      await next.value();
    }
  };
  const worker = () =>
    work().catch((error: unknown) => {
      failed = true;
      throw error;
    });
  const outcomes = await Promise.allSettled(Array.from({ length: most }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function* planeJobs(
  plane: PlanePlace,
  which: Which,
  { start, size }: Region,
  out: Samples,
  reader: BlockReader,
  differs: () => void,
): Generator<() => Promise<void>> {
  const { format } = plane;
  if (isStoredInRows(format)) {
    yield () => readRows(plane, which === 'grey' ? 0 : which, { start, size }, out, reader);
    return;
  }
  const { blockWidth, blockHeight } = format;
  const { across, down } = blockGrid(format);
  const first = format.planar ? Number(which) * across * down : 0;
  for (let row = Math.floor(start.y / blockHeight); row * blockHeight < start.y + size.y; row++)
    for (let column = Math.floor(start.x / blockWidth); column * blockWidth < start.x + size.x; column++)
      yield async () => {
        const keep = format.samples > 1 || !isInside(row * blockHeight, column * blockWidth, format, { start, size });
        const block = await reader.block(plane, first + row * across + column, keep);
        const copied = copyBlock(block, row * blockHeight, column * blockWidth, format, which, { start, size }, out);
        if (!copied) differs();
      };
}

/** Whether a region has all of a block that is in the page: then nobody reads it again for the rest. */
function isInside(top: number, left: number, format: PageFormat, { start, size }: Region): boolean {
  const bottom = Math.min(top + format.blockHeight, format.height);
  const right = Math.min(left + format.blockWidth, format.width);
  return top >= start.y && bottom <= start.y + size.y && left >= start.x && right <= start.x + size.x;
}

/** What a block, at `top` and `left` in the page, has of the region. False where colors differ that should be grey. */
function copyBlock(
  block: Samples,
  top: number,
  left: number,
  format: PageFormat,
  which: Which,
  { start, size }: Region,
  out: Samples,
): boolean {
  const { blockWidth, blockHeight } = format;
  const samples = format.planar ? 1 : format.samples;
  const from = Math.max(left, start.x);
  const to = Math.min(left + blockWidth, start.x + size.x);
  const sample = samples === 1 || which === 'grey' ? 0 : which;
  for (let y = Math.max(top, start.y); y < Math.min(top + blockHeight, start.y + size.y); y++) {
    const at = ((y - top) * blockWidth - left) * samples;
    const target = (y - start.y) * size.x + from - start.x;
    if (samples === 1) copySamples(out, target, block, at + from, at + to);
    else for (let x = from; x < to; x++) out[target + x - from] = block[at + x * samples + sample];
    if (which === 'grey' && samples > 1 && !isGrey(block, at + from * samples, at + to * samples, format)) return false;
  }
  return true;
}

/** Whether the colors of pixels are equal, and their alpha full. */
function isGrey(pixels: Samples, from: number, to: number, { samples, type }: PageFormat): boolean {
  const opaque = opaqueOf(type);
  for (let at = from; at < to; at += samples) {
    const color = pixels[at];
    if (pixels[at + 1] !== color || pixels[at + 2] !== color) return false;
    if (samples > 3 && pixels[at + 3] !== opaque) return false;
  }
  return true;
}

function opaqueOf(type: PageFormat['type']): number {
  return type.startsWith('u') ? 2 ** (8 * bytesPerSample(type)) - 1 : 1;
}

async function readPlanarGrey(
  plane: PlanePlace,
  region: Region,
  out: Samples,
  reader: BlockReader,
  differs: () => void,
): Promise<void> {
  const { samples, type } = plane.format;
  const one = async (which: number, target: Samples) => {
    for (const job of planeJobs(plane, which, region, target, reader, differs)) await job();
  };
  await one(0, out);
  const other = allocateSamples(type, out.length);
  for (let sample = 1; sample < samples; sample++) {
    await one(sample, other);
    const opaque = sample > 2 ? opaqueOf(type) : null;
    for (let i = 0; i < out.length; i++) if (other[i] !== (opaque ?? out[i])) return differs();
  }
}

function isStoredInRows({ compression, tiled, samples, planar, bits, type }: PageFormat): boolean {
  return isUncompressed(compression) && !tiled && (samples === 1 || planar) && bits === 8 * bytesPerSample(type);
}

/** Rows of strips that follow each other in the file are read at once. */
async function readRows(
  plane: PlanePlace,
  sample: number,
  { start, size }: Region,
  out: Samples,
  reader: BlockReader,
): Promise<void> {
  const { format, shift } = plane;
  const { blockHeight, height, width, type } = format;
  const rowBytes = width * bytesPerSample(type);
  const table = await reader.table(plane);
  const first = sample * blockGrid(format).down;
  for (let y = start.y; y < start.y + size.y;) {
    const strip = first + Math.floor(y / blockHeight);
    const offset = table.offsets[strip] + shift + (y % blockHeight) * rowBytes;
    requireStrip(plane, table, strip, strip - first);
    let end = Math.min(height, (strip - first + 1) * blockHeight);
    for (let next = strip + 1; end < start.y + size.y; next++) {
      if (table.offsets[next] + shift !== offset + (end - y) * rowBytes) break;
      requireStrip(plane, table, next, next - first);
      end = Math.min(height, end + blockHeight);
    }
    end = Math.min(end, start.y + size.y);
    const target = out.subarray((y - start.y) * size.x, (end - start.y) * size.x);
    await readRun(plane, offset, start.x, size.x, target);
    y = end;
  }
}

function requireStrip({ tiff, page, format, shift }: PlanePlace, table: BlockTable, strip: number, row: number): void {
  const { blockHeight, height, width, type } = format;
  const { name, size } = tiff.bytes;
  const length = Math.min(blockHeight, height - row * blockHeight) * width * bytesPerSample(type);
  const offset = table.offsets[strip] + shift;
  const place = `page ${page.index}, strip ${strip} (from y ${row * blockHeight}) at byte ${offset}`;
  if (table.byteCounts[strip] < length)
    throw damaged(name, `${place} has ${table.byteCounts[strip]} bytes (none); its rows are ${length}.`, {
      at: offset,
    });
  if (offset < 0 || offset + length > size)
    throw truncated(name, `${place} ends at byte ${offset + length}; the file has ${size}.`, size);
}

/** Rows from byte `offset`, of each `count` samples from `left`. */
async function readRun(
  { tiff, format }: PlanePlace,
  offset: number,
  left: number,
  count: number,
  out: Samples,
): Promise<void> {
  const { bytes, littleEndian } = tiff;
  const { width, type } = format;
  const sampleBytes = bytesPerSample(type);
  if (count === width && type !== 'float16') {
    const target = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
    await readInto(bytes, offset, target);
    if (!littleEndian) swapBytes(target, sampleBytes);
    return;
  }
  const rowBytes = width * sampleBytes;
  const rows = out.length / count;
  const rowsAtOnce = Math.max(1, Math.floor(PART_BYTES / rowBytes));
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const taken = Math.min(rowsAtOnce, rows - row);
    const from = offset + row * rowBytes + left * sampleBytes;
    const part = new Uint8Array(await bytes.read(from, (taken - 1) * rowBytes + count * sampleBytes));
    if (!littleEndian) swapBytes(part, sampleBytes);
    const samples = samplesOf(type, part);
    for (let i = 0; i < taken; i++) copySamples(out, (row + i) * count, samples, i * width, i * width + count);
  }
}
