import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatasetError } from '../../core/index.ts';
import { parseImagePath } from '../../io/index.ts';
import { parseManifest, parseManifests, type ManifestSettings } from './manifest.ts';

const parse = (text: string, settings?: ManifestSettings) => parseManifest(text, 'data/cells.csv', settings);

function refusal(text: string, settings?: ManifestSettings): DatasetError {
  try {
    parse(text, settings);
  } catch (error) {
    if (error instanceof DatasetError) return error;
    throw error;
  }
  throw new Error('accepted');
}

/** All that a message lists, without `data/cells.csv: N things are wrong:`. */
const listed = (error: DatasetError) => error.what.split('\n  ').slice(1);

describe('our columns', () => {
  it('all of them', () => {
    const text = [
      'id,signal,target:dna,target:er,weight,mask,split,group,t',
      'a,bf/1.tif,dna/1.tif,er/1.tif,w/1.tif,m/1.tif,train,dish 1,',
      'b,bf/2.tif,dna/2.tif,er/2.tif,,,VAL,dish 2,7',
    ].join('\n');
    expect(parse(text)).toEqual([
      {
        id: 'a',
        place: 'data/cells.csv line 2',
        signal: 'data/bf/1.tif',
        targets: [
          { name: 'dna', path: 'data/dna/1.tif' },
          { name: 'er', path: 'data/er/1.tif' },
        ],
        weight: 'data/w/1.tif',
        mask: 'data/m/1.tif',
        split: 'train',
        group: 'dish 1',
        time: null,
        flips: { y: false, x: false },
      },
      {
        id: 'b',
        place: 'data/cells.csv line 3',
        signal: 'data/bf/2.tif',
        targets: [
          { name: 'dna', path: 'data/dna/2.tif' },
          { name: 'er', path: 'data/er/2.tif' },
        ],
        weight: null,
        mask: null,
        split: 'val',
        group: 'dish 2',
        time: 7,
        flips: { y: false, x: false },
      },
    ]);
  });

  it('selections within files stay', () => {
    const [sample] = parse('signal,target\ncells.czi#channel=Bright,cells.czi#channel=EGFP\n');
    expect(sample).toMatchObject({
      signal: 'data/cells.czi#channel=Bright',
      targets: [{ name: 'target', path: 'data/cells.czi#channel=EGFP' }],
    });
  });

  it.each([
    ['a.tif', 'data/a.tif'],
    ['./a.tif', 'data/a.tif'],
    ['../a.tif', 'data/../a.tif'],
    ['sub\\a.tif', 'data/sub/a.tif'],
    ['/disk/a.tif', '/disk/a.tif'],
    ['C:\\scope\\a.tif', 'C:/scope/a.tif'],
    ['\\\\server\\scope\\a.tif', '//server/scope/a.tif'],
    ['https://lab.org/a.zarr#t=0', 'https://lab.org/a.zarr#t=0'],
    ['T{t}_C0.tif', 'data/T{t}_C0.tif'],
  ])('the path %s is %s', (path, placed) => expect(parse(`signal,target\n${path},b.tif`)[0].signal).toBe(placed));

  it('a range of times is a sample each, without the last', () => {
    const samples = parse('signal,target,t\nmovie.czi#channel=0,movie.czi#channel=1,3:6\nb.tif,c.tif,\n');
    expect(samples.map(({ id, time }) => [id, time])).toEqual([
      ['movie t=3', 3],
      ['movie t=4', 4],
      ['movie t=5', 5],
      ['b', null],
    ]);
  });

  it('without ids samples are called by the part of the path that tells them apart', () => {
    const signals = ['p1/bf.ome.tif', 'p2/bf.ome.tif', 'p2/bf.ome.tif', '"p3/c.czi#scene=B,channel=0"', 'p3/.tif'];
    const text = `signal,target\n${signals.map((signal) => `${signal},x.tif`).join('\n')}`;
    expect(parse(text).map(({ id }) => id)).toEqual(['p1/bf', 'p2/bf', 'p2/bf (2)', 'p3/c scene=B', 'p3/.tif']);
  });

  it('a given id is kept, and no other sample gets it', () => {
    const samples = parse('id,signal,target\n,x/b.tif,c.tif\nb,x/a.tif,c.tif\n');
    expect(samples.map(({ id }) => id)).toEqual(['b (2)', 'b']);
  });

  it('to predict, no target is needed', () => {
    expect(parse('signal\na.tif\n', { withTargets: false })[0].targets).toEqual([]);
    expect(parse('signal,target\na.tif,\nb.tif,c.tif', { withTargets: false }).map((s) => s.targets.length)).toEqual([
      0, 1,
    ]);
    expect(parse('path_tiff,channel_signal\na.tif,0', { withTargets: false })[0].targets).toEqual([]);
  });
});

