/** A PNG file as an image of one plane: 8 or 16 bits, grey, or colors that are equal. */
import { decodePng, decodePngHeader, DEFLATE_RATIO, type DecodedPng } from '../codec/index.ts';
import type { ImageFile } from './image-file.ts';
import { truncated, unsupported } from './refusals.ts';
import { cropPlane, greyOf } from './samples.ts';
import { channelWith, type ByteSource, type Files, type Samples } from './source.ts';

const HEADER_BYTES = 33;

/** Reads the header, and the pixels only where colors have to be compared. Throws ImageError as `decodePng` does. */
export async function openPng(_files: Files, bytes: ByteSource): Promise<ImageFile> {
  const file = bytes.name;
  const { width, height, channels, depth } = decodePngHeader(
    await bytes.read(0, Math.min(HEADER_BYTES, bytes.size)),
    file,
  );
  const pixelBytes = (height * width * channels * depth) / 8;
  if (pixelBytes > bytes.size * DEFLATE_RATIO)
    throw truncated(
      file,
      `this PNG says it is (y ${height}, x ${width}), ${pixelBytes} bytes of pixels; a file of ${bytes.size} bytes cannot hold them.`,
      bytes.size,
    );
  const size = { z: 1, y: height, x: width };
  let plane: Promise<Samples> | null = null;
  const readPlane = () =>
    (plane ??= bytes
      .read(0, bytes.size)
      .then((all) => decodePng(all, file))
      .then((png) => greyPlane(png, file)));
  if (channels > 1) await readPlane();
  const close = () => bytes.close();
  return {
    images: [
      {
        name: '',
        file,
        format: 'PNG',
        times: 1,
        timeStep: null,
        channels: [channelWith()],
        size,
        voxelSize: null,
        close,
        type: depth === 8 ? 'uint8' : 'uint16',
        notes: channels > 1 ? ['its colors are equal, read as grey'] : [],
        read: async (at) => cropPlane(file, await readPlane(), size, at),
      },
    ],
    close,
  };
}

function greyPlane({ data, channels }: DecodedPng, file: string): Samples {
  const grey = channels === 1 ? data : greyOf(data, channels);
  if (grey) return grey;
  throw unsupported(
    file,
    channels === 2
      ? 'parts of this PNG are transparent.'
      : 'this PNG is a color image: its red, green and blue differ, or parts are transparent.',
    'Save one color or the luminance as grey (in Fiji: Image > Type > 8-bit).',
    'One intensity a pixel is needed, and which one is yours to choose.',
  );
}
