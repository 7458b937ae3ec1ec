/**
 * Element by element, layout does not matter as long as it is the same: these forms take what comes in blocks as it is, part
 * by part, and bring the rest there. Padding stays zero: the next convolution counts on it.
 */
import { asKernel, asPlain, asPlanes } from '../convert.ts';
import { elementCount, type Shape, type SliceAttributes } from '../../graph/index.ts';
import type { Call, Form } from '../form.ts';
import { kernelParts, type KernelLayout } from '../kernel-layout.ts';
import type { KernelValue, PlanesValue, Value } from '../value.ts';
import type { Writer } from '../writer.ts';
import { affinePlanes } from './channels.ts';
import { partShape } from './grid.ts';
import { blockedConv } from './nchwc.ts';

/** An operator that ONNX has under another name. */
export function blockwise(operator: string): Form<object> {
  return {
    name: operator,
    write: (writer, call) => overParts(writer, call, (names) => writer.graph.node(operator, names)),
  };
}

/** The same for what may make of zeros something else (0 / 0): weights in blocks stay there, activations do not. */
export function weightwise(operator: string): Form<object> {
  const form = blockwise(operator);
  return {
    ...form,
    write(writer, call) {
      const inputs = call.inputs.map((value, i) =>
        value.layout === 'planes' ? asPlain(writer, value, call.shapes[i]) : value,
      );
      return form.write(writer, { ...call, inputs });
    },
  };
}

/** A part that is all zeros adds nothing. */
export const addInBlocks: Form<object> = {
  name: 'Add',
  write(writer, call) {
    const { kernel, shapes } = call;
    if (kernel === null || shapes.some((shape) => shape.length === 0)) return blockwise('Add').write(writer, call);
    const [a, b] = call.inputs.map((value, i) => asKernel(writer, value, { ...kernel, shape: shapes[i] }).parts);
    const parts = a.map((part, k) =>
      part === null || b[k] === null ? (part ?? b[k]) : writer.graph.node('Add', [part, b[k]]),
    );
    return { layout: 'kernel', kernel, parts };
  },
};

/**
 *   y = k x + z     in one pass: a depthwise convolution 1x1 with z as its Sum
 *
 * Of whole blocks; rows are what threads share. For what is small, or no whole blocks, two passes are as good.
 */
export const scaledSumInBlocks: Form<{ readonly factor: number | null }> = {
  name: 'depthwise Conv with Sum',
  when: 'whole blocks of numbers, many of them',
  write(writer, call) {
    const { graph, block } = writer;
    const { factor } = call.attributes;
    const number = call.inputs[2];
    const weight =
      factor === null
        ? writer.once(number, 'each lane', () =>
            graph.node('Expand', [asPlain(writer, number, []).name, graph.integers(block, 1, 1, 1)]),
          )
        : graph.filled(factor, block, 1, 1, 1);
    return overParts(writer, call, ([x, z, k], shape) => {
      const columns = elementCount(shape) / block;
      if (columns < 256 || !Number.isInteger(columns))
        return graph.node('Add', [graph.node('Mul', [x, factor === null ? k : graph.number(factor)]), z]);
      const rows = [64, 32, 16, 8, 4, 2, 1].find((r) => columns % r === 0 && columns > r) ?? 1;
      const asRows = (name: string) => graph.reshape(name, 1, block, rows, columns / rows);
      const made = blockedConv(graph, asRows(x), weight, { kernel: [1, 1], group: block, sum: asRows(z) });
      return graph.reshape(made, ...shape);
    });
  },
};

/**
 *   y = x where c s + t > 0, else 0      the 0 and 1 by a depthwise convolution with HardSigmoid behind it
 */
export const affineGateInPlanes: Form<object> = {
  name: 'blocked: depthwise Conv with HardSigmoid, Mul',
  write(writer, { inputs: [x, c, scale, shift], shapes }) {
    const planes = asPlanes(writer, x, shapes[0]);
    const mask = affinePlanes(writer, asPlanes(writer, c, shapes[1]), asPlain(writer, scale, shapes[2]), {
      shift: asPlain(writer, shift, shapes[3]),
      sum: null,
      activation: 'gate',
    });
    return { ...planes, parts: planes.parts.map((part, k) => writer.graph.node('Mul', [part, mask.parts[k]])) };
  },
};

