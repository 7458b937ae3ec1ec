import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isUnstainedError, random } from '../core/index.ts';
import { python } from '../io/testing/python.ts';
import { sha256 } from './sha256.ts';
import { encodeZip, openZip } from './zip.ts';

const text = (content: string) => new TextEncoder().encode(content);
const noise = (length: number, seed = 1) => {
  const source = random(seed);
  return Uint8Array.from({ length }, () => Math.floor(256 * source.uniform()));
};
const entries = [
  { name: 'rdf.yaml', bytes: text('type: model\n'.repeat(50)), compress: true },
  { name: 'folder/weights.onnx', bytes: noise(5000), compress: false },
  { name: 'empty', bytes: new Uint8Array(0), compress: false },
  { name: 'größe.txt', bytes: text('ü'), compress: true },
];
const archive = await encodeZip(entries);

/** Places in `bytes` where the four bytes of a ZIP header stand. */
function headers(bytes: Uint8Array, signature: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length - 3 }, (_, at) => at).filter((at) => view.getUint32(at, true) === signature);
}
const [CENTRAL, LOCAL] = [0x02014b50, 0x04034b50];

/** A copy, changed at the n-th header of the directory. */
function changed(bytes: Uint8Array, n: number, change: (view: DataView, at: number) => void): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  change(new DataView(copy.buffer), headers(copy, CENTRAL)[n]);
  return copy;
}

const refusal = (bytes: Uint8Array, name = 'rdf.yaml') =>
  openZip(bytes, 'a.zip')
    .then((zip) => zip.read(name, 1e6))
    .then(
      () => null,
      (error: unknown) => {
        if (!isUnstainedError(error)) throw error;
        return error;
      },
    );

