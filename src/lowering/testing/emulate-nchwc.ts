/**
 * ONNX Runtime's blocked operators (domain com.microsoft.nchwc) computed plainly in float64 for any block size B, and what
 * they share with the standard ones: tensors, attributes, the convolution. Shapes are ONNX's; the memory is blocked:
 *
 *   activation (N, C, H, W)             (N, C/B, H, W, B)
 *   weight (Co, Ci, kh, kw)             (Co/B, Ci/B, kh, kw, Bi, Bo)
 *   the same if Ci < B: X is plain      (Co/B, Ci, kh, kw, Bo)
 *   depthwise weight (C, 1, kh, kw)     (C/B, kh, kw, B)
 *
 * Ci counts the channels of one group, Co those of all. Refused here, not by ONNX Runtime: channels that are no whole blocks
 * and biases of another length, of which it makes wrong numbers, or ends the process.
 */
import type { OnnxAttribute } from '../../codec/index.ts';

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array; // as it lies in memory
}

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** An operator's results; an optional input that is left out is undefined. */
export type Rule = (inputs: readonly Tensor[], attributes: Attributes) => Tensor | readonly Tensor[];

export function nchwcOperators(block: number): Readonly<Record<string, Rule>> {
  const toBlocked = ({ shape, data }: Tensor): Tensor => {
    const out = new Float64Array(data.length);
    blockedPlaces(shape, block).forEach((place, i) => (out[place] = data[i]));
    return { shape, data: out };
  };
  const fromBlocked = ({ shape, data }: Tensor): Tensor => ({ shape, data: pick(data, blockedPlaces(shape, block)) });

  return {
    ReorderInput([x], attributes) {
      if (integer(attributes, 'channels_last', 0) !== 0) throw new Error('channels_last is not emulated');
      expectImage(x, 'X');
      if (x.shape[1] % 4 !== 0) throw new Error(`X has ${x.shape[1]} channels; they must divide by 4`);
      return toBlocked(resizeChannels(x, Math.ceil(x.shape[1] / block) * block));
    },

    ReorderOutput([x], attributes) {
      if (integer(attributes, 'channels_last', 0) !== 0) throw new Error('channels_last is not emulated');
      const channels = integer(attributes, 'channels', 0);
      expectImage(x, 'X');
      // ONNX Runtime takes fewer channels too, but finds the second image in the wrong place then.
      if (channels < 1 || channels > x.shape[1] || x.shape[1] - channels >= block)
        throw new Error(`channels ${channels} would leave out a whole block of X, which has ${x.shape[1]}, or add one`);
      return resizeChannels(fromBlocked(x), channels);
    },

    GlobalAveragePool([x]) {
      expectImage(x, 'X');
      const [n, c, h, w] = x.shape;
      const { data } = fromBlocked(x);
      const mean = (i: number) => data.subarray(i * h * w, (i + 1) * h * w).reduce((a, b) => a + b, 0) / (h * w);
      return toBlocked({ shape: [n, c, 1, 1], data: Float64Array.from({ length: n * c }, (_, i) => mean(i)) });
    },

    Conv([x, w, bias, sum], attributes) {
      expectImage(x, 'X');
      expectImage(w, 'W');
      const group = integer(attributes, 'group', 1);
      const [out, perGroup] = w.shape;
      const depthwise = perGroup === 1 && out === group;
      const plainInput = perGroup < block && !depthwise;
      if (out % block !== 0 || (!depthwise && (out / group) % block !== 0))
        throw new Error(`W has ${out} output channels in ${group} groups: no whole blocks of ${block}`);
      if (!plainInput && (x.shape[1] % block !== 0 || (!depthwise && perGroup % block !== 0)))
        throw new Error(`X has ${x.shape[1]} channels in ${group} groups: no whole blocks of ${block}`);
      if (plainInput && x.shape[1] >= block && x.shape[1] % block !== 0)
        throw new Error(`X has ${x.shape[1]} channels: neither fewer than ${block} nor whole blocks`);

      const weight = { shape: w.shape, data: pick(w.data, weightPlaces(w.shape, block, depthwise || plainInput)) };
      const y = convolve(plainInput ? x : fromBlocked(x), weight, attributes);
      if (sum) {
        expectShape(sum, y.shape, 'Sum');
        fromBlocked(sum).data.forEach((value, i) => (y.data[i] += value));
      }
      if (bias) addBias(y, bias);
      return toBlocked({ shape: y.shape, data: y.data.map(activation(attributes)) });
    },
  };
}

