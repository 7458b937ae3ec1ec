/**
 * Bytes to values and back: PNG, safetensors, ONNX. Portable; imports `core` only.
 */
export { encodeOnnxModel } from './onnx/model.ts';
export type { OnnxAttribute, OnnxInteger, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnx/model.ts';
export { decodeSafetensors, encodeSafetensors, encodeSafetensorsHeader, safetensorsBody } from './safetensors.ts';
export type { Float32Tensor, Safetensors } from './safetensors.ts';
