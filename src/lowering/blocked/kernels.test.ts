/** Weights for samples that share blocks, and their gradients. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { elementCount, type Shape } from '../../graph/index.ts';
import { kernelParts, packKernel, type KernelLayout } from '../kernel-layout.ts';
import { OnnxGraph } from '../onnx-graph.ts';
import { emulateOnnx } from '../testing/emulate-onnx.ts';
import { draw, expectClose } from '../testing/expect-blocked.ts';
import { Writer } from '../writer.ts';
import { foldedKernel, unfoldedGradient } from './kernels.ts';

const folded = fc.record({
  fold: fc.constantFrom(2, 4, 8, 16),
  o: fc.constantFrom(1, 2, 3, 5, 8, 9),
  c: fc.constantFrom(1, 2, 3, 4, 8, 10),
  taps: fc.constantFrom<Shape>([1, 1], [2, 2], [3, 3], [2, 2, 2], [3, 3, 3]),
  block: fc.constantFrom<8 | 16>(8, 16),
});
const settings = { seed: 11, numRuns: 40 };

const wholeOf = (o: number, c: number, taps: Shape, fold: number, block: number): KernelLayout => ({
  shape: [fold * o, fold * c, ...taps],
  block,
  sources: [fold * c],
});

/** Calls `visit` for each number of a weight in each slot, with its place and that in the folded weight. */
function forEachInSlots(
  { o, c, taps, fold }: { o: number; c: number; taps: Shape; fold: number },
  visit: (place: number, folded: number) => void,
): void {
  const size = elementCount(taps);
  for (let slot = 0; slot < fold; slot++)
    for (let output = 0; output < o; output++)
      for (let channel = 0; channel < c; channel++)
        for (let tap = 0; tap < size; tap++)
          visit(
            (output * c + channel) * size + tap,
            ((slot * o + output) * fold * c + slot * c + channel) * size + tap,
          );
}

it('a weight leads from each slot to itself, and to no other', () =>
  fc.assert(
    fc.property(folded, ({ block, ...of }) => {
      const { fold, o, c, taps } = of;
      const shape = [o, c, ...taps];
      const { w } = draw({ w: shape });
      const layout = wholeOf(o, c, taps, fold, block);
      const whole = new Float32Array(elementCount(layout.shape));
      forEachInSlots(of, (place, at) => (whole[at] = w[place]));

      const graph = new OnnxGraph();
      const made = foldedKernel(new Writer(graph, block, 1), { layout: 'plain', name: 'w' }, shape, fold);
      expect(made.kernel).toEqual(layout);
      made.parts.forEach((part, k) => graph.output(`part ${k}`, part as string));
      const outputs = kernelParts(layout).map(({ shape }, k) => ({ name: `part ${k}`, shape }));
      const model = { opsets: {}, inputs: [{ name: 'w', shape }], outputs, constants: graph.constants };
      const expected = packKernel(whole, layout).map((part, k) => [`part ${k}`, part] as const);
      expectClose(Object.fromEntries(expected), emulateOnnx({ ...model, nodes: graph.finished() }, { w }, block), 0);
    }),
    settings,
  ));

it("a weight's gradient is the sum over slots, whatever lies between them", () =>
  fc.assert(
    fc.property(folded, fc.boolean(), ({ block, ...of }, onlyMiddle) => {
      const { fold, o, c, taps } = of;
      const shape = [o, c, ...taps];
      const layout = wholeOf(o, c, taps, fold, block);
      const { g } = draw({ g: layout.shape });
      const planes = kernelParts(layout);
      const isThere = planes.map((_, k) => !onlyMiddle || planes.length === 1 || k === 1);
      const perPlane = elementCount(taps) / planes.length;
      const expected = new Float64Array(elementCount(shape));
      forEachInSlots(of, (place, at) => {
        const z = Math.floor((at % elementCount(taps)) / perPlane);
        if (isThere[z]) expected[place] += g[at];
      });

      const graph = new OnnxGraph();
      const parts = planes.map((_, k) => (isThere[k] ? `part ${k}` : null));
      const value = { layout: 'kernel', kernel: layout, parts } as const;
      graph.output('result', unfoldedGradient(new Writer(graph, block, 1), value, shape, fold).name);
      const inputs = planes.flatMap(({ shape }, k) => (isThere[k] ? [{ name: `part ${k}`, shape }] : []));
      const model = { opsets: {}, inputs, outputs: [{ name: 'result', shape }], constants: graph.constants };
      const packed = packKernel(g, layout).map((part, k) => [`part ${k}`, part] as const);
      const got = emulateOnnx({ ...model, nodes: graph.finished() }, Object.fromEntries(packed), block);
      expectClose({ result: expected }, got, 1e-6);
    }),
    settings,
  ));
