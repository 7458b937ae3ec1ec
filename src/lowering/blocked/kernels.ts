/** Weights from the program's own layout to blocks and back, and turned around for the gradient to a convolution's input. */
import { elementCount, type Shape } from '../../graph/index.ts';
import { forEachPlace, kernelExtents, kernelParts, type KernelLayout } from '../kernel-layout.ts';
import type { KernelValue, PlainValue } from '../value.ts';
import { reorderInput } from './nchwc.ts';
import type { Writer } from '../writer.ts';

export function kernelFromPlain(writer: Writer, value: PlainValue, kernel: KernelLayout): KernelValue {
  return writer.once(value, `kernel ${kernel.sources.join()}`, () => {
    const from = withZero(writer, value, kernel.shape);
    const zero = elementCount(kernel.shape);
    const parts = kernelParts(kernel).map((part) => {
      const table = tableOf(writer, ['pack', ...keyOf(kernel), part.source, part.z], elementCount(part.shape), (set) =>
        forEachPlace(kernel, part, (i, place) => set(i, place < 0 ? zero : place)),
      );
      return writer.graph.reshape(writer.graph.gather(from, table), ...part.shape);
    });
    return { layout: 'kernel', kernel, parts };
  });
}

export function plainFromKernel(writer: Writer, value: KernelValue): PlainValue {
  return writer.once(value, 'plain', () => {
    const { graph } = writer;
    const { kernel } = value;
    const parts = kernelParts(kernel);
    const starts = parts.map((_, k) => parts.slice(0, k).reduce((sum, { shape }) => sum + elementCount(shape), 0));
    const flat = graph.concat(
      value.parts.map((part, k) =>
        graph.reshape(part ?? graph.filled(0, ...parts[k].shape), elementCount(parts[k].shape)),
      ),
      0,
    );
    const table = tableOf(writer, ['unpack', ...keyOf(kernel)], elementCount(kernel.shape), (set) =>
      parts.forEach((part, k) =>
        forEachPlace(kernel, part, (i, place) => {
          if (place >= 0) set(place, starts[k] + i);
        }),
      ),
    );
    return { layout: 'plain', name: graph.reshape(graph.gather(flat, table), ...kernel.shape) };
  });
}

/**
 * A plain weight for samples that share blocks: the same from each slot to itself, zero from one slot to another.
 * (f o, f c, ...), a weight like any other.
 */
export function foldedKernel(writer: Writer, value: PlainValue, shape: Shape, fold: number): KernelValue {
  const [o, c, ...rest] = shape;
  const kernel: KernelLayout = { shape: [fold * o, fold * c, ...rest], block: writer.block, sources: [fold * c] };
  return writer.once(value, `folded ${fold}`, () => {
    const from = withZero(writer, value, shape);
    const [taps, zero] = [elementCount(rest), elementCount(shape)];
    const parts = kernelParts(kernel).map((part) => {
      const table = tableOf(writer, ['fold', fold, ...keyOf(kernel), part.z], elementCount(part.shape), (set) =>
        forEachPlace(kernel, part, (i, place) => {
          const [row, tap] = [Math.floor(place / taps), place % taps];
          const [output, input] = [Math.floor(row / (fold * c)), row % (fold * c)];
          const same = place >= 0 && Math.floor(output / o) === Math.floor(input / c);
          set(i, same ? ((output % o) * c + (input % c)) * taps + tap : zero);
        }),
      );
      return writer.graph.reshape(writer.graph.gather(from, table), ...part.shape);
    });
    return { layout: 'kernel', kernel, parts };
  });
}

/** The gradient of a weight from that of the folded one: the sum over slots. */
export function unfoldedGradient(writer: Writer, value: KernelValue, shape: Shape, fold: number): PlainValue {
  const { graph } = writer;
  const whole = plainFromKernel(writer, value).name;
  const [o, c, ...rest] = shape;
  const taps = elementCount(rest);
  const slots = Array.from({ length: fold }, (_, slot) => {
    const rows = graph.slice(graph.reshape(whole, fold, o, fold * c * taps), [0], [slot], [slot + 1]);
    return graph.slice(rows, [2], [slot * c * taps], [(slot + 1) * c * taps]);
  });
  return { layout: 'plain', name: graph.reshape(graph.sum(graph.concat(slots, 0), 0), ...shape) };
}

/**
 * The weight of the transposed convolution, as a convolution's:
 *
 *   w'[c, o, k] = w[o, c, K - 1 - k]
 */
export function turned(writer: Writer, value: KernelValue): KernelValue {
  return writer.once(value, 'turned', () => {
    const { shape, block, sources } = value.kernel;
    const { o, kz, ky, kx } = kernelExtents(value.kernel);
    const [ob, cb, taps] = [Math.ceil(o / block), Math.ceil(sources[0] / block), ky * kx];
    const table = blockTable(
      writer,
      ['turned', ob, cb, taps],
      [cb, ob, taps],
      ([c, i, tap]) => (i * cb + c) * taps + taps - 1 - tap,
    );
    const kernel: KernelLayout = { shape: [shape[1], shape[0], ...shape.slice(2)], block, sources: [o] };
    const parts = value.parts.map((_, z) => {
      const turnedPart = turnBlocks(writer, value.parts[kz - 1 - z] as string, table, cb, ob * taps);
      return writer.graph.reshape(turnedPart, cb * block, ob * block, ky, kx);
    });
    return { layout: 'kernel', kernel, parts };
  });
}

/**
 * Transposes each B x B block of a weight and puts the blocks in the order of `table` (of rows of B numbers), which has
 * `first` times `rest` blocks. Few and long rows: with each block on its own ReorderInput would be five times slower.
 */
export function turnBlocks(writer: Writer, part: string, table: string, first: number, rest: number): string {
  const { graph, block } = writer;
  const rows = graph.gather(graph.reshape(part, -1, block), table);
  return reorderInput(graph, graph.reshape(rows, first, block, rest * block, 1));
}

/** The rows that `turnBlocks` takes: for each block of `extents` the number of the block that it comes from. */
export function blockTable(
  writer: Writer,
  key: TableKey,
  [first, ...others]: readonly [number, number, number],
  source: (at: readonly [number, number, number]) => number,
): string {
  const { block } = writer;
  const rest = others[0] * others[1];
  return tableOf(writer, ['blocks', ...key, block], first * block * rest, (set) => {
    let i = 0;
    for (let a = 0; a < first; a++)
      for (let row = 0; row < block; row++)
        for (let b = 0; b < others[0]; b++)
          for (let c = 0; c < others[1]; c++) set(i++, source([a, b, c]) * block + row);
  });
}

/** What a table of indices depends on: it is made once. */
type TableKey = readonly (string | number)[];

/** A table of indices that `fill` sets one by one. */
export function tableOf(
  writer: Writer,
  key: TableKey,
  length: number,
  fill: (set: (i: number, index: number) => void) => void,
): string {
  return writer.graph.indices(key.join(' '), () => {
    const table = new Int32Array(length);
    fill((i, index) => (table[i] = index));
    return table;
  });
}

/** All numbers of a plain tensor in a row, and a zero behind. */
export function withZero(writer: Writer, { name }: PlainValue, shape: Shape): string {
  const { graph } = writer;
  return graph.concat([graph.reshape(name, elementCount(shape)), graph.filled(0, 1)], 0);
}

function keyOf({ shape, block, sources }: KernelLayout): TableKey {
  return [...shape, block, ...sources];
}
