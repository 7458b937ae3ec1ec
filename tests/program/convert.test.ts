/** `unstained convert` as a user has it: a process, files, exit codes. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noise } from '../../src/io/testing/samples.ts';
import { writeTiff } from '../../src/io/testing/write-tiff.ts';
import { openImage, readVolume } from '../../src/io/index.ts';
import { nodeFiles } from '../../src/node/files.ts';
import { cropVolume, resampledGrid, resampleTo } from '../../src/volume/index.ts';
import { isBuilt, runProgram, type OnErr } from './run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-convert-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unstained = (args: readonly string[], onErr?: OnErr) => runProgram(folder, args, { onErr });

/** Two channels of nine planes, as ImageJ writes them; voxels of 0.4, 0.1, 0.1 um. */
function writeStack(name: string, width: number, height: number): void {
  const description = 'ImageJ=1.53t\nimages=18\nchannels=2\nslices=9\nunit=um\nspacing=0.4\n';
  const resolution = { type: 5, values: [10] } as const;
  const tags = { 282: resolution, 283: resolution };
  const pages = noise('uint16', width * height, 18);
  writeFileSync(join(folder, name), writeTiff(pages, { width, height, type: 'uint16', description, tags }));
}

describe.skipIf(!isBuilt)('unstained convert', () => {
  it('a part of a TIFF in other voxels: what is written is that part, resampled', async () => {
    writeStack('stack.tif', 40, 32);
    const { code, out, err } = await unstained([
      'convert',
      'stack.tif',
      'part.ome.tif',
      '--crop',
      'z=1:8,y=2:30,x=:36',
      '--channel',
      '1',
      '--voxel-size',
      '0.3,0.25,0.3',
      '--dtype',
      'float32',
      '--json',
    ]);
    expect([code, err]).toEqual([0, expect.not.stringContaining('Error')]);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'unstained.convert/1',
      file: 'part.ome.tif',
      shape: [1, 1, 9, 11, 12],
      dtype: 'float32',
      voxelSize: { z: 0.3, y: 0.25, x: 0.3 },
    });
    const [whole, part] = await Promise.all(
      ['stack.tif', 'part.ome.tif'].map(async (name, i) => {
        const file = await openImage(nodeFiles, join(folder, name));
        const volume = await readVolume(file.images[0], { channel: String(1 - i), time: null, z: null, scene: null });
        await file.close();
        return volume;
      }),
    );
    const cut = cropVolume(whole, { start: { z: 1, y: 2, x: 0 }, size: { z: 7, y: 28, x: 36 } });
    const expected = resampleTo(cut, resampledGrid(cut, { z: 0.3, y: 0.25, x: 0.3 }));
    expect(part.size).toEqual(expected.size);
    expect(part.data).toEqual(expected.data);
  });

  it('Ctrl-C ends it with 130, and no half-written file stays behind', async () => {
    writeStack('large.tif', 160, 160);
    const before = readdirSync(folder);
    // A million planes: long enough to be stopped, and small.
    const args = ['convert', 'large.tif', 'never.ome.tif', '--crop', 'y=0:1,x=0:1', '--voxel-size', '0.000002,0.1,0.1'];
    const ended = await unstained(args, (err, kill) => {
      if (err.includes('planes') && !err.includes('Stopping')) kill('SIGINT');
    });
    expect(ended.code).toBe(130);
    expect(ended.err).toContain('no half-written file will stay behind');
    expect(readdirSync(folder)).toEqual(before);
  });

  it('what the command line gets wrong exits with 2, what the image lacks with 3', async () => {
    writeStack('stack.tif', 40, 32);
    const before = readdirSync(folder);
    expect((await unstained(['convert', 'stack.tif', 'a.jpg'])).code).toBe(2);
    expect((await unstained(['convert', 'stack.tif', 'stack.tif', '--overwrite'])).code).toBe(2);
    expect((await unstained(['convert', 'stack.tif', 'a.tif', '--channel', '2'])).code).toBe(3);
    expect((await unstained(['convert', 'no.tif', 'a.tif'])).code).toBe(3);
    expect(readdirSync(folder)).toEqual(before);
  });
});
