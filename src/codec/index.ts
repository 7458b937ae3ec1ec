/**
 * Bytes to values and back: Deflate, zstd, half floats, PNG, safetensors, ONNX. Portable; imports `core` only.
 */
export { encodeOnnxModel } from './onnx/model.ts';
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
export { DEFLATE_RATIO, deflateZlib, inflateZlib, provideInflate } from './zlib.ts';
export type { Inflate } from './zlib.ts';
export { decodeZstd, encodeZstd, ZSTD_RATIO } from './zstd.ts';
export { narrowToHalves, widenHalves } from './float16.ts';
