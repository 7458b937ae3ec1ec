/**
 * Computes ONNX models in float64, one plain loop an operator: what hand-written graphs are tested with where their blocked
 * operators are for another processor's block size. Standard operators take blocked memory for row-major, as ONNX Runtime
 * does.
 */
import type { OnnxModel, OnnxNode } from '../../codec/index.ts';
import {
  addBias,
  convolve,
  countOf,
  dot,
  expectShape,
  integer,
  nchwcOperators,
  numbers,
  pick,
  places,
  stepsOf,
  tapsOf,
  windowOf,
  zeros,
  type Attributes,
  type Rule,
  type Tensor,
} from './emulate-nchwc.ts';

/** The model's outputs, its nchwc operators computed as on a processor with this block size. */
export function emulateOnnx(
  model: OnnxModel,
  feeds: Readonly<Record<string, Float32Array>>,
  block: number,
): Record<string, Float32Array> {
  const values = new Map<string, Tensor>();
  for (const { name, shape, data } of model.constants) values.set(name, tensor(name, shape, Array.from(data, Number)));
  for (const { name, shape } of model.inputs) {
    if (!feeds[name]) throw new Error(`The input ${name} is not fed.`);
    values.set(name, tensor(name, shape.map(Number), feeds[name]));
  }
  const domains: Record<string, Readonly<Record<string, Rule>>> = {
    '': standardOperators,
    'com.microsoft.nchwc': nchwcOperators(block),
  };

  let waiting = model.nodes;
  while (waiting.length > 0) {
    const still = waiting.filter((node) => {
      if (!node.inputs.every((name) => name === '' || values.has(name))) return true;
      computeNode(node, domains[node.domain]?.[node.operator], values);
      return false;
    });
    if (still.length === waiting.length) {
      const missing = still[0].inputs.find((name) => name !== '' && !values.has(name));
      throw new Error(`${still[0].operator} ${still[0].name} waits for ${missing}, which nothing makes.`);
    }
    waiting = still;
  }

  return Object.fromEntries(
    model.outputs.map(({ name, shape }) => {
      const value = values.get(name);
      if (!value) throw new Error(`Nothing makes the output ${name}.`);
      expectShape(value, shape.map(Number), `The output ${name}`);
      return [name, Float32Array.from(value.data)];
    }),
  );
}

function computeNode(node: OnnxNode, rule: Rule | undefined, values: Map<string, Tensor>): void {
  const operator = node.domain === '' ? node.operator : `${node.domain}:${node.operator}`;
  if (!rule) throw new Error(`The operator ${operator} is not emulated (node ${node.name}).`);
  try {
    const inputs = node.inputs.map((name) => values.get(name) as Tensor); // undefined is an input left out
    const results = [rule(inputs, node.attributes)].flat();
    if (results.length !== node.outputs.length) throw new Error(`there are ${results.length} results`);
    node.outputs.forEach((name, i) => values.set(name, results[i]));
  } catch (error) {
    throw new Error(`${operator} ${node.name}: ${(error as Error).message}.`, { cause: error });
  }
}

function tensor(name: string, shape: readonly number[], data: ArrayLike<number>): Tensor {
  if (data.length !== countOf(shape)) throw new Error(`${name} has ${data.length} numbers, not ${countOf(shape)}.`);
  return { shape, data: Float64Array.from(data) };
}

