/** A model package: description, weights, test tensors, documentation and cover in one ZIP archive. */
import { stringify } from 'yaml';
import { encodeNpy, encodeZip, sha256, type Float32Tensor } from '../codec/index.ts';
import { bioimageIo, MODEL_FILES, MOST_DATA_BYTES, unitsOf, type Publication } from './bioimage-io.ts';
import { modelCover } from './cover.ts';
import { modelDescription, type ModelDescription } from './description.ts';
import { modelDocumentation } from './documentation.ts';
import { encodeNetwork, type NetworkTensors } from './network-graph.ts';

/** What the network makes of an input. */
export interface TestTensors {
  /**
   * (1, inputs, (z,) y, x), normalized by itself: a patch that has mean 0 and deviation 1 (or its percentiles at 0 and 1) is left as
   * it is by a program that normalizes what it is given.
   */
  readonly input: Float32Tensor;
  /** (1, outputs, (z,) y, x), as the network gives it. */
  readonly output: Float32Tensor;
}

export interface Model {
  readonly description: ModelDescription;
  /** Parameters and running statistics by pytorch_fnet's names. */
  readonly tensors: NetworkTensors;
  readonly test: TestTensors;
  readonly publication: Publication;
}

/**
 * The bytes of a package; equal models make equal bytes. Throws where the description contradicts itself (ZodError) or tensors are
 * missing (RangeError).
 */
export async function writeModel({ description, tensors, test, publication }: Model): Promise<Uint8Array<ArrayBuffer>> {
  const model = modelDescription.parse(description);
  const weights = encodeNetwork(model.network, tensors);
  const testInput = encodeNpy(test.input);
  const testOutput = encodeNpy(inUnits(test.output, model));
  const text = (content: string) => new TextEncoder().encode(content);
  const data = text(imageList(model.data));
  const hashes = {
    weights: await sha256(weights),
    testInput: await sha256(testInput),
    testOutput: await sha256(testOutput),
    data: await sha256(data),
  };
  // Quoted as YAML 1.1 needs it: `y` is the name of an axis, and a truth value to older readers.
  const rdf = stringify(bioimageIo(model, publication, hashes), {
    version: '1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  return encodeZip([
    { name: MODEL_FILES.rdf, bytes: text(rdf), compress: true },
    { name: MODEL_FILES.documentation, bytes: text(modelDocumentation(model, publication)), compress: true },
    { name: MODEL_FILES.data, bytes: data, compress: true },
    { name: MODEL_FILES.cover, bytes: modelCover(test.input, test.output, model.targets[0].color), compress: false },
    { name: MODEL_FILES.testInput, bytes: testInput, compress: false },
    { name: MODEL_FILES.testOutput, bytes: testOutput, compress: false },
    { name: MODEL_FILES.weights, bytes: weights, compress: false },
  ]);
}

/** JSON, an image a line; as many as there may be. */
function imageList(images: ModelDescription['data']): string {
  const lines = images.map((image) => JSON.stringify(image));
  let length = 2;
  // A letter takes up to three bytes.
  const most = lines.findIndex((line) => (length += 3 * line.length + 2) > MOST_DATA_BYTES);
  return `[\n${lines.slice(0, most < 0 ? lines.length : most).join(',\n')}\n]\n`;
}

/** The network's output (1, c, ...) as the package's readers get it after postprocessing. */
export function inUnits(
  { shape, data }: Float32Tensor,
  model: Pick<ModelDescription, 'targets' | 'loss'>,
): Float32Tensor {
  const { scales, offsets } = unitsOf(model);
  const length = data.length / scales.length;
  return {
    shape,
    data: data.map((value, i) => value * scales[Math.floor(i / length)] + offsets[Math.floor(i / length)]),
  };
}
