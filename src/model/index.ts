/**
 * A trained network as a file of its own: a BioImage.IO package with ONNX weights, from which prediction needs nothing else.
 * Portable; imports `codec`, `network`, `config` and `core`.
 */
export { MODEL_FILES } from './bioimage-io.ts';
export type { Publication } from './bioimage-io.ts';
export type { ModelDescription, ModelMetrics, ModelTarget, ModelVoxelSize } from './description.ts';
export { readModel } from './read-model.ts';
export type { StoredModel } from './read-model.ts';
export { inUnits, writeModel } from './write-model.ts';
export type { Model, TestTensors } from './write-model.ts';