/** ONNX's Conv on plain tensors of any rank, without its bias. */
export function convolve(x: Tensor, w: Tensor, attributes: Attributes): Tensor {
  const [n, channels, ...size] = x.shape;
  const [out, perGroup, ...kernel] = w.shape;
  const group = integer(attributes, 'group', 1);
  if (x.shape.length !== w.shape.length || channels !== perGroup * group || out % group !== 0)
    throw new Error(`X (${x.shape.join(', ')}) and W (${w.shape.join(', ')}) do not fit in ${group} groups`);
  const window = windowOf(attributes, kernel);
  const { strides, dilations, pads } = window;
  const result = size.map((extent, i) => {
    const room = extent + pads[i] + pads[i + size.length] - dilations[i] * (kernel[i] - 1) - 1;
    if (room < 0) throw new Error(`the kernel is larger than the padded X on spatial axis ${i}`);
    return Math.floor(room / strides[i]) + 1;
  });
  const y = zeros([n, out, ...result]);
  const taps = tapsOf(size, result, kernel, window);
  const [xCount, yCount] = [countOf(size), countOf(result)];
  for (let sample = 0; sample < n; sample++)
    for (let o = 0; o < out; o++)
      for (let c = 0; c < perGroup; c++) {
        const channel = sample * channels + Math.floor(o / (out / group)) * perGroup + c;
        for (let k = 0; k < taps.length; k++) {
          const weight = w.data[(o * perGroup + c) * taps.length + k];
          const { inputs, outputs } = taps[k];
          for (let i = 0; i < inputs.length; i++)
            y.data[(sample * out + o) * yCount + outputs[i]] += weight * x.data[channel * xCount + inputs[i]];
        }
      }
  return y;
}

/** Adds one number a channel, in place. */
export function addBias(y: Tensor, bias: Tensor): void {
  const [, channels, ...size] = y.shape;
  expectShape(bias, [channels], 'the bias');
  const count = countOf(size);
  y.data.forEach((_, i) => (y.data[i] += bias.data[Math.floor(i / count) % channels]));
}

export interface Window {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[]; // before each axis, then behind each
}

export function windowOf(attributes: Attributes, kernel: readonly number[]): Window {
  const list = (name: string, length: number, otherwise: number) => {
    const values = numbers(attributes, name, new Array<number>(length).fill(otherwise));
    if (values.length !== length) throw new Error(`${name} has ${values.length} numbers, not ${length}`);
    return values;
  };
  if (numbers(attributes, 'kernel_shape', kernel).join() !== kernel.join())
    throw new Error(`kernel_shape is not the kernel of W, ${kernel.join(', ')}`);
  const rank = kernel.length;
  return { strides: list('strides', rank, 1), dilations: list('dilations', rank, 1), pads: list('pads', 2 * rank, 0) };
}

/** For each entry of the kernel: which inputs of a channel it takes (never one in the pads), and to which outputs. */
export function tapsOf(
  input: readonly number[],
  output: readonly number[],
  kernel: readonly number[],
  { strides, dilations, pads }: Window,
): { readonly inputs: Int32Array; readonly outputs: Int32Array }[] {
  const entries = kernel.reduce<number[][]>(
    (starts, extent) => starts.flatMap((start) => Array.from({ length: extent }, (_, k) => [...start, k])),
    [[]],
  );
  return entries.map((entry) => {
    const shift = entry.map((k, i) => k * dilations[i] - pads[i]); // input = output * stride + shift
    const first = shift.map((by, i) => Math.max(0, Math.ceil(-by / strides[i])));
    const last = shift.map((by, i) => Math.min(output[i] - 1, Math.floor((input[i] - 1 - by) / strides[i])));
    const extents = first.map((from, i) => Math.max(0, last[i] - from + 1));
    const [inputSteps, outputSteps] = [stepsOf(input), stepsOf(output)];
    const strided = inputSteps.map((step, i) => step * strides[i]);
    return {
      inputs: places(extents, strided, dot(first, strided) + dot(shift, inputSteps)),
      outputs: places(extents, outputSteps, dot(first, outputSteps)),
    };
  });
}

