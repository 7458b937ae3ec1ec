/** Weights in blocks that live on from run to run: kept in parts, moved on by an update, the same numbers as anywhere. */
import { describe, expect, it } from 'vitest';
import {
  add,
  constant,
  conv,
  convTranspose,
  div,
  elementCount,
  embed,
  gradients,
  input,
  mul,
  program,
  relu,
  slice,
  sqrt,
  sub,
  sum,
  type Input,
  type Program,
  type Shape,
  type Tensor,
} from '../../graph/index.ts';
import { lower, lowerToModel } from '../index.ts';
import {
  draw,
  emulatedRuns,
  expectSameRuns,
  referenceRuns,
  requireBlocks,
  runtime,
  sessionRuns,
  type Task,
} from '../testing/expect-blocked.ts';

const around = { strides: [1, 1, 1], pads: [1, 1, 1] };

/** Every carried tensor's next value: Adam's, by the gradient of the mean square of `y`. */
function learning(y: Tensor, parameters: readonly Input[]): Program {
  const loss = mul(sum(mul(y, y)), constant(1 / elementCount(y.shape)));
  const rate = input('rate', []);
  const found = gradients(loss, parameters);
  const carried = parameters.flatMap((p, i) => {
    const [m, v] = [input(`m ${p.name}`, p.shape), input(`v ${p.name}`, p.shape)];
    const g = found[i] as Tensor;
    const mNext = add(mul(m, constant(0.5)), mul(g, constant(0.5)));
    const vNext = add(mul(v, constant(0.75)), mul(mul(g, g), constant(0.25)));
    const next = sub(p, div(mul(mNext, rate), add(sqrt(vNext), constant(0.25))));
    return [
      { input: p, next },
      { input: m, next: mNext },
      { input: v, next: vNext },
    ];
  });
  return program({ loss, y }, carried);
}

/** Two runs, every number drawn; second moments are positive. */
function task(whole: Program): Task {
  const shapes = (inputs: readonly Input[]) => Object.fromEntries(inputs.map(({ name, shape }) => [name, shape]));
  const carried = draw(shapes(whole.carried.map((one) => one.input)), 5);
  for (const [name, data] of Object.entries(carried))
    carried[name] = name.startsWith('v ') ? data.map((value) => 0.5 + Math.abs(value)) : data.map((value) => value / 4);
  const feeds = [1, 2].map((seed) => ({ ...draw(shapes(whole.fed), seed), rate: Float32Array.of(0.125) }));
  return { whole, feeds, carried };
}

/** Where a sum comes so close to 0 that rounding opens or shuts a ReLU, a step of a weight differs by its whole share. */
const AFTER_TWO_RUNS = 5e-5;

/** Against the reference in blocks of 8 and 16, and in this processor's against the generic forms. */
async function expectSameAnywhere(whole: Program): Promise<void> {
  const all = task(whole);
  const expected = referenceRuns(all);
  for (const block of [8, 16] as const)
    expectSameRuns(expected, emulatedRuns(all, block), 2e-6, `in blocks of ${block}, `);
  if (runtime.traits.convBlock === null) return;
  expectSameRuns(await sessionRuns(all, null), await sessionRuns(all), AFTER_TWO_RUNS);
}

interface TwoSources {
  readonly n: number;
  readonly zyx: Shape;
  readonly channels: readonly [number, number];
  readonly outputs: number;
}

/** y = relu(conv of two sources, by slices of one weight), convolved again and halved. */
function twoSources({ n, zyx, channels: [first, second], outputs }: TwoSources): Program {
  const [x0, x1] = [input('x0', [n, first, ...zyx]), input('x1', [n, second, ...zyx])];
  const w = input('w', [outputs, first + second, 3, 3, 3]);
  const b = input('b', [outputs]);
  const u = input('u', [outputs, outputs, 3, 3, 3]);
  const down = input('down', [outputs, outputs, 2, 2, 2]);
  const y = relu(add(conv(x0, slice(w, 1, 0, first), b, around), conv(x1, slice(w, 1, first, second), null, around)));
  const above = conv(y, u, null, around);
  const of = { strides: [2, 2, 2], pads: [0, 0, 0] };
  const below = relu(conv(above, down, null, of));
  return learning(add(above, convTranspose(below, down, null, { ...of, extents: zyx })), [w, b, u, down]);
}

