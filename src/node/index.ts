/**
 * What only Node can: files, atomic writes, workers, onnxruntime-node.
 */
export { startOnnxRuntime } from './onnx-runtime.ts';
