/**
 * TFRecord, the framing of TensorBoard's files: length (uint64), its checksum, data, their checksum; little-endian.
 * https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
import { crc32c } from './crc32c.ts';

/** One record of a file; a file is its records one after the other. */
export function encodeTfRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(12 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

/** Turned and shifted, so that the checksum of data that hold checksums stays one. */
function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
