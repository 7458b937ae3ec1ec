import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isUnstainedError } from '../core/index.ts';
import { decodeSafetensors, encodeSafetensors, encodeSafetensorsHeader, safetensorsBody } from './safetensors.ts';
import type { Float32Tensor } from './safetensors.ts';

const example: Record<string, Float32Tensor> = {
  'conv.weight': { shape: [2, 3], data: new Float32Array([1, -2, 3.5, 4, 5, 6]) },
  'conv.bias': { shape: [2], data: new Float32Array([0.25, -0.125]) },
  step: { shape: [], data: new Float32Array([7]) },
};

function withHeader(header: unknown, body = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

const tensor = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain((shape) =>
    fc
      .float32Array({ minLength: shape.reduce((a, b) => a * b, 1), maxLength: shape.reduce((a, b) => a * b, 1) })
      .map((data) => ({ shape, data })),
  );
const name = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text !== '__metadata__');

it('what is written is read again to the bit, whatever the names, shapes and metadata', () => {
  fc.assert(
    fc.property(fc.dictionary(name, tensor), fc.dictionary(name, fc.string()), (tensors, metadata) => {
      const bytes = encodeSafetensors(tensors, metadata);
      const read = decodeSafetensors(bytes);
      expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(tensors).sort());
      expect({ ...read.metadata }).toEqual({ ...metadata });
      for (const key of Object.keys(tensors)) {
        expect(read.tensors[key].shape).toEqual(tensors[key].shape);
        expect(read.tensors[key].data).toEqual(tensors[key].data);
      }
      expect(encodeSafetensors(read.tensors, read.metadata)).toEqual(bytes);
    }),
    { seed: 1 },
  );
});

it('the order in which tensors and metadata are given changes no byte', () => {
  const reversed = Object.fromEntries(Object.entries(example).reverse());
  expect(encodeSafetensors(reversed, { b: '2', a: '1' })).toEqual(encodeSafetensors(example, { a: '1', b: '2' }));
});

it('the tensors begin at a multiple of eight bytes', () => {
  for (const text of ['', 'x', 'xy', 'xyz', 'wxyz']) {
    const bytes = encodeSafetensors(example, { text });
    expect((bytes.length - safetensorsBody(bytes).length) % 8).toBe(0);
    expect(encodeSafetensorsHeader(example, { text })).toEqual(bytes.subarray(0, bytes.length - 9 * 4));
  }
});

it('bytes that lie unaligned in memory are read', () => {
  const bytes = encodeSafetensors(example, {});
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeSafetensors(shifted.subarray(3)).tensors).toEqual(decodeSafetensors(bytes).tensors);
});

it('a Buffer is read as other bytes are', () => {
  const bytes = encodeSafetensors(example, {});
  expect(decodeSafetensors(Buffer.from(bytes))).toEqual(decodeSafetensors(bytes));
});

it('I2: a file cut at any length is refused', () => {
  const bytes = encodeSafetensors(example, { a: 'b' });
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeSafetensors(bytes.subarray(0, length), 'a.safetensors')).toThrow(/^a\.safetensors: /);
});

it('I2: a flipped byte gives a typed error or a readable file, never a crash', () => {
  const bytes = encodeSafetensors(example, { a: 'b' });
  for (let at = 0; at < bytes.length; at++)
    for (const mask of [1, 0x10, 0x80]) {
      const flipped = bytes.slice();
      flipped[at] ^= mask;
      try {
        decodeSafetensors(flipped);
      } catch (error) {
        expect(isUnstainedError(error, 'model/damaged', 'model/unsupported')).toBe(true);
      }
    }
});

const four = new Uint8Array(4);
const eight = new Uint8Array(8);
const f32 = (shape: unknown, data_offsets: unknown) => ({ dtype: 'F32', shape, data_offsets });

it.each([
  ['a header longer than the file', new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255, 123, 125])],
  ['a header that is no JSON', withHeader('{"a":')],
  ['a header that is a list', withHeader([])],
  ['metadata that are no texts', withHeader({ __metadata__: { step: 3 } })],
  ['a description that is a number', withHeader({ a: 1 })],
  ['a negative extent', withHeader({ a: f32([-1, -1], [0, 4]) }, four)],
  ['a fractional extent', withHeader({ a: f32([0.5, 2], [0, 4]) }, four)],
  ['extents of 2^53', withHeader({ a: f32([2 ** 53, 2 ** 53], [0, 4]) }, four)],
  ['extents whose product overflows', withHeader({ a: f32([2 ** 40, 2 ** 40], [0, 4]) }, four)],
  ['a shape that is a text', withHeader({ a: f32('1', [0, 4]) }, four)],
  ['one offset', withHeader({ a: f32([1], [0]) }, four)],
  ['an end before the start', withHeader({ a: f32([1], [4, 0]) }, four)],
  ['an end after the file', withHeader({ a: f32([2], [0, 8]) }, four)],
  ['two tensors in one place', withHeader({ a: f32([1], [0, 4]), b: f32([1], [0, 4]) }, four)],
  ['two tensors that overlap', withHeader({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, eight)],
  ['bytes that belong to none', withHeader({ a: f32([1], [4, 8]) }, eight)],
  ['bytes after the last tensor', withHeader({ a: f32([1], [0, 4]) }, eight)],
])('I2: refuses %s', (_, bytes) => {
  expect(() => decodeSafetensors(bytes, 'a.safetensors')).toThrow(
    expect.objectContaining({ code: 'model/damaged', file: 'a.safetensors' }),
  );
});

it('refuses other types than float32 by name', () => {
  const bytes = withHeader({ a: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] } }, four);
  expect(() => decodeSafetensors(bytes)).toThrow(expect.objectContaining({ code: 'model/unsupported' }));
  expect(() => decodeSafetensors(bytes)).toThrow(/"a" is of type BF16/);
});

it('a tensor called __proto__ is a tensor', () => {
  const tensors = Object.fromEntries([['__proto__', example.step]]);
  expect(Object.entries(decodeSafetensors(encodeSafetensors(tensors, {})).tensors)).toEqual([
    ['__proto__', example.step],
  ]);
});

it('data that do not fill their shape are not written', () => {
  expect(() => encodeSafetensors({ a: { shape: [3], data: new Float32Array(2) } }, {})).toThrow(RangeError);
});
