/** `unstained check` as a user has it: a process, files, exit codes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/api/index.ts';
import { decodePng } from '../../src/codec/index.ts';
import { writeTiff } from '../../src/io/testing/write-tiff.ts';
import { isBuilt, runProgram, type OnErr } from './run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-check-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unstained = (args: readonly string[], onErr?: OnErr) => runProgram(folder, args, { onErr });

const examples = fileURLToPath(new URL('../../examples/isl-motor-neurons/', import.meta.url));
const WIDTH = 1024;
const SIDE = 340;

/** A square of an example's plane. */
async function crop(name: string, y: number, x: number): Promise<Uint8Array<ArrayBuffer>> {
  const { data } = await decodePng(readFileSync(join(examples, name)));
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => data[(y + Math.floor(i / SIDE)) * WIDTH + x + (i % SIDE)]);
}

/** Phase contrast of a field, five planes, and its nuclei, taken `shift` columns beside it. */
async function writeField(name: string, y: number, x: number, shift = 0): Promise<void> {
  const layout = { width: SIDE, height: SIDE, type: 'uint8' } as const;
  const description = 'ImageJ=1.53t\nimages=5\nslices=5\n';
  const planes = [];
  for (let z = 4; z < 9; z++) planes.push(await crop(`phase_z${String(z).padStart(2, '0')}.png`, y, x));
  writeFileSync(join(folder, `${name} bf.tif`), writeTiff(planes, { ...layout, description }));
  writeFileSync(join(folder, `${name} dna.tif`), writeTiff([await crop('dapi.png', y, x + shift)], layout));
}

describe.skipIf(!isBuilt)('unstained check', () => {
  it('exits 0 for pairs that fit, with a page', async () => {
    await writeField('f1', 0, 0);
    await writeField('f2', 680, 0);
    writeFileSync(
      join(folder, 'good.csv'),
      'id,signal,target:dna\none,f1 bf.tif,f1 dna.tif\ntwo,f2 bf.tif,f2 dna.tif\n',
    );
    const { code, out, err } = await unstained([
      'check',
      '--data',
      'good.csv',
      '--out',
      'good.html',
      '--json',
      '--quiet',
    ]);
    const result = JSON.parse(out) as CheckResult;
    expect(result.findings.filter(({ severity }) => severity === 'spoils')).toEqual([]);
    expect([code, err]).toEqual([0, '']);
    expect(result).toMatchObject({ schema: 'unstained.check/1', data: ['good.csv'], spoiled: 0, page: 'good.html' });
    expect(result.samples.map(({ id }) => id)).toEqual(['one', 'two']);
    const page = readFileSync(join(folder, 'good.html'), 'utf8');
    expect(page.match(/<img src="data:image\/png/g)).toHaveLength(2 * 3); // signal, target, overlay
  });

  it('exits 6 where rows are bad, and tells of all of them at once', async () => {
    await writeField('f3', 0, 340, -9);
    writeFileSync(
      join(folder, 'bad.tsv'),
      'id\tsignal\ttarget:dna\none\tf1 bf.tif\tf1 dna.tif\n<script>alert(1)</script>\tf3 bf.tif\tf3 dna.tif\nthree\tf1 bf.tif\tgone.tif\n',
    );
    const { code, out } = await unstained(['check', '--data', 'bad.tsv', '--quiet', '--json']);
    expect(code).toBe(6);
    const { findings, spoiled } = JSON.parse(out) as CheckResult;
    const found = findings.flatMap(({ kind, severity, samples }) =>
      severity === 'spoils' ? [`${samples[0]} ${kind}`] : [],
    );
    expect(found).toEqual(expect.arrayContaining(['<script>alert(1)</script> shift', 'three unreadable']));
    expect(spoiled).toBe(2);
    const page = readFileSync(join(folder, 'check.html'), 'utf8');
    expect(page.includes('<script')).toBe(false);
    expect(page.includes('&lt;script&gt;alert(1)')).toBe(true);

    const again = await unstained(['check', '--data', 'bad.tsv']);
    expect([again.code, again.out]).toEqual([2, '']);
    expect(again.err).toContain('check.html is there already');
    writeFileSync(join(folder, 'gone.csv'), 'id,signal,target\nthree,f1 bf.tif,gone.tif\nfour,f2 bf.tif,away.tif\n');
    const text = await unstained(['check', '--data', 'gone.csv', '--overwrite']);
    expect(text.code).toBe(6);
    expect(text.out).toMatch(/^sample +finding +what was measured, and what to do\n/);
    for (const file of ['gone.tif', 'away.tif']) expect(text.out).toContain(`${file} does not exist.`);
    expect(text.out).toContain('2 of 2 samples would spoil training');
  });

  it('Ctrl-C exits 130 and leaves no page', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => `s${i},f1 bf.tif,f1 dna.tif`);
    writeFileSync(join(folder, 'long.csv'), ['id,signal,target', ...rows].join('\n'));
    let sent = false;
    const { code, out, err } = await unstained(['check', '--data', 'long.csv', '--out', 'long.html'], (_, kill) => {
      if (!sent) kill('SIGINT');
      sent = true;
    });
    expect([code, out]).toEqual([130, '']);
    expect(err).toContain('Stopping; no half-written file will stay behind.');
    expect(readdirSync(folder).filter((name) => name.includes('long.html'))).toEqual([]);
  });
});
