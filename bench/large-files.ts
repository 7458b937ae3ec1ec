/**
 * Memory with large files, each in a process of its own: opening a sparse image of 10 GB and reading one plane, and writing 2 GB.
 *
 *     npm run build && npm run bench:large [-- --only open-tiff]
 *
 * Prints the peak memory (resident set) of each process, with what Node itself takes. Needs 3 GB in the folder for temporary
 * files; the sparse image takes none.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { channelWith, type ImageDescription } from '../src/io/index.ts';
import { writeSparseTiff } from './sparse-tiff.ts';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const DIST = pathToFileURL(join(import.meta.dirname, '..', 'dist')).href;
const folder = mkdtempSync(join(tmpdir(), 'unstained-large-'));

const SPARSE: ImageDescription & { readonly type: 'uint16' } = {
  name: 'sparse',
  times: 10,
  timeStep: null,
  channels: [channelWith({ name: 'light' })],
  size: { z: 512, y: 1024, x: 1024 },
  voxelSize: { z: 0.3, y: 0.1, x: 0.1 },
  type: 'uint16',
};

const JOBS: Readonly<Record<string, () => Promise<string>>> = {
  node: async () => '',
  'open-tiff': async () => {
    await writeSparseTiff(join(folder, 'sparse.ome.tif'), SPARSE, null);
    return readPlane(join(folder, 'sparse.ome.tif'));
  },
  'open-zarr': async () => {
    writeSparseZarr(join(folder, 'sparse.ome.zarr'));
    return readPlane(join(folder, 'sparse.ome.zarr'));
  },
  'write-tiff': async () => write('written.ome.tif'),
  'write-zarr': async () => write('written.ome.zarr'),
};

try {
  for (const [name, prepare] of Object.entries(JOBS)) {
    if (values.only !== undefined && values.only !== name) continue;
    const code = `${await prepare()}; console.log(JSON.stringify({ peakMB: Math.round(process.resourceUsage().maxRSS / 1024) }));`;
    const began = performance.now();
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    console.log(name, stdout.trim(), `${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Metadata of 10 GB, and the chunks of one plane. */
function writeSparseZarr(path: string): void {
  const { times, size } = SPARSE;
  mkdirSync(join(path, '0', 'c', '5', '0', '256', '0'), { recursive: true });
  const axes = ['t', 'c', 'z', 'y', 'x'].map((name) => ({
    name,
    type: name === 't' ? 'time' : name === 'c' ? 'channel' : 'space',
  }));
  const coordinateTransformations = [{ type: 'scale', scale: [1, 1, 1, 1, 1] }];
  const multiscales = [{ axes, datasets: [{ path: '0', coordinateTransformations }] }];
  writeFileSync(
    join(path, 'zarr.json'),
    JSON.stringify({ zarr_format: 3, node_type: 'group', attributes: { ome: { version: '0.5', multiscales } } }),
  );
  writeFileSync(
    join(path, '0', 'zarr.json'),
    JSON.stringify({
      zarr_format: 3,
      node_type: 'array',
      shape: [times, 1, size.z, size.y, size.x],
      data_type: 'uint16',
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [1, 1, 1, 512, 512] } },
      chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
      fill_value: 0,
      codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    }),
  );
  for (const y of ['0', '1'])
    for (const x of ['0', '1']) {
      mkdirSync(join(path, '0', 'c', '5', '0', '256', y), { recursive: true });
      writeFileSync(join(path, '0', 'c', '5', '0', '256', y, x), new Uint8Array(512 * 512 * 2).fill(7));
    }
}

/** The plane t 5, z 256. */
function readPlane(path: string): string {
  return `
    const { nodeWorld } = await import('${DIST}/node/index.js');
    const { openImage } = await import('${DIST}/api/index.js');
    const { images, close } = await openImage(nodeWorld().files, ${JSON.stringify(path)});
    const { size } = images[0];
    const plane = await images[0].read({ time: 5, channel: 0, region: { start: { z: 256, y: 0, x: 0 }, size: { ...size, z: 1 } } });
    if (plane.length !== size.y * size.x) throw new Error('not a plane');
    await close()`;
}

/** 2 GB of noise, which no codec makes smaller. */
function write(name: string): string {
  return `
    const { nodeWorld } = await import('${DIST}/node/index.js');
    const { createImage } = await import('${DIST}/api/index.js');
    const size = { z: 512, y: 1024, x: 2048 };
    const sink = await createImage(nodeWorld().output, ${JSON.stringify(join(folder, name))}, { name: 'noise', times: 1, timeStep: null,
      channels: [{ name: null, color: null, wavelength: null }], size, voxelSize: null, type: 'uint16' }, { format: null, compression: null, overwrite: false });
    const plane = new Uint16Array(size.y * size.x);
    for (let at = 0; at < plane.length; at += 32768) crypto.getRandomValues(plane.subarray(at, at + 32768));
    for (let z = 0; z < size.z; z++) await sink.writePlane(plane);
    await sink.finish()`;
}
