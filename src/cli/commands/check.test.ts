/** What is typed after `unstained check`, and what of the result a person and a script get to see. */
import { describe, expect, it } from 'vitest';
import type { CheckRequest, CheckResult, Finding } from '../../api/index.ts';
import { main } from '../main.ts';
import { fakeIo, fakeLibrary } from '../testing/fake-io.ts';

const sample = (id: string, verdict: CheckResult['samples'][number]['verdict']): CheckResult['samples'][number] => ({
  id,
  place: null,
  signal: 'bf.tif',
  targets: [{ name: 'dna', path: 'dna.tif' }],
  verdict,
  shift: null,
  part: null,
});

const shift: Finding = {
  kind: 'shift',
  severity: 'spoils',
  samples: ['B2_03'],
  file: 'dna.tif',
  what: 'dna.tif lies 6 voxels to the right of where bf.tif shows the same structures, and 2 planes deeper.',
  remedy: 'Register the two first, or leave the row out.',
};
const leakage: Finding = {
  ...shift,
  kind: 'leakage',
  samples: ['B2_04', 'B2_05', 'B2_06'],
  what: 'The same field is in train and in test.',
};
const dull: Finding = {
  ...shift,
  kind: 'focus',
  severity: 'note',
  samples: ['a sample of a very long name indeed, of many words'],
  what: 'Dull.',
};

const RESULT: CheckResult = {
  schema: 'unstained.check/1',
  data: ['cells.csv'],
  samples: [sample('B2_03', 'spoils'), sample('B2_04', 'spoils'), sample('a', 'note'), sample('b', 'good')],
  findings: [shift, leakage, dull],
  spoiled: 2,
  page: 'check.html',
  seconds: 3.21,
};

async function run(args: readonly string[], result: CheckResult = RESULT, columns = 80) {
  const io = fakeIo({ columns });
  let request: CheckRequest | undefined;
  const verbs = { check: async (_: string, asked: CheckRequest) => ((request = asked), result) };
  const code = await main(['check', ...args], io, fakeLibrary(verbs));
  return { code, out: io.out.join(''), err: io.err.join(''), request };
}

describe('what is typed', () => {
  it('a manifest, or the files of one pair', async () => {
    const { request } = await run(['--data', 'cells.csv', '--out', 'c.html', '--overwrite', '--memory', '1GB']);
    expect(request).toMatchObject({
      data: ['cells.csv'],
      signal: null,
      targets: [],
      out: 'c.html',
      overwrite: true,
      memoryBytes: 1e9,
    });
    const pair = await run([
      '--signal',
      'bf.tif',
      '--target',
      'dna=d.tif',
      '--target',
      'e.tif',
      '--weight',
      'w.tif',
      '--axes',
      'TYX',
    ]);
    expect(pair.request).toMatchObject({
      data: [],
      signal: 'bf.tif',
      targets: [
        { name: 'dna', path: 'd.tif' },
        { name: null, path: 'e.tif' },
      ],
      weight: 'w.tif',
      axes: 'TYX',
      out: 'check.html',
      overwrite: false,
    });
  });

  it.each([
    [[], 'check needs a manifest, or a signal and a target.'],
    [['--signal', 'bf.tif'], 'check needs --target [NAME=]FILE.'],
    [['--data', 'c.csv', '--weight', 'w.tif'], 'check takes --data or --weight, not both.'],
    [['c.csv'], '"c.csv" is one word too many.'],
  ])('%j is wrong', async (args, what) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(what);
  });
});

describe('the result', () => {
  it('exits 6 where something would spoil training, 0 where nothing would', async () => {
    expect((await run(['--data', 'c.csv'])).code).toBe(6);
    expect((await run(['--data', 'c.csv', '--json'])).code).toBe(6);
    expect((await run(['--data', 'c.csv', '--quiet'])).code).toBe(6);
    expect((await run(['--data', 'c.csv'], { ...RESULT, spoiled: 0, findings: [dull] })).code).toBe(0);
  });

  it('is a table of all findings as wide as the terminal, with what to do about each', async () => {
    const { out } = await run(['--data', 'c.csv']);
    expect(out).toBe(
      [
        'sample                finding  what was measured, and what to do',
        'B2_03                 shift    dna.tif lies 6 voxels to the right of where',
        '                               bf.tif shows the same structures, and 2 planes',
        '                               deeper.',
        '                               → Register the two first, or leave the row out.',
        'B2_04 and 2 more      leakage  The same field is in train and in test.',
        '                               → Register the two first, or leave the row out.',
        'a sample of a very long name indeed, of many words',
        '                      (focus)  Dull.',
        '                               → Register the two first, or leave the row out.',
        '',
        '2 of 4 samples would spoil training; 1 more is worth a look.',
        'Looked at in 3.2 s. Pictures: check.html',
        '',
      ].join('\n'),
    );
    for (const columns of [70, 100, 200])
      for (const line of (await run(['--data', 'c.csv'], RESULT, columns)).out.split('\n'))
        expect(line.length).toBeLessThanOrEqual(Math.min(columns, 140));
  });

  it('of good samples is two lines', async () => {
    const good = { ...RESULT, samples: [sample('a', 'good')], findings: [], spoiled: 0 };
    expect((await run(['--data', 'c.csv'], good)).out).toBe(
      'The sample can be trained on.\nLooked at in 3.2 s. Pictures: check.html\n',
    );
  });

  it('is one JSON object with --json', async () => {
    expect(JSON.parse((await run(['--data', 'c.csv', '--json'])).out)).toEqual(RESULT);
  });

  it('names cannot command the terminal', async () => {
    const evil = { ...shift, samples: ['\u001b[2Jx'], what: '\u001b[31mred' };
    expect((await run(['--data', 'c.csv'], { ...RESULT, findings: [evil] })).out).not.toContain('\u001b');
  });
});