describe.each([
  { name: 'one pair, channels in whole blocks', n: 1, zyx: [2, 4, 2], channels: [16, 8], outputs: 8 },
  { name: 'Winograd, channels in no whole blocks', n: 1, zyx: [4, 2, 4], channels: [6, 9], outputs: 7 },
  { name: 'even planes below, few channels of one source', n: 2, zyx: [4, 2, 2], channels: [8, 2], outputs: 20 },
] as const)('a weight of two sources: $name', (of) => {
  const { channels, outputs } = of;
  const whole = twoSources(of);

  it.each([8, 16] as const)('is kept in parts of its sources, and so are its moments, in blocks of %i', (block) => {
    const { carried } = lowerToModel(whole, { ...runtime.traits, convBlock: block });
    const padded = (c: number) => Math.ceil(c / block) * block;
    const parts = channels.flatMap((c, source) =>
      [0, 1, 2].map((z) => ({ source, z, shape: [padded(outputs), padded(c), 3, 3] })),
    );
    for (const name of ['w', 'm w', 'v w'])
      expect(carried.find((one) => one.name === name)).toEqual({
        name,
        shape: [outputs, channels[0] + channels[1], 3, 3, 3],
        kernel: { shape: [outputs, channels[0] + channels[1], 3, 3, 3], block, sources: channels },
        parts: parts.map(({ source, z, shape }) => ({
          name: `${name}#${source}.${z}`,
          shape,
          output: `next ${name}#${source}.${z}`,
        })),
      });
    const kernels = new Set(carried.filter(({ kernel }) => kernel !== null).map(({ name }) => name));
    expect(kernels).toEqual(new Set(['w', 'u', 'down'].flatMap((name) => [name, `m ${name}`, `v ${name}`])));
  });
  it('is moved on to the same numbers as anywhere, run after run', () => expectSameAnywhere(whole));
  it('is read as it was written, bit for bit', async (context) => {
    requireBlocks(context);
    const { carried } = task(whole);
    for (const data of Object.values(carried)) data.set([-0, 1e-42, 3.4e38, Infinity].slice(0, data.length));
    const session = await runtime.load(lower(whole, runtime.traits));
    await session.writeCarried(Object.fromEntries(Object.entries(carried).map(([name, data]) => [name, data.slice()])));
    const read = await session.readCarried();
    await session.close();
    expect(Object.keys(read).toSorted()).toEqual(Object.keys(carried).toSorted());
    for (const [name, data] of Object.entries(carried))
      expect(new Uint32Array(read[name].buffer), name).toEqual(new Uint32Array(data.buffer));
  });
});

describe.each([
  { name: 'all sides alike', n: 4, zyx: [2, 2, 2], channels: [3, 3], outputs: 3, plain: ['w', 'u', 'down'] },
  { name: 'one source of other channels', n: 4, zyx: [4, 2, 2], channels: [8, 2], outputs: 4, plain: ['u', 'down'] },
  { name: 'outputs of other channels', n: 2, zyx: [2, 2, 2], channels: [1, 4], outputs: 9, plain: [] },
] as const)('a weight of two sources whose samples share blocks: $name', ({ plain, ...of }) => {
  const whole = twoSources(of);

  it('is kept as it is where samples of all sides do, and so are its moments, in blocks of 8', () => {
    const { carried } = lowerToModel(whole, { ...runtime.traits, convBlock: 8 });
    const kept = carried.filter(({ kernel }) => kernel === null).map(({ name }) => name);
    expect(kept.toSorted()).toEqual(['b', ...plain].flatMap((name) => [name, `m ${name}`, `v ${name}`]).toSorted());
    for (const { name, shape, parts } of carried.filter(({ kernel }) => kernel === null))
      expect(parts).toEqual([{ name, shape, output: `next ${name}` }]);
  });
  it('is moved on to the same numbers as anywhere, run after run', () => expectSameAnywhere(whole));
});

