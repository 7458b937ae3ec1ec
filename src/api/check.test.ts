/** `check` on files of this machine: what it reads, what it goes on after, what it writes. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { channelWith, createImage, type ImageDescription } from '../io/index.ts';
import { nodeWorld } from '../node/index.ts';
import { check } from './check.ts';
import type { CheckRequest } from './check-request.ts';

const folder = mkdtempSync(join(tmpdir(), 'unstained-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const world = nodeWorld();
const at = (name: string) => join(folder, name);

const DESCRIPTION: ImageDescription = {
  name: '',
  times: 1,
  timeStep: null,
  channels: [channelWith()],
  size: { z: 4, y: 48, x: 64 },
  voxelSize: { z: 0.4, y: 0.1, x: 0.1 },
  type: 'uint16',
};

/** Round cells, the same in every plane; `invert` shows them as a bright field would. */
async function write(name: string, changed: Partial<ImageDescription> = {}, seed = 1): Promise<string> {
  const description = { ...DESCRIPTION, ...changed };
  const { size, times, channels } = description;
  const sink = await createImage(world.output, at(name), description, {
    format: null,
    compression: null,
    overwrite: true,
  });
  for (let plane = 0; plane < times * channels.length * size.z; plane++) {
    const noise = random(seed * 1000 + plane);
    await sink.writePlane(
      Uint16Array.from({ length: size.y * size.x }, (_, i) => {
        const [y, x] = [Math.floor(i / size.x) % 24, (i % size.x) % 32];
        return 500 + 200 * noise.normal() + 3000 * Math.exp(-((y - 12) ** 2 + (x - 10 - seed) ** 2) / 30);
      }),
    );
  }
  await sink.finish();
  return at(name);
}

const NOTHING: CheckRequest = {
  data: [],
  signal: null,
  targets: [],
  weight: null,
  voxelSize: null,
  memoryBytes: null,
  out: at('check.html'),
  overwrite: true,
};

async function checked(request: Partial<CheckRequest>) {
  const progress: string[] = [];
  const notes: string[] = [];
  const result = await check(
    world,
    { ...NOTHING, ...request },
    {
      onProgress: ({ done, total, facts = [] }) => progress.push([`${done}/${total}`, ...facts].join(' ')),
      onNote: (note) => notes.push(note),
    },
  );
  return { ...result, progress, notes, html: readFileSync(result.page, 'utf8') };
}

function manifest(name: string, ...lines: readonly string[]): string {
  writeFileSync(at(name), lines.join('\n'));
  return at(name);
}

const fields = (images: string) => ({ signal: `${images}-bf.tif`, target: `${images}-dna.tif` });
async function writeField(images: string, seed: number): Promise<void> {
  await write(fields(images).signal, {}, seed);
  await write(fields(images).target, {}, seed);
}

describe('a manifest', () => {
  it('files that are missing, damaged or no images are findings, each in its row; the other rows are checked all the same', async () => {
    for (const [i, name] of ['a', 'b', 'with space', 'c'].entries()) await writeField(name, i + 1);
    writeFileSync(at('text.tif'), 'no image');
    const whole = readFileSync(at('c-bf.tif'));
    writeFileSync(at('cut.tif'), whole.subarray(0, whole.length >> 1));
    const data = manifest(
      'rows.csv',
      'id,signal,target:dna',
      '<b>A</b>,a-bf.tif,a-dna.tif',
      'B,b-bff.tif,not there.tif',
      'W,with space-bf.tif,with space-dna.tif',
      'T,text.tif,b-dna.tif',
      'C,cut.tif,c-dna.tif',
    );
    const { samples, findings, spoiled, html, progress } = await checked({ data: [data] });
    const unreadable = findings.filter(({ kind }) => kind === 'unreadable');
    expect(unreadable.map(({ samples: [id], file, severity }) => [id, file, severity])).toEqual([
      ['B', at('b-bff.tif'), 'spoils'],
      ['B', at('not there.tif'), 'spoils'],
      ['T', at('text.tif'), 'spoils'],
      ['C', at('cut.tif'), 'spoils'],
    ]);
    expect(unreadable[0].remedy).toContain('Did you mean');
    expect(spoiled).toBeGreaterThanOrEqual(3);
    expect(samples.map(({ id, place }) => [id, place])).toEqual(
      ['<b>A</b>', 'B', 'W', 'T', 'C'].map((id, i) => [id, `${data} line ${i + 2}`]),
    );
    expect(progress[0]).toBe('0/5 <b>A</b>');
    expect(progress.at(-1)).toBe('5/5');
    expect(html.includes('&lt;b&gt;A&lt;/b&gt;') && !html.includes('<b>A')).toBe(true);
    expect(html.includes(folder)).toBe(false); // a page that is sent to others does not tell the sender's folders
    expect(html.includes('with space-bf.tif')).toBe(true);
  });

  it('what is wrong with the table itself is told before anything is read or written', async () => {
    const data = manifest('wrong.csv', 'signal,tarrget', 'a,b');
    const out = at('wrong.html');
    await expect(checked({ data: [data], out })).rejects.toMatchObject({ code: 'dataset/manifest' });
    expect(readdirSync(folder)).not.toContain('wrong.html');
  });

  it('tabs between cells, and paths from the folder of the manifest', async () => {
    mkdirSync(at('deep/er'), { recursive: true });
    await writeField('deep/tab', 1);
    const data = manifest('deep/er/rows.tsv', 'signal\ttarget', '../tab-bf.tif\t../tab-dna.tif');
    const { samples, findings } = await checked({ data: [data] });
    expect(samples).toHaveLength(1);
    expect(findings.filter(({ kind }) => kind === 'unreadable')).toEqual([]);
  });
});

