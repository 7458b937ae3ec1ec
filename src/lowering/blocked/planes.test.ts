/** Activations brought to blocked planes and back, and from one way of cutting them to another. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementCount, type Shape } from '../../graph/index.ts';
import { OnnxGraph } from '../onnx-graph.ts';
import { emulateOnnx } from '../testing/emulate-onnx.ts';
import { draw, expectClose } from '../testing/expect-blocked.ts';
import type { PlanesValue } from '../value.ts';
import { Writer } from '../writer.ts';
import { cutLike, gridOf, type Grid } from './grid.ts';
import { onGrid, plainFromPlanes, planesFromPlain } from './planes.ts';

/** Where (n, c, z, y, x) lies: in part (group, parity) at (planes, C/B, y, x, B). Padding lanes have `padding`. */
function laidOut(data: Float32Array, { n, c, d, h, w, block: B, fold, groups, parities }: Grid, padding = 0) {
  const lanes = Math.ceil((fold * c) / B) * B;
  const parts = groups.flatMap((samples) =>
    Array.from({ length: parities }, () =>
      new Float32Array((samples / fold) * (d / parities) * lanes * h * w).fill(padding),
    ),
  );
  let value = 0;
  for (let sample = 0; sample < n; sample++) {
    let [group, i] = [0, sample];
    while (i >= groups[group]) i -= groups[group++];
    const slot = Math.floor((i * fold) / groups[group]);
    const set = i % (groups[group] / fold);
    for (let channel = 0; channel < c; channel++)
      for (let z = 0; z < d; z++)
        for (let y = 0; y < h; y++)
          for (let x = 0; x < w; x++) {
            const lane = slot * c + channel;
            const plane = set * (d / parities) + Math.floor(z / parities);
            const at = (((plane * (lanes / B) + Math.floor(lane / B)) * h + y) * w + x) * B + (lane % B);
            parts[group * parities + (z % parities)][at] = data[value++];
          }
  }
  return parts;
}

const shapes: fc.Arbitrary<Shape> = fc
  .record({
    n: fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 16),
    c: fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 16, 20),
    zyx: fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
    ),
  })
  .map(({ n, c, zyx }) => [n, c, ...zyx]);
const block = fc.constantFrom<8 | 16>(8, 16);
interface Cut {
  readonly shape: Shape;
  readonly block: 8 | 16;
  /** Of each group, or as many as share a block. */
  readonly samples: number;
}
const samples = fc.constantFrom(1, 2, 3, 5, 8, 100);
const cuts: fc.Arbitrary<Cut> = fc.record({ shape: shapes, block, samples });
const gridFor = ({ shape, block, samples }: Cut) => gridOf(shape, block, samples * elementCount(shape.slice(2)));
const settings = { seed: 11, numRuns: 60 };

/** What is written from `x`, or from planes that are fed part by part. */
function computed(
  { shape, block, samples }: Cut,
  feeds: Readonly<Record<string, { readonly shape: Shape; readonly data: Float32Array }>>,
  write: (writer: Writer) => Readonly<Record<string, { readonly name: string; readonly shape: Shape }>>,
): Record<string, Float32Array> {
  const graph = new OnnxGraph();
  const outputs = write(new Writer(graph, block, samples * elementCount(shape.slice(2))));
  for (const [name, made] of Object.entries(outputs)) graph.output(name, made.name);
  const model = {
    opsets: {},
    inputs: Object.entries(feeds).map(([name, { shape }]) => ({ name, shape })),
    outputs: Object.entries(outputs).map(([name, { shape }]) => ({ name, shape })),
    constants: graph.constants,
    nodes: graph.finished(),
  };
  return emulateOnnx(model, Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data])), block);
}

const shapeOfPart = ({ lanes, h, w }: Grid, data: Float32Array): Shape => [data.length / (lanes * h * w), lanes, h, w];

/** Planes that are fed, under the names of their parts. */
function fedPlanes(grid: Grid, parts: readonly Float32Array[]) {
  const feeds = Object.fromEntries(parts.map((data, k) => [`part ${k}`, { data, shape: shapeOfPart(grid, data) }]));
  const value: PlanesValue = { layout: 'planes', grid, parts: Object.keys(feeds) };
  return { feeds, value };
}

function outputsOf({ grid, parts }: PlanesValue, expected: readonly Float32Array[]) {
  expect(parts).toHaveLength(expected.length);
  return Object.fromEntries(parts.map((name, k) => [`made ${k}`, { name, shape: shapeOfPart(grid, expected[k]) }]));
}

const numbered = (parts: readonly Float32Array[]) => Object.fromEntries(parts.map((part, k) => [`made ${k}`, part]));

describe('each number', () => {
  it('is brought to its place in planes, zeros elsewhere', () =>
    fc.assert(
      fc.property(cuts, (cut) => {
        const { shape } = cut;
        const { x } = draw({ x: shape });
        const parts = laidOut(x, gridFor(cut));
        const made = computed(cut, { x: { shape, data: x } }, (writer) =>
          outputsOf(planesFromPlain(writer, { layout: 'plain', name: 'x' }, shape), parts),
        );
        expectClose(numbered(parts), made, 0);
      }),
      settings,
    ));
  it('is brought back, whatever lies in padding lanes', () =>
    fc.assert(
      fc.property(cuts, (cut) => {
        const { shape } = cut;
        const { x } = draw({ x: shape });
        const { feeds, value } = fedPlanes(gridFor(cut), laidOut(x, gridFor(cut), 7));
        const made = computed(cut, feeds, (writer) => ({
          result: { name: plainFromPlanes(writer, value, shape).name, shape },
        }));
        expectClose({ result: x }, made, 0);
      }),
      settings,
    ));
  /** Cut for another number of channels, with as many slots or fewer: also more than fit into one block. */
  const others = fc.record({ samples, channels: fc.constantFrom(1, 2, 4, 8, 20), most: fc.constantFrom(1, 2, 4, 16) });
  it('is brought to the place that other groups and other slots have for it, zeros elsewhere', () =>
    fc.assert(
      fc.property(cuts, others, others, (cut, ...sides) => {
        const { shape } = cut;
        const [from, to] = sides.map(({ samples, channels, most }) => {
          const other = gridFor({ ...cut, shape: [shape[0], channels, ...shape.slice(2)], samples });
          return cutLike(gridFor(cut), other, Math.min(most, other.fold));
        });
        const { x } = draw({ x: shape });
        const { feeds, value } = fedPlanes(from, laidOut(x, from, from.fold === to.fold ? 0 : 7));
        const parts = laidOut(x, to);
        const made = computed(cut, feeds, (writer) => outputsOf(onGrid(writer, value, to), parts));
        expectClose(numbered(parts), made, 0);
      }),
      { ...settings, numRuns: 120 },
    ));
});

it('what is cut as asked stays as it is', () => {
  const cut: Cut = { shape: [8, 3, 2, 2, 2], block: 8, samples: 4 };
  const { value } = fedPlanes(gridFor(cut), laidOut(draw({ x: cut.shape }).x, gridFor(cut)));
  const graph = new OnnxGraph();
  expect(onGrid(new Writer(graph, 8, 32), value, gridFor(cut))).toBe(value);
  expect(graph.nodes).toEqual([]);
});