describe('nothing in blocks is brought to the plain layout on its way to the next run', () => {
  const isPlainSomewhere = (whole: Program) => {
    const { model } = lowerToModel(whole, { ...runtime.traits, convBlock: 8 });
    const shape = whole.carried[0].next.shape.join();
    const name = model.constants.find(({ data }) => data.join() === shape)?.name;
    return model.nodes.some(({ operator, inputs }) => operator === 'Reshape' && inputs[1] === name);
  };

  it('where weights have whole blocks of numbers', () =>
    expect(isPlainSomewhere(twoSources({ n: 2, zyx: [2, 4, 2], channels: [16, 8], outputs: 8 }))).toBe(false));
  it('where they have not', () =>
    expect(isPlainSomewhere(twoSources({ n: 2, zyx: [2, 4, 2], channels: [6, 9], outputs: 7 }))).toBe(false));
});

it('a weight that no step changes is kept in parts too, and stays', async () => {
  const [x, w] = [input('x', [2, 8, 2, 3, 3]), input('w', [8, 8, 3, 3, 3])];
  const rate = input('rate', []);
  const whole = program({ y: mul(conv(x, w, null, around), rate) }, [{ input: w, next: w }]);
  await expectSameAnywhere(whole);
  const [{ kernel, parts }] = lowerToModel(whole, { ...runtime.traits, convBlock: 8 }).carried;
  expect(kernel).not.toBeNull();
  expect(parts.map(({ output }) => output)).toEqual([null, null, null]);
});

it('weights may change places from run to run', async () => {
  const x = input('x', [1, 8, 2, 3, 3]);
  const [w, v] = [input('w', [8, 8, 3, 3, 3]), input('v', [8, 8, 3, 3, 3])];
  const rate = input('rate', []);
  const whole = program({ y: mul(conv(x, w, null, around), rate) }, [
    { input: w, next: v },
    { input: v, next: w },
  ]);
  await expectSameAnywhere(whole);
});

it('a carried weight is a result as well, in its own shape', async () => {
  const [x, w] = [input('x', [1, 9, 1, 3, 3]), input('w', [8, 9, 3, 3, 3])];
  const rate = input('rate', []);
  const y = conv(x, w, null, around);
  const g = gradients(sum(y), [w])[0] as Tensor; // its outer planes are parts of zeros
  await expectSameAnywhere(
    program({ y: mul(y, rate), same: w, g, twice: mul(w, constant(2)) }, [{ input: w, next: g }]),
  );
});

