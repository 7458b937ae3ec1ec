import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeNpy, encodeNpy } from './npy.ts';

/** numpy 2.4: `numpy.save(f, numpy.array([[1, 2, 3], [4, 5, -6.5]], 'float32'))`, in hexadecimal. */
const OF_NUMPY =
  '934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a20' +
  '28322c2033292c207d202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020' +
  '202020202020200a0000803f0000004000004040000080400000a0400000d0c0';
const matrix = { shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, -6.5]) };

const headed = (header: string, values = 24) => {
  const bytes = new Uint8Array(10 + header.length + values);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  return bytes;
};

it('is written as numpy writes it, byte for byte, and read as numpy wrote it', () => {
  expect(Buffer.from(encodeNpy(matrix)).toString('hex')).toBe(OF_NUMPY);
  expect(decodeNpy(new Uint8Array(Buffer.from(OF_NUMPY, 'hex')), 'a.npy')).toEqual(matrix);
});

it('what is written is read again, whatever the shape, wherever the bytes lie', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }), fc.nat(3), (shape, offset) => {
      const count = shape.reduce((product, extent) => product * extent, 1);
      const tensor = { shape, data: Float32Array.from({ length: count }, (_, i) => i - 0.5) };
      const bytes = encodeNpy(tensor);
      expect((bytes.length - 4 * count) % 64).toBe(0);
      const moved = new Uint8Array(bytes.length + offset);
      moved.set(bytes, offset);
      expect(decodeNpy(moved.subarray(offset), 'a.npy')).toEqual(tensor);
    }),
    { seed: 1 },
  );
});

it('a file cut at any length, or longer than its shape says, is refused', () => {
  const bytes = encodeNpy(matrix);
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeNpy(bytes.subarray(0, length), 'a.npy')).toThrow(/^a\.npy: this npy file is damaged/);
  expect(() => decodeNpy(new Uint8Array([...bytes, 0]), 'a.npy')).toThrow(/\(2, 3\) float32 in 25 bytes/);
});

it.each([
  ["{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", 'model/unsupported', /type <f8/],
  ["{'descr': '|O', 'fortran_order': False, 'shape': (3,), }\n", 'model/unsupported', /type \|O/],
  ["{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", 'model/unsupported', /Fortran/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }\n", 'model/damaged', /header/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (9007199254740993,), }\n", 'model/damaged', /shape/],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", 'model/damaged', /24 bytes/],
  ["__import__('os').system('true')\n", 'model/damaged', /header/],
])('%j is refused', (header, code, message) => {
  expect(() => decodeNpy(headed(header), 'a.npy')).toThrow(expect.objectContaining({ code }));
  expect(() => decodeNpy(headed(header), 'a.npy')).toThrow(message);
});
