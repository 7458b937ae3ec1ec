/**
 * What only Node can: files, whole or absent output, run folders, workers, onnxruntime-node.
 * Imports the interfaces that `io`, `engine` and `run` declare, and `core`.
 */
export { startOnnxRuntime } from './onnx-runtime.ts';
export { nodeWorld } from './world.ts';
export type { NodeWorld, NodeWorldSettings } from './world.ts';
