/** Damaged CZIs: the stored samples or a refusal by name, in bounded memory; never anything in between. */
import { describe, expect, it } from 'vitest';
import { encodeZstd } from '../../codec/index.ts';
import { isUnstainedError, random } from '../../core/index.ts';
import { voxelCount } from '../../volume/index.ts';
import { openImage } from '../open-image.ts';
import { memoryFiles } from '../testing/memory.ts';
import { noise, readAll } from '../testing/samples.ts';
import { writeCzi, type CziSubblock, type Stored } from './testing/write-czi.ts';

const FILE = 'folder/cells.czi';
/** More than any of the files below may make this program read or promise, whatever their headers say. */
const MOST_BYTES = 2 ** 20;
const HEADER_BYTES = 112;
const XML = '<ImageDocument><Metadata><Scaling/></Metadata></ImageDocument>';

/** All samples of all images, or null for a refusal that names the file and says what to do. Anything else is a defect. */
async function outcome(bytes: Uint8Array): Promise<number[] | null> {
  const files = memoryFiles({ [FILE]: bytes });
  try {
    const { images } = await openImage(files, FILE);
    for (const { size, times, channels } of images)
      expect(voxelCount(size) * times * channels.length).toBeLessThan(MOST_BYTES);
    const volumes = await Promise.all(images.map(readAll));
    return volumes.flat().flatMap((samples) => [...samples]);
  } catch (error) {
    if (!isUnstainedError(error)) throw error;
    expect(error).toMatchObject({ file: FILE, exitCode: 3, remedy: expect.stringMatching(/\w/) });
    return null;
  } finally {
    expect(files.bytesRead()).toBeLessThan(MOST_BYTES);
  }
}

/** Which pixels is not looked at: metadata and pixels have no checksum, and a changed byte of them cannot be seen. */
async function expectPixelsOrRefusal(bytes: Uint8Array): Promise<void> {
  const samples = await outcome(bytes);
  if (samples) expect(samples.length).toBeGreaterThan(0);
}

/** Two tiles of two planes. */
function tiles(compression: CziSubblock['compression']): CziSubblock[] {
  const data = noise('uint16', 12, 4) as Stored[];
  return [0, 1, 2, 3].map((i) => ({
    start: { X: 100 + 3 * (i % 2), Y: 50, Z: i >> 1, C: 0, T: 0, S: 0, M: i % 2 },
    width: 4,
    height: 3,
    pixels: 'Gray16',
    data: data[i],
    compression,
  }));
}

const KINDS = await Promise.all(
  (['none', 'zstd0', 'zstd1', 'zstd1 hi-lo'] as const).map(
    async (kind) => [kind, await writeCzi(tiles(kind), { xml: XML })] as const,
  ),
);

/** Where the segment with this id stands. */
function find(bytes: Uint8Array, id: string, nth = 0): number {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; at += 32)
    if (String.fromCharCode(...bytes.subarray(at, at + id.length)) === id) found.push(at);
  return found[nth];
}

/** A copy with a number written over what stands there. */
function changed(bytes: Uint8Array, at: number, value: number | bigint): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (typeof value === 'bigint') view.setBigInt64(at, value, true);
  else view.setInt32(at, value, true);
  return copy;
}