const standardOperators: Readonly<Record<string, Rule>> = {
  Identity: ([x]) => x,
  Sqrt: each(Math.sqrt),
  Exp: each(Math.exp),
  Relu: each((value) => Math.max(value, 0)),
  Reciprocal: each((value) => 1 / value),
  HardSigmoid: ([x], attributes) => {
    const [alpha, beta] = [float(attributes, 'alpha', 0.2), float(attributes, 'beta', 0.5)];
    return each((value) => Math.max(0, Math.min(1, alpha * value + beta)))([x], attributes);
  },
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: pairwise((a, b) => a / b),
  Max: pairwise(Math.max),

  Reshape([x, shape]) {
    const wanted = Array.from(shape.data, (extent, axis) => (extent === 0 ? x.shape[axis] : extent));
    const known = countOf(wanted.filter((extent) => extent !== -1));
    const rest = x.data.length / known;
    return view(
      wanted.map((extent) => (extent === -1 ? rest : extent)),
      x,
    );
  },
  Squeeze([x, axes]) {
    const gone = axes ? axesOf(axes, x.shape.length) : [...x.shape.keys()].filter((axis) => x.shape[axis] === 1);
    return view(without(x.shape, gone), x);
  },
  Unsqueeze([x, axes]) {
    const rank = x.shape.length + axes.data.length;
    const shape = [...x.shape];
    for (const axis of axesOf(axes, rank).sort((a, b) => a - b)) shape.splice(axis, 0, 1);
    return view(shape, x);
  },
  Transpose([x], attributes) {
    const order = numbers(attributes, 'perm', x.shape.map((_, axis) => axis).reverse());
    if (order.length !== x.shape.length || x.shape.some((_, axis) => !order.includes(axis)))
      throw new Error(`perm ${order.join(', ')} is no order of ${x.shape.length} axes`);
    const inOrder = (values: readonly number[]) => order.map((axis) => values[axis]);
    return region(x, inOrder(x.shape), inOrder(stepsOf(x.shape)));
  },
  Expand([x, shape]) {
    const wanted = broadcast(x.shape, [...shape.data]);
    return region(x, wanted, broadcastSteps(x.shape, wanted));
  },

  Slice([x, starts, ends, axes, strides]) {
    const [shape, steps, first] = [[...x.shape], stepsOf(x.shape), x.shape.map(() => 0)];
    const chosen = axes ? axesOf(axes, x.shape.length) : [...starts.data.keys()];
    chosen.forEach((axis, i) => {
      const [extent, stride] = [x.shape[axis], strides ? strides.data[i] : 1];
      const [least, most] = stride > 0 ? [0, extent] : [-1, extent - 1];
      // Below zero they count from behind; what then lies outside is moved to the edge.
      const bound = (at: number, lowest: number) => Math.max(lowest, Math.min(most, at < 0 ? at + extent : at));
      first[axis] = bound(starts.data[i], 0);
      shape[axis] = Math.max(0, Math.ceil((bound(ends.data[i], least) - first[axis]) / stride));
      steps[axis] *= stride;
    });
    return region(x, shape, steps, dot(first, stepsOf(x.shape)));
  },
  Split([x, sizes], attributes) {
    const axis = axisOf(attributes, x.shape.length);
    if (!sizes) throw new Error('a split without sizes is not emulated');
    if (sizes.data.reduce((sum, size) => sum + size, 0) !== x.shape[axis])
      throw new Error(`sizes ${sizes.data.join(', ')} do not add up to ${x.shape[axis]}`);
    const steps = stepsOf(x.shape);
    let start = 0;
    return Array.from(sizes.data, (size) => {
      start += size;
      return region(x, x.shape.with(axis, size), steps, (start - size) * steps[axis]);
    });
  },
  Concat(parts, attributes) {
    const axis = axisOf(attributes, parts[0].shape.length);
    const total = parts.reduce((sum, { shape }) => sum + shape[axis], 0);
    const out = zeros(parts[0].shape.with(axis, total));
    let start = 0;
    for (const part of parts) {
      expectShape(part, parts[0].shape.with(axis, part.shape[axis]), 'a part');
      put(out, part, start * stepsOf(out.shape)[axis]);
      start += part.shape[axis];
    }
    return out;
  },
  Gather([x, indices], attributes) {
    const axis = axisOf(attributes, x.shape.length);
    const extent = x.shape[axis];
    const inner = countOf(x.shape.slice(axis + 1));
    const rows = Array.from(indices.data, (index) => {
      if (index < -extent || index >= extent) throw new Error(`index ${index} is outside 0..${extent - 1}`);
      return index < 0 ? index + extent : index;
    });
    const data = new Float64Array((x.data.length / extent) * rows.length);
    for (let outer = 0; outer * extent * inner < x.data.length; outer++)
      rows.forEach((row, i) => {
        const from = (outer * extent + row) * inner;
        data.set(x.data.subarray(from, from + inner), (outer * rows.length + i) * inner);
      });
    return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], data };
  },
  Pad([x, pads, value], attributes) {
    if ((attributes.mode ?? 'constant') !== 'constant' || value?.data[0]) throw new Error('only zeros are emulated');
    const rank = x.shape.length;
    if (pads.data.length !== 2 * rank || pads.data.some((count) => count < 0))
      throw new Error(`pads ${pads.data.join(', ')} do not fit ${rank} axes`);
    const out = zeros(x.shape.map((extent, i) => extent + pads.data[i] + pads.data[i + rank]));
    put(out, x, dot([...pads.data.subarray(0, rank)], stepsOf(out.shape)));
    return out;
  },
  ReduceSum([x, axes], attributes) {
    const summed = axes ? axesOf(axes, x.shape.length) : [...x.shape.keys()];
    const out = zeros(x.shape.map((extent, axis) => (summed.includes(axis) ? 1 : extent)));
    places(x.shape, broadcastSteps(out.shape, x.shape)).forEach((at, i) => (out.data[at] += x.data[i]));
    return integer(attributes, 'keepdims', 1) === 1 ? out : view(without(out.shape, summed), out);
  },

  MatMul([a, b]) {
    const [rows, inner] = a.shape.slice(-2);
    const [height, columns] = b.shape.slice(-2);
    if (a.shape.length < 2 || b.shape.length < 2 || inner !== height)
      throw new Error(`(${a.shape.join(', ')}) by (${b.shape.join(', ')}) are no matrices to multiply`);
    const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const out = zeros([...batch, rows, columns]);
    const [aStart, bStart] = [a, b].map(({ shape }) =>
      places(batch, broadcastSteps(shape.slice(0, -2), batch, countOf(shape.slice(-2)))),
    );
    aStart.forEach((start, matrix) => {
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < inner; k++)
          for (let column = 0; column < columns; column++)
            out.data[(matrix * rows + row) * columns + column] +=
              a.data[start + row * inner + k] * b.data[bStart[matrix] + k * columns + column];
    });
    return out;
  },
  Conv([x, w, bias], attributes) {
    const y = convolve(x, w, attributes);
    if (bias) addBias(y, bias);
    return y;
  },
  ConvTranspose([x, w, bias], attributes) {
    const [n, channels, ...size] = x.shape;
    const [from, to, ...kernel] = w.shape;
    if (x.shape.length !== w.shape.length || channels !== from || integer(attributes, 'group', 1) !== 1)
      throw new Error(`X (${x.shape.join(', ')}) and W (${w.shape.join(', ')}) do not fit in one group`);
    if (attributes.output_shape !== undefined) throw new Error('output_shape is not emulated');
    const window = windowOf(attributes, kernel);
    const { strides, dilations, pads } = window;
    const more = numbers(attributes, 'output_padding', new Array<number>(kernel.length).fill(0));
    const result = size.map((extent, i) => {
      const span = dilations[i] * (kernel[i] - 1) + 1;
      return (extent - 1) * strides[i] + span + more[i] - pads[i] - pads[i + size.length];
    });
    const y = zeros([n, to, ...result]);
    const [xCount, yCount] = [countOf(size), countOf(result)];
    // A convolution that takes its inputs from y, with every tap reversed.
    tapsOf(result, size, kernel, window).forEach(({ inputs, outputs }, k, { length }) => {
      for (let sample = 0; sample < n; sample++)
        for (let c = 0; c < from; c++)
          for (let o = 0; o < to; o++)
            for (let i = 0; i < inputs.length; i++)
              y.data[(sample * to + o) * yCount + inputs[i]] +=
                w.data[(c * to + o) * length + k] * x.data[(sample * from + c) * xCount + outputs[i]];
    });
    if (bias) addBias(y, bias);
    return y;
  },
};

