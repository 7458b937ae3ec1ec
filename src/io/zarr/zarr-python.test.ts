/** Arrays of every kind as zarr-python writes them (needs zarr 3 in `python3`, or in what UNSTAINED_PYTHON names). */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { python } from '../testing/python.ts';
import { nodeFiles } from '../../node/files.ts';
import { openImage } from '../open-image.ts';
import { storedBytes } from '../samples.ts';
import { readAll } from '../testing/samples.ts';

const hasZarr = spawnSync(python, ['-c', 'import zarr; assert zarr.__version__ >= "3"']).status === 0;

/** Writes arrays below a folder; prints for each its name, shape, type and the sha256 of its samples. */
const SCRIPT = `
import sys, json, hashlib, itertools, warnings
import numpy as np, zarr, numcodecs
from zarr.codecs import (BytesCodec, BloscCodec, GzipCodec, ZstdCodec, TransposeCodec, Crc32cCodec, ShardingCodec)
import numcodecs.zarr3 as n3
warnings.simplefilter('ignore')
root, written = sys.argv[1], []
rng = np.random.default_rng(1)
SHAPE, CHUNKS = (3, 10, 13), (2, 4, 5)

def samples(dtype):
    a = rng.integers(0, 2 if dtype == 'bool' else 50, SHAPE)
    a[0, :5] = 1
    if dtype[0] in 'if': a -= 20
    return (a / 7 if dtype[0] == 'f' else a).astype(dtype)

def write(name, a, **how):
    path = root + '/' + name
    z = zarr.create_array(path, shape=a.shape, dtype=how.pop('store_as', a.dtype), **how)
    z[...] = a
    b = np.asarray(zarr.open_array(path, mode='r')[...])
    assert (b == a).all()
    little = np.ascontiguousarray(b.astype(b.dtype.newbyteorder('<')))
    written.append(dict(name=name, shape=a.shape, dtype=str(a.dtype.newbyteorder('=')), sha256=hashlib.sha256(little.tobytes()).hexdigest()))

TYPES = ['bool', 'uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float16', 'float32', 'float64']
V2 = {'none': None, 'gzip': numcodecs.GZip(5), 'zlib': numcodecs.Zlib(1), 'zstd': numcodecs.Zstd(3), 'lz4': numcodecs.LZ4()}
for cname, shuffle in itertools.product(['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd'], [0, 1, 2]):
    V2['blosc-%s-%d' % (cname, shuffle)] = numcodecs.Blosc(cname=cname, shuffle=shuffle)
V3 = {'none': (), 'gzip': (GzipCodec(),), 'zstd': (ZstdCodec(),), 'checked': (Crc32cCodec(),), 'zstd-checked': (ZstdCodec(checksum=True), Crc32cCodec()),
      'blosc-bit': (BloscCodec(cname='lz4', shuffle='bitshuffle'),), 'blosc': (BloscCodec(cname='zstd', shuffle='shuffle'),),
      'zlib': (n3.Zlib(level=3),), 'lz4': (n3.LZ4(),), 'two': (BloscCodec(cname='lz4'), GzipCodec())}

for dtype in TYPES:
    a = samples(dtype)
    for name, codec in V2.items():
        if 'blosc' in name and dtype not in ('bool', 'uint16', 'float64'): continue
        write('v2-%s-%s' % (dtype, name), a, zarr_format=2, chunks=CHUNKS, compressors=codec, filters=None)
    for name, codecs in V3.items():
        write('v3-%s-%s' % (dtype, name), a, chunks=CHUNKS, compressors=codecs)
    write('v3-%s-shards' % dtype, a, chunks=(1, 2, 5), shards=(2, 6, 10), compressors=(ZstdCodec(),))
    write('v2-%s-empty' % dtype, a * (np.arange(13) < 4).astype(a.dtype), zarr_format=2, chunks=CHUNKS, config=dict(write_empty_chunks=False), fill_value=0)
    if a.itemsize > 1:
        write('v2-%s-big' % dtype, a, store_as=a.dtype.newbyteorder('>'), zarr_format=2, chunks=CHUNKS)
        write('v3-%s-big' % dtype, a, chunks=CHUNKS, serializer=BytesCodec(endian='big'), compressors=(GzipCodec(),))

for dtype in ('uint16', 'int16', 'uint8', 'int32'):
    a = samples(dtype)
    write('v2-delta-' + dtype, a, zarr_format=2, chunks=CHUNKS, filters=[numcodecs.Delta(dtype=a.dtype.str)], compressors=numcodecs.Zlib())
    write('v2-delta-shuffle-' + dtype, a, zarr_format=2, chunks=CHUNKS, filters=[numcodecs.Delta(dtype=a.dtype.str), numcodecs.Shuffle(a.itemsize)], compressors=numcodecs.Zlib())
    write('v3-delta-' + dtype, a, chunks=CHUNKS, filters=[n3.Delta(dtype=a.dtype.str)])
    write('v3-shuffle-' + dtype, a, chunks=CHUNKS, compressors=[n3.Shuffle(elementsize=a.itemsize), ZstdCodec()])
a = samples('uint16')
for order in itertools.permutations(range(3)):
    write('v3-transpose-%d%d%d' % order, a, chunks=CHUNKS, filters=[TransposeCodec(order=order)])
    if order != (2, 1, 0): write('v3-transpose-delta-%d%d%d' % order, a, chunks=CHUNKS, filters=[TransposeCodec(order=order), n3.Delta(dtype='<u2')])
    write('v3-transposed-shards-%d%d%d' % order, a, chunks=(1, 10, 13), serializer=ShardingCodec(chunk_shape=(1, 5, 13), codecs=[TransposeCodec(order=order), BytesCodec(), GzipCodec()]), compressors=None)
write('v3-transpose-twice', a, chunks=CHUNKS, filters=[TransposeCodec(order=(1, 2, 0)), TransposeCodec(order=(0, 2, 1))])
write('v2-delta-order-F', a, zarr_format=2, chunks=CHUNKS, order='F', filters=[numcodecs.Delta(dtype='<u2')])
write('v2-order-F', a, zarr_format=2, chunks=CHUNKS, order='F')
write('v2-slash', a, zarr_format=2, chunks=CHUNKS, chunk_key_encoding=dict(name='v2', separator='/'))
write('v3-dot', a, chunks=CHUNKS, chunk_key_encoding=dict(name='default', separator='.'))
write('v3-keys-v2', a, chunks=CHUNKS, chunk_key_encoding=dict(name='v2', separator='.'))
write('v3-keys-v2-slash', a, chunks=CHUNKS, chunk_key_encoding=dict(name='v2', separator='/'))
write('v3-large-chunk', a, chunks=(8, 16, 16))
for location in ('start', 'end'):
    write('v3-index-' + location, a, chunks=(2, 10, 13), serializer=ShardingCodec(chunk_shape=(1, 5, 13), codecs=[BytesCodec(), ZstdCodec()], index_location=location), compressors=None)
write('v3-index-big', a, chunks=(2, 10, 13), serializer=ShardingCodec(chunk_shape=(1, 5, 13), codecs=[BytesCodec()], index_codecs=[BytesCodec(endian='big')]), compressors=None)
sparse = a * (np.arange(10)[:, None] % 5 == 0)
write('v3-sparse-shards', sparse.astype('u2'), chunks=(1, 1, 13), shards=(2, 10, 13), fill_value=0)
full = np.full(SHAPE, 9, 'f4'); full[0, 0, 0] = np.float32(0.1)
write('v3-fill', full, chunks=CHUNKS, fill_value=9)
write('v2-fill', full, zarr_format=2, chunks=CHUNKS, fill_value=9)
for axes in range(1, 6):
    shape = (2, 3, 4, 5, 6)[-axes:]
    write('v3-axes-%d' % axes, rng.integers(0, 99, shape).astype('u1'), chunks=(1, 2, 3, 4, 5)[-axes:])
print(json.dumps(written))
`;

interface Written {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
}

describe.skipIf(!hasZarr)('what zarr-python writes (needs Python with zarr 3)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zarr-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('I1: comes back, every type with every codec, in both versions', async () => {
    const written: Written[] = JSON.parse(execFileSync(python, ['-c', SCRIPT, folder], { encoding: 'utf8' }));
    expect(written.length).toBeGreaterThan(200);
    for (const { name, shape, dtype, sha256 } of written) {
      const { images } = await openImage(nodeFiles, join(folder, name));
      const [{ times, channels, size, type }] = images;
      const ours = [times, channels.length, size.z, size.y, size.x];
      expect(ours, name).toEqual([...Array(5 - shape.length).fill(1), ...shape]);
      expect(type, name).toBe(dtype);
      const hash = createHash('sha256');
      for (const samples of await readAll(images[0])) hash.update(storedBytes(type, samples));
      expect(hash.digest('hex'), name).toBe(sha256);
    }
  }, 60_000);
});