describe('times', () => {
  it('of a series each is a sample of its own; a row that says a time is that one', async () => {
    for (const name of ['t-bf.ome.tif', 't-dna.ome.tif']) await write(name, { times: 3 });
    const all = await checked({ signal: at('t-bf.ome.tif'), targets: [{ name: null, path: at('t-dna.ome.tif') }] });
    expect(all.samples.map(({ id }) => id)).toEqual([0, 1, 2].map((t) => `t-bf t=${t}`));
    // One dish looks alike at all times, and no split parts a series.
    expect(all.findings.filter(({ kind }) => kind === 'duplicate' || kind === 'leakage')).toEqual([]);
    const data = manifest('times.csv', 'signal,target,t', 't-bf.ome.tif,t-dna.ome.tif,1');
    expect((await checked({ data: [data] })).samples).toHaveLength(1);
  });

  it('of unlike number are a finding, and the first is looked at', async () => {
    await write('t2-bf.ome.tif', { times: 2 });
    const { findings, samples } = await checked({
      signal: at('t2-bf.ome.tif'),
      targets: [{ name: null, path: at('t-dna.ome.tif') }],
    });
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: 'axes',
        severity: 'spoils',
        measured: { 'times of signal': 2, 'times of target': 3 },
      }),
    );
    expect(samples).toHaveLength(1);
  });

  it('a time that a file does not have is a finding', async () => {
    const data = manifest('late.csv', 'id,signal,target,t', 'late,t-bf.ome.tif,t-dna.ome.tif,7');
    const { findings } = await checked({ data: [data] });
    expect(findings.map(({ kind, samples }) => [kind, ...samples])).toEqual([
      ['unreadable', 'late'],
      ['unreadable', 'late'],
    ]);
    expect(findings[0].what).toContain('there is no time 7; it has t=0 to t=2.');
  });
});

it('one channel as signal and as target is a finding', async () => {
  const image = await write('two.ome.tif', {
    channels: [channelWith({ name: 'Bright' }), channelWith({ name: 'DNA' })],
  });
  const { findings } = await checked({ signal: image, targets: [{ name: 'dna', path: `${image}#channel=DNA` }] });
  expect(findings).toContainEqual(
    expect.objectContaining({ kind: 'channel', severity: 'spoils', file: `${image}#channel=DNA` }),
  );
  const right = await checked({
    signal: `${image}#channel=Bright`,
    targets: [{ name: 'dna', path: `${image}#channel=DNA` }],
  });
  expect(right.findings.filter(({ what }) => what.includes('the network would see'))).toEqual([]);
});

it('of images beyond the memory the middle is read, and that is told', async () => {
  const large = { size: { z: 3, y: 300, x: 500 } };
  const [signal, target] = [await write('large-bf.tif', large), await write('large-dna.tif', large)];
  const request = { signal, targets: [{ name: 'dna', path: target }] };
  expect((await checked(request)).samples[0].part).toBeNull();
  const { samples, html } = await checked({ ...request, memoryBytes: 16 * 2 * 3 * 260 * 460 });
  expect(samples[0].part).toMatch(/^only the middle \(z 3, y 2[67]\d, x 4\d\d\) of \(z 3, y 300, x 500\) was read/);
  expect(html.includes('only the middle (z 3, y 2')).toBe(true);
});

describe('the page', () => {
  const pair = async () => ({
    signal: await write('p-bf.tif'),
    targets: [{ name: 'dna', path: await write('p-dna.tif') }],
  });

  it('replaces nothing unless it may, and never an image; that is told before anything is read', async () => {
    const { signal, targets } = await pair();
    writeFileSync(at('there.html'), 'mine');
    await expect(
      checked({ signal: at('none.tif'), targets, out: at('there.html'), overwrite: false }),
    ).rejects.toMatchObject({
      code: 'usage/output-exists',
    });
    await expect(checked({ signal, targets, out: signal })).rejects.toMatchObject({ code: 'usage/output-is-input' });
    const data = manifest('self.csv', 'signal,target', 'p-bf.tif,p-dna.tif');
    await expect(checked({ data: [data], out: data })).rejects.toMatchObject({ code: 'usage/output-is-input' });
    expect(readFileSync(at('there.html'), 'utf8')).toBe('mine');
  });

  it('I3: a check that is stopped leaves none', async () => {
    const { signal, targets } = await pair();
    const stop = new AbortController();
    const stopped = check(
      world,
      { ...NOTHING, signal, targets, out: at('stopped.html') },
      {
        signal: stop.signal,
        onProgress: ({ facts = [] }) => facts.some((fact) => fact.startsWith('reading')) && stop.abort(),
      },
    );
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(folder).filter((name) => name.includes('stopped'))).toEqual([]);
  });
});