/** Where the entries of `shape`, in order, lie in memory that starts at `start` and has these steps along the axes. */
export function places(shape: readonly number[], steps: readonly number[], start = 0): Int32Array {
  return shape.reduce((starts, extent, axis) => {
    const next = new Int32Array(starts.length * extent);
    starts.forEach((at, i) => {
      for (let k = 0; k < extent; k++) next[i * extent + k] = at + k * steps[axis];
    });
    return next;
  }, Int32Array.of(start));
}

export function pick(data: Float64Array, at: Int32Array): Float64Array {
  return Float64Array.from(at, (place) => data[place]);
}

/** Row-major. */
export function stepsOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => countOf(shape.slice(axis + 1)));
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}

export function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float64Array(countOf(shape)) };
}

export function integer(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name];
  if (value === undefined) return otherwise;
  if (typeof value === 'object' && 'integer' in value) return value.integer;
  throw new Error(`the attribute ${name} must be a whole number`);
}

export function numbers(attributes: Attributes, name: string, otherwise: readonly number[]): readonly number[] {
  const value = attributes[name] ?? otherwise;
  if (typeof value === 'object' && 'floats' in value) return value.floats;
  if (typeof value === 'object' && !('integer' in value)) return value;
  throw new Error(`the attribute ${name} must be a list of numbers`);
}

export function expectShape(tensor: Tensor, shape: readonly number[], name: string): void {
  if (tensor.shape.join() !== shape.join())
    throw new Error(`${name} is (${tensor.shape.join(', ')}), not (${shape.join(', ')})`);
}

function expectImage(tensor: Tensor, name: string): void {
  if (tensor.shape.length !== 4) throw new Error(`${name} is (${tensor.shape.join(', ')}): four axes are needed`);
}

function activation(attributes: Attributes): (value: number) => number {
  switch (attributes.activation) {
    case undefined:
      return (value) => value;
    case 'Relu':
      return (value) => Math.max(value, 0);
    case 'HardSigmoid': {
      const parameters = numbers(attributes, 'activation_params', []);
      if (parameters.length !== 2) throw new Error(`HardSigmoid takes two activation_params, not ${parameters.length}`);
      const [alpha, beta] = parameters;
      return (value) => Math.max(0, Math.min(1, alpha * value + beta));
    }
    default:
      throw new Error(`the activation ${JSON.stringify(attributes.activation)} is not emulated`);
  }
}

/** Where the entries of a plain activation lie in its blocked memory. */
function blockedPlaces([n, c, h, w]: readonly number[], block: number): Int32Array {
  if (c % block !== 0) throw new Error(`${c} channels are no whole blocks of ${block}`);
  const size = h * w;
  return places([n, c / block, block, size], [c * size, block * size, 1, block]);
}

/** Where the entries of a plain weight lie in its blocked memory. */
function weightPlaces([out, c, kh, kw]: readonly number[], block: number, plainInput: boolean): Int32Array {
  const taps = kh * kw;
  const row = c * taps * block;
  return plainInput
    ? places([out / block, block, c, taps], [row, 1, taps * block, block])
    : places([out / block, block, c / block, block, taps], [row, 1, taps * block ** 2, block, block ** 2]);
}

/** The first `channels` of plain `x`; zeros where it has fewer. */
function resizeChannels({ shape: [n, c, h, w], data }: Tensor, channels: number): Tensor {
  const out = zeros([n, channels, h, w]);
  for (let sample = 0; sample < n; sample++) {
    const start = sample * c * h * w;
    out.data.set(data.subarray(start, start + Math.min(c, channels) * h * w), sample * channels * h * w);
  }
  return out;
}
