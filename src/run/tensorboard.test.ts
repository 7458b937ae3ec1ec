import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../codec/index.ts';
import { python } from '../io/testing/python.ts';
import { eventFileName, eventFileStart, eventsOf, type StepEvents } from './tensorboard.ts';

const NOON = 1_763_985_600;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const png = (width: number, height: number, channels: 1 | 3) =>
  encodePng({ width, height, channels, data: new Uint8Array(width * height * channels).fill(99) });

describe('event files', () => {
  // From RecordWriter and Event.SerializeToString of TensorBoard 2.21.
  it('begin as those of TensorFlow', () => {
    const version = '1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c';
    const start = '0f000000000000006d532b09090000000000000040100d3a0208014ad7cc23';
    expect(hex(eventFileStart(1.5, 0))).toMatch(new RegExp(`^${version}`));
    expect(hex(eventFileStart(2, 12))).toMatch(new RegExp(`${start}$`));
  });
  it('a number is the bytes that TensorBoard writes', () =>
    expect(hex(eventsOf({ step: 300, scalars: { loss: 0.5 } }, 1_700_000_000.25))).toBe(
      '1b000000000000001a0d9e130900001040fc54d94110ac022a0d0a0b0a046c6f7373150000003f77f990a0',
    ));
  it('lie in the order of their time', () => {
    const names = [eventFileName(NOON, 12_000), eventFileName(NOON + 1.9, 11_000), eventFileName(9, 20_000)];
    expect(names[0]).toBe('events.out.tfevents.1763985600.step-000012000');
    expect(names.toSorted()).toEqual([names[2], names[0], names[1]]);
  });
  it('a picture that is no PNG is refused', () =>
    expect(() => eventsOf({ step: 1, images: { preview: new Uint8Array(40) } }, NOON)).toThrow(/preview: this PNG/));
});

const hasTensorBoard = spawnSync(python, ['-c', 'import tensorboard']).status === 0;

describe.skipIf(!hasTensorBoard)('TensorBoard', () => {
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'unstained-tensorboard-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (startStep: number, wallTime: number, events: readonly StepEvents[], lostBytes: number) => {
    const records = [eventFileStart(wallTime, startStep), ...events.map((event) => eventsOf(event, wallTime))];
    const file = Buffer.concat(records);
    writeFileSync(join(folder, eventFileName(wallTime, startStep)), file.subarray(0, file.length - lostBytes));
  };

  it('reads the numbers, pictures and text of a run that was killed while it wrote step 6 and went on after step 4', () => {
    const loss = (step: number, run: number) => ({ step, scalars: { loss: run / step, 'rate/lr': 1e-3 } });
    const at = (step: number, run: number, height: number): StepEvents[] => [
      loss(step, run),
      {
        step,
        scalars: { 'dna é/r': step === 2 ? NaN : -step / 8 },
        images: { dna: png(5, height, 3), gray: png(300, 2, 1) },
      },
    ];
    write(
      0,
      NOON,
      [
        { step: 0, texts: { settings: '# Größe\n\n    batch: 4' } },
        ...[1, 2, 3].flatMap((step) => at(step, 1, 1)),
        ...[4, 5, 6].flatMap((step) => at(step, 1, 2)),
      ],
      20,
    );
    write(4, NOON + 60, [loss(5, 2), loss(2 ** 40, 2)], 0);
    const script = join(import.meta.dirname, '../../tests/tensorboard/read_events.py');
    const shown: unknown = JSON.parse(
      execFileSync(python, [script, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).replaceAll(
        'NaN',
        'null',
      ),
    );
    const float = Math.fround;
    expect(shown).toEqual({
      scalars: {
        loss: { 1: 1, 2: 0.5, 3: float(1 / 3), 4: 0.25, 5: float(2 / 5), [2 ** 40]: 2 ** -39 },
        'rate/lr': Object.fromEntries([1, 2, 3, 4, 5, 2 ** 40].map((step) => [step, float(1e-3)])),
        'dna é/r': { 1: -0.125, 2: null, 3: -0.375, 4: -0.5 },
      },
      images: {
        dna: { 1: [5, 1, 5, 1], 2: [5, 1, 5, 1], 3: [5, 1, 5, 1], 4: [5, 2, 5, 2] },
        gray: Object.fromEntries([1, 2, 3, 4].map((step) => [step, [300, 2, 300, 2]])),
      },
      text: { settings: { 0: '# Größe\n\n    batch: 4' } },
    });
  });
});
