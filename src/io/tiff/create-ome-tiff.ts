/**
 * Writes an OME-TIFF of planes as they come: memory holds one strip, and the directories' offsets.
 *
 * Strips, not tiles: ImageJ without Bio-Formats opens no tiled TIFF, and refuses predictor 3 or shows zeros. Deflate without
 * predictor is read by everything. BigTIFF, which plain ImageJ refuses, only where 4 GB would be passed. Typed arrays are taken
 * to be little-endian, as they are on all machines that ONNX Runtime runs on.
 */
import { deflateZlib } from '../../codec/index.ts';
import { voxelCount } from '../../volume/index.ts';
import { bytesPerSample } from '../samples.ts';
import type { ByteSink, ImageDescription, ImageSink, WrittenPlane, WrittenType } from '../source.ts';
import { writeOmeXml } from './ome-xml-writing.ts';
import { TAG } from './page.ts';
import { encodeDirectory, type Field } from './write-directory.ts';

/** Raw bytes of a strip: as much as is worth a call of Deflate, and little to read for a small region. */
const STRIP_BYTES = 2 ** 20;
/** Deflate may lengthen what it can't shorten. */
const LONGEST_DEFLATED = 1.05;
/** Of a plane: its directory, and Deflate's own bytes where the plane is tiny. */
const DIRECTORY_BYTES = 512;

/**
 * The planes come in T, C, Z order: `times * channels * z` of them. Nothing is written before the first plane.
 * Its methods throw what the sink throws, and RangeError for planes of a wrong length or number.
 */
export function createOmeTiff(sink: ByteSink, description: ImageDescription): ImageSink {
  const { size, channels, times, type } = description;
  const planes = size.z * channels.length * times;
  const raw = voxelCount(size) * channels.length * times * bytesPerSample(type);
  const big = raw * LONGEST_DEFLATED + planes * DIRECTORY_BYTES > 2 ** 32;
  const rows = Math.min(size.y, Math.max(1, Math.floor(STRIP_BYTES / (size.x * bytesPerSample(type)))));
  const xml = new TextEncoder().encode(writeOmeXml(description));
  const written: { offsets: number[]; byteCounts: number[] }[] = [];
  let end = 0;

  const append = async (bytes: Uint8Array) => {
    await sink.append(bytes);
    end += bytes.length;
  };

  return {
    async writePlane(plane) {
      if (plane.length !== size.y * size.x || written.length === planes)
        throw new RangeError(
          `${sink.name}: plane ${written.length} of ${planes} has ${plane.length} samples, (y ${size.y}, x ${size.x}) are wanted`,
        );
      if (end === 0) await append(header(big));
      const strips: (typeof written)[number] = { offsets: [], byteCounts: [] };
      for (let y = 0; y < size.y; y += rows) {
        const strip = await deflateZlib(bytesOf(plane.subarray(y * size.x, Math.min(y + rows, size.y) * size.x)));
        strips.offsets.push(end);
        strips.byteCounts.push(strip.length);
        await append(strip);
      }
      written.push(strips);
    },

    async finish() {
      if (written.length !== planes)
        throw new RangeError(`${sink.name}: ${written.length} of ${planes} planes were written`);
      if (end % 2) await append(new Uint8Array(1)); // directories begin at even bytes
      const first = end;
      for (const [index, strips] of written.entries())
        await append(
          encodeDirectory(fields(description, strips, rows, index === 0 ? xml : null), {
            at: end,
            big,
            last: index === planes - 1,
          }),
        );
      await sink.overwrite(big ? 8 : 4, offsetBytes(first, big));
      await sink.finish();
    },

    abandon: () => sink.abandon(),
  };
}

function header(big: boolean): Uint8Array {
  const bytes = new Uint8Array(big ? 16 : 8); // the offset of the first directory comes last
  bytes.set([0x49, 0x49, big ? 43 : 42, 0, big ? 8 : 0]);
  return bytes;
}

function offsetBytes(offset: number, big: boolean): Uint8Array {
  const bytes = new Uint8Array(big ? 8 : 4);
  const view = new DataView(bytes.buffer);
  if (big) view.setBigUint64(0, BigInt(offset), true);
  else view.setUint32(0, offset, true);
  return bytes;
}

function fields(
  { size, voxelSize, type }: ImageDescription,
  strips: { offsets: number[]; byteCounts: number[] },
  rows: number,
  xml: Uint8Array | null,
): Field[] {
  const [x, y] = [voxelSize?.x ?? null, voxelSize?.y ?? null];
  const known = x !== null && y !== null;
  return [
    { tag: TAG.width, kind: 'long', values: [size.x] },
    { tag: TAG.height, kind: 'long', values: [size.y] },
    { tag: TAG.bitsPerSample, kind: 'short', values: [8 * bytesPerSample(type)] },
    { tag: TAG.compression, kind: 'short', values: [8] }, // Deflate
    { tag: TAG.photometric, kind: 'short', values: [1] }, // 0 is black
    ...(xml ? [{ tag: TAG.description, kind: 'text', bytes: xml } as const] : []),
    { tag: TAG.stripOffsets, kind: 'offset', values: strips.offsets },
    { tag: TAG.samplesPerPixel, kind: 'short', values: [1] },
    { tag: TAG.rowsPerStrip, kind: 'long', values: [rows] },
    { tag: TAG.stripByteCounts, kind: 'offset', values: strips.byteCounts },
    { tag: TAG.xResolution, kind: 'rational', values: [known ? perCentimeter(x) : 1] },
    { tag: TAG.yResolution, kind: 'rational', values: [known ? perCentimeter(y) : 1] },
    { tag: TAG.resolutionUnit, kind: 'short', values: [known ? 3 : 1] }, // centimeter, or no unit
    { tag: TAG.software, kind: 'text', bytes: new TextEncoder().encode('Unstained') },
    { tag: TAG.sampleFormat, kind: 'short', values: [SAMPLE_FORMATS[type]] },
  ];
}

function perCentimeter(micrometers: number): number {
  return 1e4 / micrometers;
}

const SAMPLE_FORMATS: Readonly<Record<WrittenType, number>> = { uint8: 1, uint16: 1, float32: 3 };

function bytesOf({ buffer, byteOffset, byteLength }: WrittenPlane): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
