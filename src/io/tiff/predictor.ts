/**
 * Undoes what encoders do to make neighbors alike, in place, row by row.
 * Predictor 2 (TIFF 6.0, section 14): each sample is a difference to the one before, in the width of the samples.
 * Predictor 3 (Adobe TIFF Technical Note 3): the bytes of floats stand in planes, most significant first, as differences.
 */
export type Predictor = 1 | 2 | 3;

/**
 * @param bytes rows of `samplesPerRow` samples of `width` bytes; little-endian for predictor 2
 * @param stride samples a pixel: the distance between samples of one kind
 *
 * After predictor 3 the samples are little-endian, whatever the file's order.
 */
export function undoPredictor(
  predictor: Predictor,
  bytes: Uint8Array<ArrayBuffer>,
  samplesPerRow: number,
  width: number,
  stride: number,
): void {
  if (predictor === 2) addUp(unsigned(bytes, width), samplesPerRow, stride);
  if (predictor === 3) {
    addUp(bytes, samplesPerRow * width, stride);
    joinBytePlanes(bytes, samplesPerRow, width);
  }
}

function addUp(samples: Uint8Array | Uint16Array | Uint32Array | BigUint64Array, perRow: number, stride: number): void {
  if (samples instanceof BigUint64Array) {
    for (let row = 0; row < samples.length; row += perRow)
      for (let i = row + stride; i < row + perRow; i++) samples[i] += samples[i - stride];
    return;
  }
  for (let row = 0; row < samples.length; row += perRow)
    for (let i = row + stride; i < row + perRow; i++) samples[i] += samples[i - stride];
}

function joinBytePlanes(bytes: Uint8Array, samplesPerRow: number, width: number): void {
  const rowBytes = samplesPerRow * width;
  for (let start = 0; start < bytes.length; start += rowBytes) {
    const planes = bytes.slice(start, start + rowBytes);
    for (let plane = 0; plane < width; plane++)
      for (let i = 0; i < samplesPerRow; i++)
        bytes[start + i * width + (width - 1 - plane)] = planes[plane * samplesPerRow + i];
  }
}

function unsigned(
  bytes: Uint8Array<ArrayBuffer>,
  width: number,
): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset, length } = bytes;
  if (width === 2) return new Uint16Array(buffer, byteOffset, length / 2);
  if (width === 4) return new Uint32Array(buffer, byteOffset, length / 4);
  return width === 8 ? new BigUint64Array(buffer, byteOffset, length / 8) : bytes;
}