function each(f: (value: number) => number): Rule {
  return ([x]) => ({ shape: x.shape, data: x.data.map(f) });
}

function pairwise(f: (a: number, b: number) => number): Rule {
  return (inputs) =>
    inputs.reduce((a, b) => {
      const shape = broadcast(a.shape, b.shape);
      const [aAt, bAt] = [a, b].map((x) => places(shape, broadcastSteps(x.shape, shape)));
      return { shape, data: Float64Array.from(aAt, (at, i) => f(a.data[at], b.data[bAt[i]])) };
    });
}

/** The shape that both take by repeating what is 1 or missing in front. */
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const [left, right] = [a, b].map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
  return left.map((extent, axis) => {
    if (extent !== right[axis] && extent !== 1 && right[axis] !== 1)
      throw new Error(`(${a.join(', ')}) and (${b.join(', ')}) do not broadcast`);
    return extent === 1 ? right[axis] : extent;
  });
}

/** Steps that walk `shape` as if it were `wanted`; `unit` entries lie at each place of it. */
function broadcastSteps(shape: readonly number[], wanted: readonly number[], unit = 1): number[] {
  const steps = stepsOf(shape).map((step, axis) => (shape[axis] === 1 ? 0 : step * unit));
  return [...new Array<number>(wanted.length - shape.length).fill(0), ...steps];
}

/** The same memory under another shape. */
function view(wanted: readonly number[], { shape, data }: Tensor): Tensor {
  if (countOf(wanted) !== data.length) throw new Error(`(${shape.join(', ')}) cannot become (${wanted.join(', ')})`);
  return { shape: wanted, data };
}

/** The part of `x` of this shape whose entries lie at `steps` along the axes, from `start`. */
function region(x: Tensor, shape: readonly number[], steps: readonly number[], start = 0): Tensor {
  return { shape, data: pick(x.data, places(shape, steps, start)) };
}

/** Copies `part` to where its first entry lies at `start`. */
function put(out: Tensor, part: Tensor, start: number): void {
  places(part.shape, stepsOf(out.shape), start).forEach((at, i) => (out.data[at] = part.data[i]));
}

function without(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}

function axesOf(axes: Tensor, rank: number): number[] {
  return Array.from(axes.data, (axis) => axisWithin(axis, rank));
}

function axisOf(attributes: Attributes, rank: number): number {
  return axisWithin(integer(attributes, 'axis', 0), rank);
}

function axisWithin(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw new Error(`there is no axis ${axis} among ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

function float(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name] ?? otherwise;
  if (typeof value !== 'number') throw new Error(`the attribute ${name} must be a float`);
  return value;
}
