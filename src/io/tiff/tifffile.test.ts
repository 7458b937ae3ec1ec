/** Every variant that tifffile writes is read as tifffile reads it: the sha256 of the pixels, in the file's own type. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { python } from '../testing/python.ts';
import { nodeFiles } from '../../node/files.ts';
import { openImage } from '../open-image.ts';
import { storedBytes } from '../samples.ts';
import { readAll } from '../testing/samples.ts';

/** Writes all variants into the folder, and says of each image: file, shape (t, c, z, y, x), type, sha256. */
const WRITE = `
import hashlib, itertools, json, os, sys, numpy, tifffile
folder, out, rng = sys.argv[1], [], numpy.random.default_rng(1)

def samples(shape, dtype):
    if numpy.dtype(dtype).kind == 'f': return rng.normal(size=shape).astype(dtype)
    info = numpy.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype, True)

def said(name, a, axes, image=0):
    """axes: letters of a; S is folded into C."""
    for c in 'TCZS':
        if c not in axes: a, axes = a[None], c + axes
    a = a.transpose([axes.index(c) for c in 'TCSZYX'])
    a = a.reshape(a.shape[0], -1, *a.shape[3:])
    little = numpy.ascontiguousarray(a).astype(a.dtype.newbyteorder('<'))
    if a.dtype == bool: little = a.astype('u1')
    out.append(dict(file=name, image=image, shape=a.shape, dtype=str(a.dtype.newbyteorder('=')), sha256=hashlib.sha256(little.tobytes()).hexdigest()))

def write(name, a, axes, read=True, **options):
    path = os.path.join(folder, name)
    tifffile.imwrite(path, a, metadata=None, **options)
    said(name, tifffile.imread(path).reshape(a.shape) if read else a, axes)

types = ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'f2', 'f4', 'f8']
blocks = [dict(rowsperstrip=5), dict(tile=(16, 16)), dict()]
n = 0
for dtype, compression, order, big in itertools.product(types, [None, 'lzw', 'zlib', 'zstd', 'packbits'], '<>', [False, True]):
    predictors = [False] if compression in (None, 'packbits') else [False, 3] if dtype[0] == 'f' else [False, 2]
    for predictor in predictors:
        n += 1
        more = dict(compression=compression, predictor=predictor or None, byteorder=order, bigtiff=big, **blocks[n % 3])
        a = samples((2, 13, 37), dtype)
        write(f'grey{n}.tif', a, 'ZYX', photometric='minisblack', **more)
        if compression == 'packbits' and dtype != 'u1': continue
        chunky = samples((13, 37, 3), dtype)
        write(f'rgb{n}.tif', chunky, 'YXS', photometric='rgb', planarconfig='contig', **more)
        planar = samples((3, 13, 37), dtype)
        write(f'planar{n}.tif', planar, 'SYX', photometric='rgb', planarconfig='separate', **more)
write('alpha.tif', samples((13, 37, 4), 'u1'), 'YXS', photometric='rgb', extrasamples=['unassalpha'])
write('two.tif', samples((13, 37, 2), 'u2'), 'YXS', photometric='minisblack', planarconfig='contig', extrasamples=['unspecified'])
write('five.tif', samples((5, 13, 37), 'f4'), 'SYX', photometric='minisblack', planarconfig='separate', extrasamples=['unspecified'] * 4)
write('bits.tif', samples((13, 37), 'u1') > 99, 'YX')
for bits in (2, 4, 10, 12, 14):
    a = samples((13, 37), 'u2') % 2 ** bits
    write(f'packed{bits}.tif', a.astype('u1') if bits < 8 else a, 'YX', bitspersample=bits)

def shaped(name, a, axes, **options):
    tifffile.imwrite(os.path.join(folder, name), a, metadata=dict(axes=axes), **options)
    said(name, a, axes)
shaped('shaped-contiguous.tif', samples((2, 3, 4, 5, 6), 'u2'), 'TZCYX')
shaped('shaped-deflate.tif', samples((2, 3, 4, 5, 6), 'u2'), 'CTZYX', compression='zlib')
shaped('shaped-samples.tif', samples((2, 4, 5, 6), 'u2'), 'TZYX', photometric='rgb', planarconfig='separate')
shaped('shaped-rgb.tif', samples((2, 3, 5, 6, 3), 'u2'), 'TZYXS', photometric='rgb')
shaped('shaped-truncated.tif', samples((4, 15, 16), 'u1'), 'TYX', truncate=True)
with tifffile.TiffWriter(os.path.join(folder, 'series.tif')) as w:
    for i, a in enumerate([samples((3, 5, 6), 'u1'), samples((2, 5, 6), 'u1'), samples((7, 5), 'f4')]):
        w.write(a, metadata=dict(axes='ZYX'[-a.ndim:]), photometric='minisblack')
        said('series.tif', a, 'ZYX'[-a.ndim:], i)
a = samples((2, 3, 4, 5, 6), 'u2')
tifffile.imwrite(os.path.join(folder, 'imagej.tif'), a, imagej=True, metadata=dict(axes='TZCYX', finterval=0.5, unit='um', spacing=2))
said('imagej.tif', a, 'TZCYX')
for name, axes, options in [('ome.ome.tif', 'TZCYX', {}), ('pyramid.ome.tif', 'TCZYX', dict(subifds=1, tile=(16, 16), compression='zlib'))]:
    a = samples((2, 3, 4, 40, 36), 'u2')
    with tifffile.TiffWriter(os.path.join(folder, name), ome=True) as w:
        w.write(a, metadata=dict(axes=axes), photometric='minisblack', **options)
        if options: w.write(a[..., ::2, ::2].copy(), subfiletype=1, tile=(16, 16), compression='zlib')
    said(name, a, axes)
a = samples((2, 13, 37, 3), 'u2')
tifffile.imwrite(os.path.join(folder, 'rgb.ome.tif'), a, ome=True, photometric='rgb', metadata=dict(axes='ZYXS'))
said('rgb.ome.tif', a, 'ZYXS')
json.dump(out, sys.stdout)
`;

interface Said {
  readonly file: string;
  readonly image: number;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
}

const HAS_TIFFFILE = spawnSync(python, ['-c', 'import tifffile, imagecodecs']).status === 0;

describe.skipIf(!HAS_TIFFFILE)('I1: as tifffile (skipped without Python, tifffile and imagecodecs)', () => {
  let folder = '';
  let all: readonly Said[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tifffile-'));
    const output = execFileSync(python, ['-c', WRITE, folder], { encoding: 'utf8', maxBuffer: 2 ** 24 });
    all = JSON.parse(output) as readonly Said[];
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('every type, compression, predictor, byte order, layout of strips, tiles and samples', async () => {
    expect(all.length).toBeGreaterThan(400);
    const differ = [];
    for (const { file, image, shape, dtype, sha256 } of all) {
      const opened = await openImage(nodeFiles, join(folder, file));
      const source = opened.images[image];
      const hash = createHash('sha256');
      for (const samples of await readAll(source)) hash.update(storedBytes(source.type, samples));
      const { times, channels, size, type } = source;
      const read = { shape: [times, channels.length, size.z, size.y, size.x], dtype: type, sha256: hash.digest('hex') };
      if (JSON.stringify(read) !== JSON.stringify({ shape, dtype, sha256 }))
        differ.push({ file, image, shape, dtype, read });
      await opened.close();
    }
    expect(differ.map((d) => JSON.stringify(d).slice(0, 300))).toEqual([]);
  }, 60_000);
});
