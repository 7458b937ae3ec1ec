/** CZIs as Zeiss' own library writes them and reads them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { python } from '../testing/python.ts';
import { nodeFiles } from '../../node/files.ts';
import { openImage } from '../open-image.ts';
import { readAll } from '../testing/samples.ts';

const hasLibrary = spawnSync(python, ['-c', 'import pylibCZIrw']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'czi-'));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Writes times, channels, z, tiles that cover each other, two scenes. Prints of each scene its shape and, of each channel and of
 * a region of it, the sha256: of what was written, painted here, which the library's own reader gives, too. But version 6.1.0
 * reads no Bgr96Float, and of Bgr48 with sorted bytes only the first third of each row as it was written.
 */
const SCRIPT = String.raw`
import hashlib, json, sys
import numpy as np
from pylibCZIrw import czi
path, compression, dtype, samples = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
r = np.random.default_rng(7)
def pixels(h, w):
    a = r.integers(0, 256 if dtype == 'uint8' else 65536, (h, w, samples)).astype(dtype)
    return a / np.float32(3) if dtype == 'float32' else a
T, C, Z, W = 2, 2, 3, 101
images = [np.zeros((T, C, Z, 91 + s, W, samples), dtype) for s in range(2)]
with czi.create_czi(path, exist_ok=True, compression_options=compression) as f:
    for t in range(T):
        for c in range(C):
            for z in range(Z):
                for s in range(2):
                    for x, y in ((40, 0), (0, 30), (17, 41)):
                        a = pixels(50 + s, 61)
                        images[s][t, c, z, y:y + 50 + s, x:x + 61] = a
                        f.write(a, location=(1000 * s + x, y - 30), plane={'T': t, 'C': c, 'Z': z}, scene=s)
    f.write_metadata('cells', channel_names={0: 'light', 1: 'DNA'}, scale_x=1e-7, scale_y=1.1e-7, scale_z=3e-7)
if samples == 1 or dtype == 'uint8':
    with czi.open_czi(path) as f:
        for s, q in f.scenes_bounding_rectangle.items():
            for t, c, z in np.ndindex(T, C, Z):
                a = f.read(roi=(q.x, q.y, q.w, q.h), plane={'T': t, 'C': c, 'Z': z}, scene=s)
                assert (a == images[s][t, c, z]).all(), (s, t, c, z)
digest = lambda a: hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest()
out = []
for s in range(2):
    a = images[s][..., ::-1].transpose(0, 1, 5, 2, 3, 4).reshape(-1, Z, 91 + s, W)
    out.append(dict(width=W, height=91 + s, planes=[digest(b) for b in a],
                    regions=[digest(b[1:, 21:58, 13:57]) for b in a]))
print(json.dumps(out))
`;

interface Scene {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly string[];
  readonly regions: readonly string[];
}

const sha256 = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');

describe.skipIf(!hasLibrary)('as pylibCZIrw writes and reads (needs python3 with pylibCZIrw)', () => {
  it.each([
    ['uncompressed:', 'uint8', 1],
    ['uncompressed:', 'float32', 3],
    ['zstd0:ExplicitLevel=3', 'uint8', 3],
    ['zstd0:ExplicitLevel=3', 'float32', 1],
    ['zstd1:ExplicitLevel=2;PreProcess=HiLoByteUnpack', 'uint16', 1],
    ['zstd1:ExplicitLevel=2;PreProcess=HiLoByteUnpack', 'uint16', 3],
    ['zstd1:ExplicitLevel=2', 'uint8', 1],
  ] as const)('I1: %s %s of %i samples', async (compression, dtype, samples) => {
    const path = join(folder, `${compression.slice(0, 5)}-${dtype}-${samples}.czi`);
    const made = spawnSync(python, ['-c', SCRIPT, path, compression, dtype, String(samples)], {
      encoding: 'utf8',
    });
    expect(made.stderr).toBe('');
    const scenes = JSON.parse(made.stdout) as Scene[];
    const { images, close } = await openImage(nodeFiles, path);
    expect(images).toHaveLength(2);
    for (const [i, { width, height, planes, regions }] of scenes.entries()) {
      const { size, times, type, channels, voxelSize, read } = images[i];
      expect(size).toEqual({ z: 3, y: height, x: width });
      expect(voxelSize).toEqual({ z: 0.3, y: 0.11, x: 0.1 });
      expect([times, type, channels.length]).toEqual([2, dtype, 2 * samples]);
      expect(channels.at(-1)!.name).toBe(samples === 1 ? 'DNA' : 'DNA B');
      expect((await readAll(images[i])).map(sha256)).toEqual(planes);
      const region = { start: { z: 1, y: 21, x: 13 }, size: { z: 2, y: 37, x: 44 } };
      const readRegion = (n: number) =>
        read({ time: Math.floor(n / channels.length), channel: n % channels.length, region });
      for (const [n, digest] of regions.entries()) expect(sha256(await readRegion(n))).toBe(digest);
    }
    await close();
  });
});
