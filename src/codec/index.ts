/**
 * Bytes to values and back: Deflate, gzip, zstd, Blosc, LZ4, CRC-32C, half floats, PNG, safetensors, ONNX, TFRecord. Portable;
 * imports `core` only.
 * Bytes to values and back: Deflate, gzip, zstd, Blosc, LZ4, CRC-32C, half floats, PNG, npy, safetensors, ONNX, ZIP, SHA-256. Portable; imports
 * `core` only.
 */
export { encodeOnnxModel } from './onnx/model.ts';
export { decodeOnnxModel } from './onnx/read-model.ts';
export type {
  OnnxAttribute,
  OnnxFloats,
  OnnxInteger,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from './onnx/model.ts';
export { decodeSafetensors, encodeSafetensors, encodeSafetensorsHeader, safetensorsBody } from './safetensors.ts';
export type { Float32Tensor, Safetensors } from './safetensors.ts';
export { decodePng, decodePngHeader, encodePng } from './png.ts';
export type { DecodedPng, PngHeader, PngImage } from './png.ts';
export { BLOSC_RATIO, decodeBlosc } from './blosc.ts';
export { unshuffleBytes } from './shuffle.ts';
export { bytesField, doubleField, floatField, integerField } from './protobuf-fields.ts';
export { encodeTfRecord } from './tfrecord.ts';
export { decodeNpy, encodeNpy } from './npy.ts';
export { sha256 } from './sha256.ts';
export { encodeZip, openZip } from './zip.ts';
export type { Zip, ZipEntry } from './zip.ts';
export { joinBytes } from './join-bytes.ts';
export { crc32c } from './crc32c.ts';
export { inflateGzip } from './gzip.ts';
export { decodeLz4, LZ4_RATIO } from './lz4.ts';
export { DEFLATE_RATIO, deflateGzip, deflateZlib, inflateZlib, provideInflate } from './zlib.ts';
export type { Inflate } from './zlib.ts';
export { decodeZstd, encodeZstd, ZSTD_RATIO } from './zstd.ts';
export { narrowToHalves, widenHalves } from './float16.ts';
