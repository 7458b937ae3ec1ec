/**
 * Writes an OME-TIFF of the given raw size to a temporary file; prints the seconds and the process's peak memory as JSON.
 *
 *     npx tsx bench/writing.ts [--megabytes 2000] [--side 1024] [--compression none|deflate|zstd] [--black]
 *
 * Its planes are 16-bit noise of 12 bits, as cameras give, which is slow to compress; --black writes zeros.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from '../src/core/index.ts';
import { channelWith } from '../src/io/index.ts';
import { createOmeTiff, type OmeTiffOptions } from '../src/io/tiff/create-ome-tiff.ts';
import { createFile } from '../src/node/byte-sink.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '2000' },
    side: { type: 'string', default: '1024' },
    compression: { type: 'string', default: 'deflate' },
    black: { type: 'boolean', default: false },
  },
});
const side = Number(values.side);
const planes = Math.ceil((Number(values.megabytes) * 1e6) / (2 * side ** 2));
const { integer } = random(1);
const plane = Uint16Array.from({ length: side ** 2 }, () => (values.black ? 0 : integer(4096)));

const folder = mkdtempSync(join(tmpdir(), 'unstained-writing-'));
try {
  const path = join(folder, 'noise.ome.tif');
  const start = performance.now();
  const sink = createOmeTiff(
    await createFile(path, { overwrite: false }),
    {
      name: 'noise',
      times: 1,
      timeStep: null,
      channels: [channelWith()],
      size: { z: planes, y: side, x: side },
      voxelSize: null,
      type: 'uint16',
    },
    { compression: values.compression as OmeTiffOptions['compression'] },
  );
  for (let z = 0; z < planes; z++) await sink.writePlane(plane);
  await sink.finish();
  console.log(
    JSON.stringify({
      seconds: (performance.now() - start) / 1000,
      peakMegabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
      fileMegabytes: statSync(path).size / 1e6,
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}
