/** `unstained check` as a user has it: a process, files, exit codes. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/api/index.ts';
import { random } from '../../src/core/index.ts';
import { writeTiff } from '../../src/io/testing/write-tiff.ts';

const bin = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'unstained-check-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `unstained` in the folder; `onErr` sees standard error grow and may signal the process. */
function unstained(
  args: readonly string[],
  onErr: (err: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const running = spawn(process.execPath, [bin, ...args], { cwd: folder });
    let [out, err] = ['', ''];
    running.stdout.on('data', (data: Buffer) => (out += data.toString()));
    running.stderr.on('data', (data: Buffer) => {
      err += data.toString();
      onErr(err, (signal) => running.kill(signal));
    });
    running.on('close', (code) => resolve({ code, out, err }));
  });
}

const SIZE = { z: 8, y: 96, x: 128 };

/** Cells at places of the seed's own: dark rims in bright field, bright bodies in fluorescence, sharpest in the middle plane. */
function field(seed: number, kind: 'bright field' | 'dye', shift = { y: 0, x: 0 }): Uint16Array<ArrayBuffer>[] {
  const places = random(seed);
  const cells = Array.from({ length: 24 }, () => ({
    y: SIZE.y * places.uniform() + shift.y,
    x: SIZE.x * places.uniform() + shift.x,
    radius: 4 + 4 * places.uniform(),
  }));
  const noise = random(seed + (kind === 'dye' ? 1000 : 2000));
  return Array.from({ length: SIZE.z }, (_, z) => {
    const sharp = Math.exp(-(((z - 3.5) / 3) ** 2));
    return Uint16Array.from({ length: SIZE.y * SIZE.x }, (__, i) => {
      const [y, x] = [Math.floor(i / SIZE.x), i % SIZE.x];
      const light = cells.reduce((sum, cell) => {
        const distance = Math.hypot(y - cell.y, x - cell.x) / cell.radius;
        return sum + (kind === 'dye' ? Math.exp(-(distance ** 4)) : Math.exp(-(((distance - 1) * 4) ** 2)));
      }, 0);
      return kind === 'dye'
        ? 400 + 3000 * sharp * light + 40 * noise.normal()
        : 20_000 - 6000 * sharp * light + 300 * noise.normal();
    });
  });
}

function write(name: string, pages: readonly Uint16Array<ArrayBuffer>[]): void {
  const description = `ImageJ=1.53t\nimages=${SIZE.z}\nslices=${SIZE.z}\nunit=um\nspacing=0.3\n`;
  const resolution = { type: 5, values: [10] } as const;
  const layout = {
    width: SIZE.x,
    height: SIZE.y,
    type: 'uint16',
    description,
    tags: { 282: resolution, 283: resolution },
  } as const;
  writeFileSync(join(folder, name), writeTiff(pages, layout));
}

describe.skipIf(!existsSync(bin))('unstained check', () => {
  it('exits 0 for pairs that fit, with a page', async () => {
    for (const seed of [1, 2]) {
      write(`f${seed} bf.tif`, field(seed, 'bright field'));
      write(`f${seed} dna.tif`, field(seed, 'dye'));
    }
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
    expect(result).toMatchObject({ schema: 'unstained.check/1', data: 'good.csv', spoiled: 0, page: 'good.html' });
    expect(result.samples.map(({ id }) => id)).toEqual(['one', 'two']);
    const page = readFileSync(join(folder, 'good.html'), 'utf8');
    expect(page.match(/<img src="data:image\/png/g)).toHaveLength(2 * 4); // signal, target, overlay from above and the side
  });

  it('exits 6 where rows are bad, and tells of all of them at once', async () => {
    write('shifted.tif', field(2, 'dye', { y: 8, x: -6 }));
    writeFileSync(
      join(folder, 'bad.tsv'),
      'id\tsignal\ttarget:dna\none\tf1 bf.tif\tf1 dna.tif\n<script>alert(1)</script>\tf2 bf.tif\tshifted.tif\nthree\tf1 bf.tif\tgone.tif\n',
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
    const text = await unstained(['check', '--data', 'bad.tsv', '--overwrite']);
    expect(text.code).toBe(6);
    expect(text.out).toMatch(/^sample +finding +what was measured, and what to do\n/);
    expect(text.out).toContain('gone.tif does not exist.');
    expect(text.out).toContain('2 of 3 samples would spoil training');
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