describe('how the table may be written', () => {
  const usual = parse('signal,target\na.tif,b.tif\nc.tif,d.tif\n');

  it.each([
    ['a byte order mark', '\uFEFFsignal,target\na.tif,b.tif\nc.tif,d.tif\n'],
    ['line ends of Windows', 'signal,target\r\na.tif,b.tif\r\nc.tif,d.tif\r\n'],
    ['line ends of old Macs', 'signal,target\ra.tif,b.tif\rc.tif,d.tif'],
    ['tabs', 'signal\ttarget\na.tif\tb.tif\nc.tif\td.tif\n'],
    ['semicolons', 'signal;target\na.tif;b.tif\nc.tif;d.tif\n'],
    ['quotes', '"signal","target"\n"a.tif", "b.tif" \n"c.tif",d.tif'],
    ['capitals and spaces', ' Signal , TARGET\na.tif , b.tif\nc.tif,d.tif'],
    ['columns of spaces and empty ones', 'signal,target,,\na.tif,b.tif,,\nc.tif,d.tif,,'],
  ])('%s', (_, text) => expect(parse(text)).toEqual(usual));

  it('blank lines and comments say nothing, and lines are counted as an editor does', () => {
    const text =
      '# our cells\n\nsignal,target,notes\n\na.tif,b.tif,"two\nlines\n\nof notes"\n  # c.tif,d.tif\n,,\n\ne.tif,f.tif,\n';
    expect(parse(text).map(({ place }) => place)).toEqual(['data/cells.csv line 5', 'data/cells.csv line 12']);
    expect(parse(text.replaceAll('\n', '\r\n'))).toEqual(parse(text));
  });

  it('a quotation mark within a name, a name that begins with #, one with the separator', () => {
    const text = 'signal,target\n2" dish.tif,"#1.tif"\n"a, b.tif","say ""cheese"".tif"\n';
    expect(parse(text).map(({ signal, targets }) => [signal, targets[0].path])).toEqual([
      ['data/2" dish.tif', 'data/#1.tif'],
      ['data/a, b.tif', 'data/say "cheese".tif'],
    ]);
  });

  it('other columns are left alone and told', () => {
    const notes: string[] = [];
    parse('passage,signal,target,date\n3,a.tif,b.tif,monday', { onNote: (note) => notes.push(note) });
    expect(notes).toEqual(['data/cells.csv: not used: passage, date.']);
  });
});