describe('I1, I2: right or refused, and bounded', () => {
  it.each(KINDS)('%s, cut at every length', async (_, bytes) => {
    const whole = await outcome(bytes);
    expect(whole).toHaveLength(2 * 3 * 7);
    for (let length = 0; length < bytes.length; length++) {
      const samples = await outcome(bytes.subarray(0, length));
      if (samples) expect(samples).toEqual(whole);
    }
  });

  it.each([KINDS[0], KINDS[3]])('%s, each bit of what says where the pixels are', async (kind, bytes) => {
    const whole = await outcome(bytes);
    const directory = find(bytes, 'ZISRAWDIRECTORY');
    const subblock = find(bytes, 'ZISRAWSUBBLOCK', 1);
    let refused = 0;
    for (const [from, to] of [
      [0, HEADER_BYTES],
      [directory, bytes.length],
      [subblock, subblock + 32 + 256],
    ])
      for (let bit = from * 8; bit < to * 8; bit++) {
        const flipped = bytes.slice();
        flipped[bit >> 3] ^= 1 << (bit & 7);
        const samples = await outcome(flipped);
        if (samples) expect(samples, `${kind}, bit ${bit}`).toEqual(whole); // else it would be another picture
        else refused++;
      }
    expect(refused).toBeGreaterThan(4000);
  });

  it.each(KINDS)('%s, words and bytes set to what is too much, anywhere', async (_, bytes) => {
    const { integer } = random(1);
    for (let at = 0; at + 8 <= bytes.length; at += 1 + integer(4)) {
      const copy = bytes.slice();
      copy.fill([0, 0x7f, 0x80, 0xff][integer(4)], at, at + [1, 2, 4, 8][integer(4)]);
      await expectPixelsOrRefusal(copy);
    }
  });
});

describe('I2: bounded, whatever the header says', () => {
  const [[, bytes]] = KINDS;
  const directory = find(bytes, 'ZISRAWDIRECTORY');
  const subblock = find(bytes, 'ZISRAWSUBBLOCK');

  it.each([
    ['2^31 - 1 subblocks', directory + 32, 2 ** 31 - 1],
    ['-1 subblocks', directory + 32, -1],
    ['no subblock', directory + 32, 0],
    ['a directory at 2^62', 32 + 52, 2n ** 62n],
    ['a directory at -32', 32 + 52, -32n],
    ['a directory at the header', 32 + 52, 1n],
    ['metadata at 2^40', 32 + 60, 2n ** 40n],
    ['metadata of 2^31 - 1 bytes', find(bytes, 'ZISRAWMETADATA') + 32, 2 ** 31 - 1],
    ['a subblock of 2^60 bytes', subblock + 40, 2n ** 60n],
    ['metadata of -1 byte in a subblock', subblock + 32, -1],
    ['2^31 - 1 dimensions', directory + 32 + 128 + 28, 2 ** 31 - 1],
  ])('%s', async (_, at, value) => {
    expect(await outcome(changed(bytes, at, value))).toBeNull();
  });

  it.each([
    ['tiles 2^31 apart', { X: 2 ** 31 - 10 }],
    ['tiles 2^32 apart, in both directions', { X: 2 ** 31 - 10, Y: -(2 ** 31) }],
    ['z 2^31', { Z: 2 ** 31 - 1 }],
    ['times and channels', { T: 2 ** 20, C: 2 ** 20 }],
  ])('%s are refused with the numbers, and nothing is allocated', async (_, start) => {
    const [first] = tiles('none');
    const far = { ...first, start: { ...first.start, ...start } };
    const file = await writeCzi([first, far]);
    await expect(openImage(memoryFiles({ [FILE]: file }), FILE)).rejects.toMatchObject({
      code: 'image/damaged',
      what: expect.stringMatching(/2 tiles cover 24 of these \d{6,}/),
    });
  });

  it('a tile of 2^31 by 2^31 pixels, in either compression', async () => {
    const [first] = tiles('none');
    for (const compression of ['none', 'zstd1'] as const)
      for (const size of [2 ** 31 - 1, 2 ** 16, 20000])
        expect(await outcome(await writeCzi([{ ...first, width: size, height: size, compression }]))).toBeNull();
  });

  it('zeros that become more than the tile has', async () => {
    const data = new Uint16Array(2 ** 24);
    const [first] = tiles('none');
    expect((await encodeZstd(new Uint8Array(data.buffer))).length).toBeLessThan(2 ** 12);
    const before = process.memoryUsage().arrayBuffers;
    const bomb = await writeCzi([{ ...first, data, compression: 'zstd0' }]);
    expect(await outcome(bomb)).toBeNull();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  it.each([
    ['entities', '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><ImageDocument>&c;</ImageDocument>'],
    ['a document type', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><ImageDocument/>'],
  ])('XML with %s', async (_, xml) => {
    expect(await outcome(await writeCzi(tiles('none'), { xml }))).toBeNull();
  });
});
