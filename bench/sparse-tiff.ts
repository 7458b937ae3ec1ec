/** OME-TIFFs whose planes are holes in the file: large for who reads them, small on disk. */
import { closeSync, openSync, truncateSync, writeSync } from 'node:fs';
import { createOmeTiff, type ByteSink, type ImageDescription } from '../src/io/index.ts';

/**
 * Writes planes of zeros; with `strip`, its bytes stand where the first strip of each plane does, of the planes that it names.
 * Directories are whole.
 */
export async function writeSparseTiff(
  path: string,
  description: ImageDescription & { readonly type: 'uint16' },
  strip: { readonly planes: readonly number[]; readonly bytes: Uint8Array } | null,
): Promise<void> {
  const { size, times, channels } = description;
  const file = openSync(path, 'w');
  let end = 0;
  let plane = 0;
  let isFirstStrip = false;
  const sink: ByteSink = {
    name: path,
    async append(bytes) {
      const isStrip = bytes.subarray(0, 64).every((byte) => byte === 0); // no directory begins so
      if (!isStrip) writeSync(file, bytes, 0, bytes.length, end);
      else if (isFirstStrip && strip?.planes.includes(plane))
        writeSync(file, strip.bytes, 0, Math.min(strip.bytes.length, bytes.length), end);
      if (isStrip) isFirstStrip = false;
      end += bytes.length;
    },
    async overwrite(offset, bytes) {
      writeSync(file, bytes, 0, bytes.length, offset);
    },
    async finish() {},
    async abandon() {},
  };
  const tiff = createOmeTiff(sink, description, { compression: 'none' });
  const zeros = new Uint16Array(size.y * size.x);
  for (; plane < times * channels.length * size.z; plane++) {
    isFirstStrip = true;
    await tiff.writePlane(zeros);
  }
  await tiff.finish();
  closeSync(file);
  truncateSync(path, end);
}