describe('the tables of pytorch_fnet', () => {
  it('path_signal, path_target, path_weight_map, with the index that pandas writes', () => {
    const text = ',path_signal,path_target,path_weight_map\n0,a.tif,b.tif,w.tif\n1,c.tif,d.tif,\n';
    expect(parse(text)).toMatchObject([
      { id: 'a', signal: 'data/a.tif', targets: [{ name: 'target', path: 'data/b.tif' }], weight: 'data/w.tif' },
      { id: 'c', weight: null },
    ]);
  });

  // Header and rows of data/csvs/dna_train.csv and scripts/paper/python/source_csvs/lamin_b1.csv, shortened.
  it('path_czi with channels by number', () => {
    const text =
      'path_czi,channel_signal,channel_target,structureProteinName,colony_position\nd/3500000913-P38-E07.czi,3,2,Lamin B1,\n';
    expect(parse(text)).toMatchObject([
      {
        id: '3500000913-P38-E07',
        signal: 'data/d/3500000913-P38-E07.czi#channel=3',
        targets: [{ name: 'target', path: 'data/d/3500000913-P38-E07.czi#channel=2' }],
      },
    ]);
  });

  it('path_tiff with lists of channels, and numbers that pandas writes with a point', () => {
    expect(parse('dummy_id,path_tiff,channel_signal,channel_target\n0,a.tif,[0],"[1, 2]"')[0]).toMatchObject({
      signal: 'data/a.tif#channel=0',
      targets: [
        { name: 'target-1', path: 'data/a.tif#channel=1' },
        { name: 'target-2', path: 'data/a.tif#channel=2' },
      ],
    });
    expect(parse('path_tiff,channel_signal,channel_target\na.tif,6.0,5.0')[0]).toMatchObject({
      signal: 'data/a.tif#channel=6',
      targets: [{ path: 'data/a.tif#channel=5' }],
    });
  });

  it('flips, as its own augmentation writes them: the image four times', () => {
    const text =
      'path_signal,path_target,flip_y,flip_x\na.tif,b.tif,,\na.tif,b.tif,1.0,nan\na.tif,b.tif,,1.0\na.tif,b.tif,1,-1';
    expect(parse(text).map(({ id, flips }) => [id, flips.y, flips.x])).toEqual([
      ['a', false, false],
      ['a (2)', true, false],
      ['a (3)', false, true],
      ['a (4)', true, false],
    ]);
  });

  it('rows without target serve to predict', () => {
    const text = 'path_signal,path_target\nt000.tiff,\nt001.tiff,\n';
    expect(parse(text, { withTargets: false })).toHaveLength(2);
    expect(refusal(text).what).toBe('data/cells.csv lines 2 and 3, path_target: the cell is empty.');
  });
});

