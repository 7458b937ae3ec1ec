/**
 * The network as an ONNX file that any program can run: standard operators only, batch and extents free, the parameters and
 * running statistics as they are, by pytorch_fnet's names, so that the very network comes back.
 *
 *   signal (batch, c, z, y, x) -> prediction (batch, c, z, y, x), every extent a multiple of 2^depth; in 2D without z
 */
import { decodeOnnxModel, encodeOnnxModel, type OnnxModel, type OnnxNode } from '../codec/index.ts';
import { ModelError } from '../core/index.ts';
import {
  NORM_EPSILON,
  parameterCount,
  parametersOf,
  statisticsOf,
  unet,
  type NamedTensor,
  type NetworkDescription,
} from '../network/index.ts';

/** Of ONNX 1.6 (2019): what every runtime in use understands, and all that the network needs. */
export const OPSET = 11;
const IR_VERSION = 6;
/** What the graph may have beside its weights. */
const MOST_BYTES_BESIDE_WEIGHTS = 2 ** 20;

export type NetworkTensors = Readonly<Record<string, Float32Array>>;

/** The file's bytes. Throws RangeError where a tensor is missing or of another length. */
export function encodeNetwork(description: NetworkDescription, tensors: NetworkTensors): Uint8Array<ArrayBuffer> {
  const constants = tensorsOf(description).map(({ name, shape }) => {
    const data = tensors[name];
    if (data?.length !== shape.reduce((count, extent) => count * extent, 1))
      throw new RangeError(`encodeNetwork: ${name} has ${data?.length ?? 'no'} numbers for (${shape.join(', ')})`);
    return { name, shape, data };
  });
  return encodeOnnxModel({ ...graphOf(description), constants });
}

/**
 * The tensors of a file that `encodeNetwork` wrote for a network like this: its graph must be the very one, node by node.
 * Throws ModelError: model/damaged, model/unsupported, model/unsafe.
 */
export function decodeNetwork(
  bytes: Uint8Array,
  description: NetworkDescription,
  file: string,
): Record<string, Float32Array> {
  const model = decodeOnnxModel(bytes, file);
  const expected = graphOf(description);
  const { constants } = model;
  for (const part of ['irVersion', 'opsets', 'inputs', 'outputs'] as const)
    if (JSON.stringify(model[part]) !== JSON.stringify(expected[part])) throw otherGraph(file, `its ${part} differ`);
  requireSame('nodes', model.nodes.map(textOf), expected.nodes.map(textOf), file);
  requireSame('weights', constants.map(shapeText), tensorsOf(description).map(shapeText), file);
  return Object.fromEntries(
    constants.map(({ name, data }) => {
      if (!(data instanceof Float32Array)) throw otherGraph(file, `${name} is not float32`);
      return [name, data];
    }),
  );
}

/** The most bytes that the file of such a network has. */
export function networkBytes(description: NetworkDescription): number {
  const statistics = statisticsOf(description).reduce((sum, { shape }) => sum + shape[0], 0);
  return 4 * (parameterCount(description) + statistics) + MOST_BYTES_BESIDE_WEIGHTS;
}

function tensorsOf(description: NetworkDescription): NamedTensor[] {
  return [...parametersOf(description), ...statisticsOf(description)];
}

/** All but the weights. Values are named by the layer that makes them. */
function graphOf(description: NetworkDescription): OnnxModel {
  const { dims, inputChannels, outputChannels } = description;
  const nodes: OnnxNode[] = [];
  const node = (operator: string, name: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}) => {
    nodes.push({ operator, domain: '', name, inputs, outputs: [name], attributes });
    return name;
  };
  const whole = (extent: number) => new Array<number>(dims).fill(extent);
  const padded = { kernel_shape: whole(3), pads: [...whole(1), ...whole(1)] };
  const halving = { kernel_shape: whole(2), strides: whole(2) };
  const weights = (layer: string) => [`${layer}.weight`, `${layer}.bias`];
  const normRelu = (x: string, norm: string) => {
    const parts = [...weights(norm), `${norm}.running_mean`, `${norm}.running_var`];
    const y = node('BatchNormalization', `${norm}.norm`, [x, ...parts], { epsilon: Math.fround(NORM_EPSILON) });
    return node('Relu', `${norm}.relu`, [y]);
  };
  const last = unet<string>(description, 'signal', {
    block: (sources, conv, norm) => {
      const x =
        sources.length === 1 ? sources[0] : node('Concat', `${conv}.sources`, sources, { axis: { integer: 1 } });
      return normRelu(node('Conv', `${conv}.conv`, [x, ...weights(conv)], padded), norm);
    },
    down: (x, conv, norm) => normRelu(node('Conv', `${conv}.conv`, [x, ...weights(conv)], halving), norm),
    up: (x, conv, norm) => normRelu(node('ConvTranspose', `${conv}.conv`, [x, ...weights(conv)], halving), norm),
    last: (x, conv) => node('Conv', 'prediction', [x, ...weights(conv)], padded),
  });
  const extents = ['z', 'y', 'x'].slice(3 - dims);
  return {
    irVersion: IR_VERSION,
    opsets: { '': OPSET },
    inputs: [{ name: 'signal', shape: ['batch', inputChannels, ...extents] }],
    outputs: [{ name: last, shape: ['batch', outputChannels, ...extents] }],
    constants: [],
    nodes,
  };
}

function textOf({ attributes, ...node }: OnnxNode): string {
  const sorted = Object.keys(attributes)
    .sort()
    .map((name) => [name, attributes[name]]);
  return JSON.stringify([node.operator, node.domain, node.name, node.inputs, node.outputs, sorted]);
}

function shapeText({ name, shape }: NamedTensor): string {
  return `${name} (${shape.join(', ')})`;
}

function requireSame(what: string, found: readonly string[], expected: readonly string[], file: string): void {
  if (found.length !== expected.length)
    throw otherGraph(file, `it has ${found.length} ${what}; such a network has ${expected.length}`);
  const at = expected.findIndex((text, i) => text !== found[i]);
  if (at >= 0)
    throw otherGraph(
      file,
      `among its ${what} is ${found[at].slice(0, 200)}, where ${expected[at].slice(0, 200)} belongs`,
    );
}

function otherGraph(file: string, how: string): ModelError {
  return new ModelError('model/unsupported', {
    file,
    what: `${file}: this is not the network that the package says it is: ${how}.`,
    why: 'It would compute something else than it promises.',
    remedy: 'Use a package that unstained wrote, unchanged.',
  });
}