describe('a weight that is used by other parts than its sources', () => {
  const zyx = [2, 3, 3];
  const x = (channels: number, name = `x${channels}`) => input(name, [1, channels, ...zyx]);
  const w = input('w', [16, 16, 3, 3, 3]);
  const sliced = (axis: number, start: number, length: number) => slice(w, axis, start, length);

  it('as a whole and by slices: is right', () => {
    const y = add(
      relu(conv(x(16), w, null, around)),
      relu(add(conv(x(8, 'a'), sliced(1, 0, 8), null, around), conv(x(8, 'b'), sliced(1, 8, 8), null, around))),
    );
    return expectSameAnywhere(learning(y, [w]));
  });
  it('turned as a whole and by slices: is right', () => {
    const y = add(
      relu(convTranspose(x(16), w, null, { ...around, extents: zyx })),
      relu(add(conv(x(8, 'a'), sliced(1, 0, 8), null, around), conv(x(8, 'b'), sliced(1, 8, 8), null, around))),
    );
    return expectSameAnywhere(learning(y, [w]));
  });
  it('by slices that overlap: is right', () => {
    const y = add(
      relu(conv(x(9, 'a'), sliced(1, 0, 9), null, around)),
      relu(conv(x(12, 'b'), sliced(1, 4, 12), null, around)),
    );
    return expectSameAnywhere(learning(y, [w]));
  });
  it('by a slice of a slice: is right', () => {
    const y = conv(x(6), slice(sliced(1, 4, 12), 1, 6, 6), null, around);
    return expectSameAnywhere(learning(y, [w]));
  });
  it('by slices of its outputs: is right', () => {
    const y = add(relu(conv(x(16), sliced(0, 0, 8), null, around)), conv(x(16, 'a'), sliced(0, 8, 8), null, around));
    return expectSameAnywhere(learning(y, [w]));
  });
  it('as a whole and by a slice of its outputs: is right', () => {
    const whole = slice(relu(conv(x(16), w, null, around)), 1, 0, 8);
    return expectSameAnywhere(learning(add(whole, conv(x(16, 'a'), sliced(0, 8, 8), null, around)), [w]));
  });
  it('as a whole, one of its planes along z aside: is right', () => {
    const [flat, v] = [input('flat', [1, 16, 3, 3]), input('v', [16, 16, 1, 3, 3])];
    const y = conv(x(16), add(w, embed(v, 2, 2, 3)), null, around);
    return expectSameAnywhere(learning(mul(y, sum(flat)), [w, v]));
  });
  it('by three slices: is right', () => {
    const y = add(
      add(conv(x(8, 'a'), sliced(1, 0, 8), null, around), conv(x(2, 'b'), sliced(1, 8, 2), null, around)),
      conv(x(6, 'c'), sliced(1, 10, 6), null, around),
    );
    return expectSameAnywhere(learning(y, [w]));
  });
  it('by slices that leave some of it out: is right', () => {
    const y = add(conv(x(6, 'a'), sliced(1, 1, 6), null, around), conv(x(7, 'b'), sliced(1, 8, 7), null, around));
    return expectSameAnywhere(learning(y, [w]));
  });
  it('by two convolutions: is right', () => {
    const y = add(relu(conv(x(16, 'a'), w, null, around)), relu(conv(x(16, 'b'), w, null, around)));
    return expectSameAnywhere(learning(y, [w]));
  });
  it('by one sample, by two and by four that share blocks, once turned: is right', () => {
    const v = input('v', [4, 4, 3, 3, 3]);
    const batches = [1, 2, 4].map((n) => input(`x${n}`, [n, 4, ...zyx]));
    const first = (y: Tensor) => slice(y, 0, 0, 1);
    const [one, two, four] = batches.map((x) => relu(conv(x, v, null, around)));
    const turned = relu(convTranspose(batches[1], v, null, { ...around, extents: zyx }));
    return expectSameAnywhere(learning(add(add(one, first(two)), add(first(four), first(turned))), [v]));
  });
  it('of a constant, as a whole and by slices: is right', async () => {
    const weight = constant(draw({ w: w.shape }).w, w.shape);
    const part = (start: number) => slice(weight, 1, start, 8);
    const rate = input('rate', []);
    const y = add(
      relu(conv(x(16), weight, null, around)),
      relu(add(conv(x(8, 'a'), part(0), null, around), conv(x(8, 'b'), part(8), null, around))),
    );
    await expectSameAnywhere(program({ y: mul(y, rate) }));
  });
});

it('a step downhill without moments is right', async () => {
  const [x, w, rate] = [input('x', [2, 8, 2, 3, 3]), input('w', [8, 8, 3, 3, 3]), input('rate', [])];
  const y = conv(x, w, null, around);
  const [g] = gradients(sum(mul(y, y)), [w]);
  await expectSameAnywhere(program({ y }, [{ input: w, next: sub(w, mul(g as Tensor, rate)) }]));
});
