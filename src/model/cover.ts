/** The picture of a model package: its test signal on the left, grey; what it predicts on the right, in the structure's color. */
import { encodePng, type Float32Tensor } from '../codec/index.ts';

/** Pixels along an edge of each half, at least. */
const EDGE = 256;
/** Parts of the pixels that may be shown black and white alike. */
const [DARKEST, BRIGHTEST] = [0.005, 0.995];
const WHITE = '#ffffff';

/**
 * A PNG twice as wide as high. Both tensors are (1, c, (z,) y, x); their first channel and middle plane are shown, of those the
 * square in the middle.
 */
export function modelCover(
  signal: Float32Tensor,
  prediction: Float32Tensor,
  color: string | null,
): Uint8Array<ArrayBuffer> {
  const halves = [
    { pixels: middleSquare(signal), color: WHITE },
    { pixels: middleSquare(prediction), color: color ?? WHITE },
  ];
  const side = Math.sqrt(halves[0].pixels.length);
  const factor = Math.ceil(EDGE / side);
  const edge = side * factor;
  const data = new Uint8Array(2 * edge * edge * 3);
  halves.forEach((half, h) => {
    const gray = stretched(half.pixels);
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(half.color.slice(at, at + 2), 16) / 255);
    for (let y = 0; y < edge; y++)
      for (let x = 0; x < edge; x++) {
        const value = gray[Math.floor(y / factor) * side + Math.floor(x / factor)];
        data.set([value * red, value * green, value * blue], 3 * (y * 2 * edge + h * edge + x));
      }
  });
  return encodePng({ width: 2 * edge, height: edge, data, channels: 3 });
}

/** The square in the middle of the middle plane of the first channel. */
function middleSquare({ shape, data }: Float32Tensor): Float32Array {
  const [height, width] = shape.slice(-2);
  const planes = shape.length === 5 ? shape[2] : 1;
  const plane = data.subarray(Math.floor(planes / 2) * height * width);
  const side = Math.min(height, width);
  const [top, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
  return Float32Array.from(
    { length: side * side },
    (_, i) => plane[(top + Math.floor(i / side)) * width + left + (i % side)],
  );
}

/** To 0..255, but for the darkest and brightest pixels. */
function stretched(pixels: Float32Array): Float32Array {
  const sorted = pixels.toSorted();
  const [low, high] = [DARKEST, BRIGHTEST].map((part) => sorted[Math.round(part * (sorted.length - 1))]);
  return pixels.map((value) => 255 * Math.min(1, Math.max(0, (value - low) / (high - low || 1))));
}