/** A range of a weight's input channels that has its own parts. */
export const sliceOfKernel: Form<SliceAttributes> = {
  name: 'parts of the weight',
  when: 'a range of input channels with a source of its own',
  write(writer, { inputs: [x], shapes, attributes: { axis, start, length }, shape, kernel }) {
    const ranged = kernel !== null && x.layout === 'kernel' && axis === 1 && isSource(x.kernel, start, length);
    if (!ranged) {
      const { name } = asPlain(writer, x, shapes[0]);
      return { layout: 'plain', name: writer.graph.slice(name, [axis], [start], [start + length]) };
    }
    const parts = x.parts.filter((_, k) => {
      const from = startOf(x.kernel, k);
      return from >= start && from < start + length;
    });
    return { layout: 'kernel', kernel: { ...kernel, shape }, parts };
  },
};

/** The same the other way: the rest of the weight is parts of zeros. */
export const embedIntoKernel: Form<{ readonly axis: number; readonly start: number; readonly length: number }> = {
  name: 'parts of the weight',
  when: 'a range of input channels with a source of its own',
  write(writer, { inputs: [x], shapes, attributes: { axis, start, length }, kernel }) {
    if (kernel === null || axis !== 1 || !isSource(kernel, start, shapes[0][1])) {
      const { name } = asPlain(writer, x, shapes[0]);
      const before = shapes[0].map((_, i) => (i === axis ? start : 0));
      const behind = shapes[0].map((extent, i) => (i === axis ? length - start - extent : 0));
      return { layout: 'plain', name: writer.graph.pad(name, before, behind) };
    }
    const part = asKernel(writer, x, { ...kernel, shape: shapes[0], sources: [shapes[0][1]] });
    let next = 0;
    const parts = kernelParts(kernel).map((_, k) => {
      const from = startOf(kernel, k);
      return from >= start && from < start + shapes[0][1] ? part.parts[next++] : null;
    });
    return { layout: 'kernel', kernel, parts };
  },
};

/** Whether a range of input channels has a source of its own. */
function isSource({ sources }: KernelLayout, start: number, length: number): boolean {
  return sources.some((c, i) => c === length && sources.slice(0, i).reduce((a, b) => a + b, 0) === start);
}

/** First input channel of a part. */
function startOf(kernel: KernelLayout, part: number): number {
  const { source } = kernelParts(kernel)[part];
  return kernel.sources.slice(0, source).reduce((a, b) => a + b, 0);
}

/** Does `write` to each part; single numbers go along with every part. */
function overParts(
  writer: Writer,
  { inputs, shapes, shape, kernel }: Call<unknown>,
  write: (names: readonly string[], shape: Shape) => string,
): Value {
  const whole = inputs.filter((_, i) => shapes[i].length > 0);
  const like = whole.find(({ layout }) => layout !== 'plain') as PlanesValue | KernelValue | undefined;
  if (!like) {
    const name = write(
      inputs.map((value, i) => asPlain(writer, value, shapes[i]).name),
      shape,
    );
    return { layout: 'plain', name };
  }
  const layout = like.layout === 'kernel' ? (kernel ?? like.kernel) : null;
  const brought = inputs.map((value, i) => {
    if (shapes[i].length === 0) return asPlain(writer, value, []);
    return layout === null ? asPlanes(writer, value, shapes[i]) : asKernel(writer, value, layout);
  });
  const nameOf = (value: Value, k: number, zeros: () => string) =>
    value.layout === 'plain' ? value.name : (value.parts[k] ?? zeros());
  if (like.layout === 'planes') {
    const parts = like.parts.map((_, k) =>
      write(
        brought.map((value) => nameOf(value, k, never)),
        partShape(like.grid, k),
      ),
    );
    return { ...like, parts };
  }
  if (layout === null) return never();
  const parts = kernelParts(layout).map(({ shape: ofPart }, k) =>
    write(
      brought.map((value) => nameOf(value, k, () => writer.graph.filled(0, ...ofPart))),
      ofPart,
    ),
  );
  return { layout: 'kernel', kernel: layout, parts };
}

function never(): never {
  throw new Error('An activation has no parts of zeros.');
}