describe('an archive', () => {
  it('is read as it was written', async () => {
    const zip = await openZip(archive, 'a.zip');
    expect(zip.names).toEqual(entries.map(({ name }) => name));
    for (const { name, bytes } of entries) expect(await zip.read(name, bytes.length)).toEqual(bytes);
    expect(archive.length).toBeLessThan(6000); // the text was made smaller
  });

  it('has the same bytes whenever and in whatever zone it is made', async () => {
    expect(await encodeZip(entries)).toEqual(archive);
    const before = process.env['TZ'];
    for (const zone of ['Pacific/Kiritimati', 'America/Los_Angeles']) {
      process.env['TZ'] = zone;
      expect(await sha256(await encodeZip(entries))).toBe(await sha256(archive));
    }
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  it('is read from the middle of a larger buffer', async () => {
    const around = new Uint8Array(archive.length + 20).fill(0x50);
    around.set(archive, 7);
    const zip = await openZip(around.subarray(7, 7 + archive.length), 'a.zip');
    expect(await zip.read('rdf.yaml', 1e6)).toEqual(entries[0].bytes);
  });

  it("refuses what is not there, and more than is asked for, by the entry's name", async () => {
    const zip = await openZip(archive, 'a.zip');
    await expect(zip.read('other', 10)).rejects.toThrow(/^a\.zip has no other; it has rdf\.yaml, folder/);
    await expect(zip.read('rdf.yaml', 10)).rejects.toThrow(/^a\.zip: rdf\.yaml has 600 bytes; up to 10/);
  });
});

describe('M2: an archive that is made to harm is refused', () => {
  it.each(['../x.yaml', '/x.yaml', 'C:/x', '..\\x.yaml', 'a/../../x', 'a\0.yaml', './x'])('name %j', async (name) => {
    const plain = 'n'.repeat(text(name).length);
    const bytes = await encodeZip([{ name: plain, bytes: text('x'), compress: false }]);
    for (const [signature, length] of [
      [LOCAL, 30],
      [CENTRAL, 46],
    ])
      bytes.set(text(name), headers(bytes, signature)[0] + length);
    expect(await refusal(bytes, name)).toMatchObject({ code: expect.stringMatching(/^model\/(damaged|unsafe)$/) });
  });

  it('a link', async () => {
    const link = changed(archive, 1, (view, at) => {
      view.setUint16(at + 4, (3 << 8) | 20, true); // made on Unix
      view.setUint32(at + 38, 0o120777 * 65536, true);
    });
    expect(await refusal(link)).toMatchObject({ code: 'model/unsafe', message: expect.stringMatching(/is a link/) });
  });

  it('two entries of one name', async () => {
    const bytes = await encodeZip(['a1', 'a2'].map((name) => ({ name, bytes: text(name), compress: false })));
    for (const [signature, length] of [
      [LOCAL, 30],
      [CENTRAL, 46],
    ])
      bytes.set(text('a1'), headers(bytes, signature)[1] + length);
    expect(await refusal(bytes, 'a1')).toMatchObject({ code: expect.stringMatching(/^model\/(damaged|unsafe)$/) });
  });

  it('two entries that share bytes', async () => {
    const bytes = await encodeZip(['a1', 'a2'].map((name) => ({ name, bytes: noise(100), compress: false })));
    const view = new DataView(bytes.buffer);
    const [first, second] = headers(bytes, CENTRAL);
    view.setUint32(second + 42, view.getUint32(first + 42, true), true);
    expect(await refusal(bytes, 'a1')).toMatchObject({
      code: 'model/unsafe',
      message: expect.stringMatching(/"a1" and "a2" overlap/),
    });
  });

  it('more bytes than an entry can become', async () => {
    const bomb = changed(archive, 0, (view, at) => view.setUint32(at + 24, 0xf0000000, true));
    expect(await refusal(bomb)).toMatchObject({ code: 'model/unsafe', message: expect.stringMatching(/4026531840/) });
  });

  it('a megabyte that becomes a gigabyte costs what was asked for', async () => {
    const zeros = await encodeZip([{ name: 'rdf.yaml', bytes: new Uint8Array(2e7), compress: true }]);
    expect(await refusal(zeros)).toMatchObject({ code: 'model/unsupported' });
    const lying = changed(zeros, 0, (view, at) => view.setUint32(at + 24, 1000, true));
    const local = headers(lying, LOCAL)[0];
    new DataView(lying.buffer).setUint32(local + 22, 1000, true);
    expect(await refusal(lying)).toMatchObject({ code: 'model/damaged' });
  });

  it('encryption, and compressions that nobody needs', async () => {
    const encrypted = changed(archive, 0, (view, at) => view.setUint16(at + 8, 1, true));
    expect(await refusal(encrypted)).toMatchObject({ message: expect.stringMatching(/is encrypted/) });
    const bzip2 = changed(archive, 0, (view, at) => view.setUint16(at + 10, 12, true));
    expect(await refusal(bzip2)).toMatchObject({ message: expect.stringMatching(/compressed by method 12/) });
  });

  it('bytes before and behind it', async () => {
    for (const [before, behind] of [
      [10, 0],
      [0, 10],
    ])
      expect(await refusal(Uint8Array.from([...noise(before), ...archive, ...noise(behind)]))).toMatchObject({
        code: 'model/damaged',
      });
  });

  it('thousands of entries', async () => {
    const many = await encodeZip(
      Array.from({ length: 1001 }, (_, i) => ({ name: String(i), bytes: new Uint8Array(0), compress: false })),
    );
    expect(await refusal(many, '1')).toMatchObject({ message: expect.stringMatching(/more than 1000 entries/) });
  });
});

it('I1: cut anywhere, or a byte changed, it is refused by name or what is read is what was written', async () => {
  for (let length = 0; length < archive.length; length += 61)
    expect(await refusal(archive.subarray(0, length))).not.toBe(null);
  const source = random(1);
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    const bytes = new Uint8Array(archive);
    // half of them in the directory at the end, which is small
    const at =
      i % 2 ? Math.floor(source.uniform() * bytes.length) : bytes.length - 1 - Math.floor(source.uniform() * 400);
    bytes[at] ^= 1 << Math.floor(8 * source.uniform());
    try {
      const zip = await openZip(bytes, 'a.zip');
      for (const { name, bytes: whole } of entries)
        if (zip.names.includes(name)) expect(await zip.read(name, 1e6)).toEqual(whole);
    } catch (error) {
      if (!isUnstainedError(error)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(250);
});

const hasPython = spawnSync(python, ['-c', 'import zipfile']).status === 0;
const SCRIPT = `
import sys, zipfile, hashlib
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    for i in z.infolist(): print(i.filename.encode('unicode_escape').decode(), i.file_size, hashlib.sha256(z.read(i)).hexdigest())
with zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('rdf.yaml', 'type: model')
    z.mkdir('folder') if hasattr(z, 'mkdir') else z.writestr('folder/', '')
    with z.open('folder/streamed', 'w', force_zip64=True) as f: f.write(bytes(3000))
`;

it.skipIf(!hasPython)('is read by Python, and what Python writes is read (needs python3)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'unstained-zip-'));
  try {
    const [ours, theirs] = ['ours.zip', 'theirs.zip'].map((name) => join(folder, name));
    writeFileSync(ours, archive);
    const lines = execFileSync(python, ['-c', SCRIPT, ours, theirs], { encoding: 'utf8' }).trim().split('\n');
    const expected = [];
    for (const { name, bytes } of entries)
      expected.push(`${name.replace('ö', '\\xf6').replace('ß', '\\xdf')} ${bytes.length} ${await sha256(bytes)}`);
    expect(lines).toEqual(expected);
    const zip = await openZip(new Uint8Array(readFileSync(theirs)), 'theirs.zip');
    expect(zip.names).toEqual(['rdf.yaml', 'folder/streamed']);
    expect(new TextDecoder().decode(await zip.read('rdf.yaml', 100))).toBe('type: model');
    expect(await zip.read('folder/streamed', 3000)).toEqual(new Uint8Array(3000));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