describe('channels by name', () => {
  it('whatever the name, the reader finds it', () => {
    const name = fc.string({
      unit: fc.constantFrom(...Array.from('aZ5 "#=,&;\'\\/.:é%tzscene')),
      minLength: 1,
      maxLength: 12,
    });
    const usable = name.filter(
      (channel) => channel.trim() === channel && !/^\[[\d\s,]*\]$|^\d+\.0+$|^nan$/i.test(channel),
    );
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(usable, usable, fc.constantFrom('a.czi', 'b#1.czi', 'c.czi#t=2,scene=1'), (signal, target, file) => {
        fc.pre(signal !== target);
        const [sample] = parse(
          `path_czi,channel_signal,channel_target\n${quoted(file)},${quoted(signal)},${quoted(target)}`,
        );
        const [path, ...selected] = file.split(/(?=#t)/);
        for (const [text, channel] of [
          [sample.signal, signal],
          [sample.targets[0].path, target],
        ])
          expect(parseImagePath(text)).toMatchObject({
            path: `data/${path}`,
            selection: { channel, time: selected.length > 0 ? 2 : null },
          });
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('what is wrong', () => {
  it('is told all at once, by line and column', () => {
    const text = [
      'id,signal,target,split,t',
      'a,1.tif,1d.tif,trian,',
      'b,,2d.tif,train,',
      'a,3.tif,,validation,5:5',
      'c,4.tif#chanel=1,4d.tif,,-1',
      'd,5.tif,5d.tif',
      'e,6.tif,6.tif,,',
      'f,7.tif#t=1,7d.tif,zzz,2',
    ].join('\n');
    expect(listed(refusal(text))).toEqual([
      'line 2, split: "trian" is none of train, val, test. Did you mean train?',
      'line 3, signal: the cell is empty. Every sample needs its signal.',
      'line 4, target: the cell is empty. Every sample needs all targets.',
      'line 4, t: "5:5" holds no time. Write a number from 0, or a range such as 0:20 (the last is not in it), or nothing for all times.',
      'line 4, split: "validation" is none of train, val, test. Did you mean val?',
      'line 4, id: "a" stands in lines 2 and 4. Results bear the names of their samples: give each its own.',
      expect.stringMatching(/^line 5, signal: 4\.tif#chanel=1: chanel cannot be selected/),
      'line 5, t: "-1" is no time. Write a number from 0, or a range such as 0:20 (the last is not in it), or nothing for all times.',
      'line 6: the row has 3 cells, the header 5. A cell that holds the separator must stand in quotes; an empty one needs its separators too.',
      'line 7, target: signal and target are the same image. Say the image, or the channel, that each is.',
      'line 8, split: "zzz" is none of train, val, test. Leave it empty where the settings shall decide.',
      'line 8, t: the signal selects a time itself: data/7.tif#t=1. Say it in one place.',
    ]);
  });

  it('in many lines alike is told once', () => {
    expect(refusal('signal,target\na.tif,\nb.tif,x.tif\nc.tif,\nd.tif,\ne.tif,').what).toBe(
      'data/cells.csv lines 2 and 4 to 6, target: the cell is empty.',
    );
  });

  it.each([
    ['', 'data/cells.csv is empty.', 'signal,target'],
    ['# nothing\n\n', 'data/cells.csv is empty.', 'signal,target'],
    ['signal,target\n', 'it has a header and no rows', null],
    ['a.tif,b.tif\nc.tif,d.tif', 'line 1: no column is called signal.', 'The first line names the columns'],
    ['signal,weight\na,b', 'line 1: no column is called target.', null],
    ['signall,target\na,b', 'line 1, signall: unknown column signall.', 'Did you mean signal?'],
    ['signal,target,wieght\na,b,c', 'unknown column wieght.', 'Did you mean weight?'],
    ['path_signl,path_target\na,b', 'unknown column path_signl.', 'Did you mean path_signal?'],
    ['path_czi,channel_signal\na,0', 'no column says which channel is the target', 'channel_target'],
    ['path_czi,channel_target\na,0', 'no column says which channel is the signal', 'channel_signal'],
    ['path_czi,path_tiff,channel_signal,channel_target\na,b,0,1', 'columns path_czi and path_tiff say the same', null],
    ['signal,path_signal,target\na,b,c', 'columns signal and path_signal say the same', null],
    ['signal,target:dna,target:DNA\na,b,c', 'two targets are called DNA', null],
    ['signal,target:\na,b', 'the target has no name', null],
    ['signal,target,target:er\na,b,c', 'column target stands beside target:NAME', null],
    ['path_czi,channel_signal,channel_target\na,"[0, 1]",2', 'it says 2 channels', 'The signal is one channel'],
    ['path_czi,channel_signal,channel_target\na,,2', 'channel_signal: it says no channels', null],
    ['path_czi,channel_signal,channel_target\na,2,2', 'signal and target are the same image', null],
    [
      'path_czi,channel_signal,channel_target\na,0,1\nb,0,"[1,2]"',
      'line 3, channel_target: it says 2, line 2 says 1',
      null,
    ],
    ['path_czi,channel_signal,channel_target\na#channel=3,2,1', 'a#channel=3 selects channel 3', 'in one place'],
    ['signal,target,flip_y\na,b,perhaps', '"perhaps" is neither yes nor no', null],
    ['signal,target,t\na,b,0:99999999', 'has 99999999 samples', null],
    ['signal,target\na,b\n"c,d\ne,f', 'line 3: a quotation mark is opened and never closed', null],
    ['signal,target\n\n# x\n"c\n",d\n\n"e,f\ng,h', 'line 7: a quotation mark is opened', null],
    ['\n"signal,target\na,b', 'line 2: a quotation mark is opened and never closed', null],
    ['signal,target\n"a" b,c', 'line 2: a cell in quotes goes on', null],
    ['signal,target\n"a\nb",c\nd,e', 'line 2, signal: the cell holds a line break', null],
    ['signal,target\nZ\uFFFDrich.tif,c', 'line 2, signal: the cell holds letters that are not UTF-8', 'CSV UTF-8'],
    ['PK\x03\x04rest', 'is a workbook', 'CSV'],
    ['s\0i\0g\0', 'no text in UTF-8', 'CSV UTF-8'],
  ])('%j', (text, what, remedy) => {
    const error = refusal(text);
    expect(error.message).toContain(what);
    if (remedy) expect(error.message).toContain(remedy);
    expect(error).toMatchObject({ code: 'dataset/manifest', exitCode: 3, file: 'data/cells.csv' });
  });

  it('a column that is nearly another one is left alone where that one is there', () => {
    expect(parse('path_signal,path_target,path_target_pre\na,b,c')).toHaveLength(1);
  });

  it('whatever the bytes, it is samples or a refusal', () => {
    const pieces = [
      'signal',
      'target',
      ',',
      '\t',
      ';',
      '\n',
      '\r\n',
      '"',
      '#',
      'a.tif',
      't',
      'id',
      '1:3',
      '\0',
      '=',
      '[1,2]',
    ];
    const text = fc.array(fc.constantFrom(...pieces, 'path_czi', 'channel_signal', 'channel_target'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (parts) => {
        try {
          const samples = parse(parts.join(''));
          expect(new Set(samples.map(({ id }) => id)).size).toBe(samples.length);
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
        }
      }),
      { seed: 3, numRuns: 3000 },
    );
  });
});

describe('several manifests', () => {
  const header = 'path_czi,channel_signal,channel_target\n';

  it('of pytorch_fnet: the name of the table says the split', () => {
    const samples = parseManifests([
      { file: 'csvs/dna_train.csv', text: `${header}p1/bf.czi,3,2\n` },
      { file: 'csvs/dna_test.csv', text: `${header}p2/bf.czi,6,5\n` },
      { file: 'more.csv', text: `${header}csvs/p3/bf.czi,6,5\n` },
      { file: 'contest.csv', text: `${header}csvs/p4/bf.czi,6,5\n` },
    ]);
    expect(samples.map(({ id, place, split }) => [id, place, split])).toEqual([
      ['p1/bf', 'csvs/dna_train.csv line 2', 'train'],
      ['p2/bf', 'csvs/dna_test.csv line 2', 'test'],
      ['p3/bf', 'more.csv line 2', null],
      ['p4/bf', 'contest.csv line 2', null],
    ]);
  });

  it('a column split comes before the name, and of one table the name says nothing', () => {
    const train = { file: 'train.csv', text: 'signal,target,split\na,b,val\nc,d,\n' };
    const more = { file: 'more.csv', text: 'signal,target\ne,f\n' };
    expect(parseManifests([train, more]).map(({ split }) => split)).toEqual(['val', 'train', null]);
    expect(parseManifests([train]).map(({ split }) => split)).toEqual(['val', null]);
  });

  it.each([
    ['id,signal,target\nx,c,d', 'b.csv line 2: "x" is the id of a.csv line 2 too.'],
    ['signal,target:dna\nc,d', 'b.csv line 2 has the targets dna, a.csv line 2 has target.'],
    ['signal,target\nc,', 'b.csv line 2, target: the cell is empty.'],
  ])('%j does not fit', (text, what) => {
    const tables = [
      { file: 'a.csv', text: 'id,signal,target\nx,a,b' },
      { file: 'b.csv', text },
    ];
    expect(() => parseManifests(tables)).toThrow(expect.objectContaining({ code: 'dataset/manifest', what }));
  });
});

it('of several manifests all that is wrong is told at once', () => {
  const text = 'signal,target\na,\n';
  const tables = ['a.csv', 'b.csv'].map((file) => ({ file, text }));
  expect(() => parseManifests(tables)).toThrow(/a\.csv line 2, target: .*\nb\.csv line 2, target: the cell is empty\./);
});

describe('large tables', () => {
  const rows = (count: number, row: (i: number) => string) =>
    `id,signal,target\n${Array.from({ length: count }, (_, i) => row(i)).join('\n')}`;

  it('twenty thousand rows of one image are read', () => {
    expect(parse(rows(20_000, (i) => `,bf.tif,${i}.tif`)).at(-1)).toMatchObject({ id: 'bf (20000)' });
  });

  it('ten thousand errors make a message that can be read', () => {
    const { message } = refusal(rows(10_000, (i) => `${i},a.tif#t=${'9'.repeat(20 + (i % 300))},`));
    expect(message.split('\n').length).toBeLessThan(210);
    expect(message.length).toBeLessThan(200_000);
  });

  it('more than a million lines are refused', () => {
    expect(refusal(`signal,target\n${'a,b\n'.repeat(1_000_000)}`).what).toContain('more than 1000000 lines');
  });

  it('a row of megabytes is refused', () => {
    const row = 'x'.repeat(2 ** 21);
    expect(refusal(`signal,target\n${row},b\n`).what).toContain('line 2: the row has more than 1048576 characters');
    expect(refusal(`signal,target\na,b\n\n"${'xxxxxxx\n'.repeat(2 ** 18)}`).what).toContain(
      'line 4: the row has more than',
    );
  });

  it('more than 64 MB are refused', () => {
    expect(refusal('signal,target\n'.padEnd(65 * 2 ** 20)).what).toContain('65 MB');
  });
});
