import fc from 'fast-check';
import { expect, it } from 'vitest';
import { elementCount } from '../graph/index.ts';
import { kernelExtents, kernelParts, packKernel, unpackKernel, type KernelLayout } from './kernel-layout.ts';

const layouts = fc
  .record({
    o: fc.integer({ min: 1, max: 19 }),
    sources: fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 3 }),
    kernel: fc.oneof(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 2 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
    ),
    block: fc.constantFrom(4, 8, 16),
  })
  .map(({ o, sources, kernel, block }): KernelLayout => ({
    shape: [o, sources.reduce((a, b) => a + b), ...kernel],
    block,
    sources,
  }));
const settings = { seed: 11, numRuns: 40 };

/** Never 0, and no number twice. */
const counted = (length: number) => Float32Array.from({ length }, (_, i) => i + 1);

it('each number lies in the part of its source and kz, at (O/B, C/B, ky, kx, B of c, B of o), and zeros elsewhere', () =>
  fc.assert(
    fc.property(layouts, (layout) => {
      const { shape, block: B, sources } = layout;
      const [kz, ky, kx] = shape.length === 4 ? [1, ...shape.slice(2)] : shape.slice(2);
      const parts = packKernel(counted(elementCount(shape)), layout);
      let value = 0;
      const expected = parts.map((part) => new Float32Array(part.length));
      for (let o = 0; o < shape[0]; o++)
        sources.forEach((count, source) => {
          const blocks = Math.ceil(count / B);
          for (let c = 0; c < count; c++)
            for (let z = 0; z < kz; z++)
              for (let y = 0; y < ky; y++)
                for (let x = 0; x < kx; x++) {
                  const [ob, cb] = [Math.floor(o / B), Math.floor(c / B)];
                  const at = ((((ob * blocks + cb) * ky + y) * kx + x) * B + (c % B)) * B + (o % B);
                  expected[source * kz + z][at] = ++value;
                }
        });
      expect(parts).toEqual(expected);
    }),
    settings,
  ));
it('parts come by source, then kz, both channel counts padded to whole blocks', () =>
  fc.assert(
    fc.property(layouts, (layout) => {
      const { o, kz, ky, kx } = kernelExtents(layout);
      const whole = (channels: number) => channels + ((layout.block - (channels % layout.block)) % layout.block);
      const parts = kernelParts(layout);
      expect(parts).toHaveLength(layout.sources.length * kz);
      parts.forEach(({ source, z, shape }, i) => {
        expect([source, z]).toEqual([Math.floor(i / kz), i % kz]);
        expect(shape).toEqual([whole(o), whole(layout.sources[source]), ky, kx]);
      });
      expect(packKernel(counted(elementCount(layout.shape)), layout).map(({ length }) => length)).toEqual(
        parts.map(({ shape }) => elementCount(shape)),
      );
    }),
    settings,
  ));
it('a weight that is packed and unpacked is the same bit for bit', () =>
  fc.assert(
    fc.property(layouts, fc.constantFrom(NaN, -0, Infinity, 1e-42), (layout, odd) => {
      const data = counted(elementCount(layout.shape));
      data[data.length >> 1] = odd;
      expect(new Uint32Array(unpackKernel(packKernel(data, layout), layout).buffer)).toEqual(
        new Uint32Array(data.buffer),
      );
    }),
    settings,
  ));
it('what lies in the padding is not read', () =>
  fc.assert(
    fc.property(layouts, (layout) => {
      const data = counted(elementCount(layout.shape));
      const parts = packKernel(data, layout).map((part) => part.map((value) => (value === 0 ? NaN : value)));
      expect(unpackKernel(parts, layout)).toEqual(data);
    }),
    settings,
  ));
