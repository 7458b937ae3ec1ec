import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Progress, ValidationProgress } from '../core/index.ts';
import { widthOf } from './format.ts';
import { openScreen } from './screen.ts';
import { fakeIo } from './testing/fake-io.ts';
import { openTerminal } from './testing/terminal.ts';

const reading = (done: number, task = 'reading bf.tif'): Progress => ({ task, done, total: 1000, unit: 'planes' });

const validation: ValidationProgress = {
  step: 300,
  scores: [
    { name: 'dna', r: 0.7123 },
    { name: 'membrane', r: null },
  ],
  best: { step: 200, r: 0.7259 },
  withoutGain: 1,
  patience: 10,
};
const training = (done: number, more: Partial<Progress['training']> = {}): Progress => ({
  task: 'training',
  done,
  total: 1000,
  unit: 'steps',
  loss: 1 / (1 + done),
  training: { run: 'runs/dna', lr: 1e-3, images: { inMemory: 8, all: 30 }, savedStep: 0, validation: null, ...more },
});

/** A screen, and the terminal that it writes to. */
function watched({ columns = 80, rows = 24, env = {} }: { columns?: number; rows?: number; env?: object } = {}) {
  const io = fakeIo({ isTTY: true, columns, rows, env: { LANG: 'C.UTF-8', ...env } });
  const terminal = openTerminal(columns);
  io.stderr.write = (text: string) => {
    io.err.push(text);
    terminal.write(text);
  };
  const screen = openScreen(io, { quiet: false, live: true });
  const resize = (to: number) => {
    io.resize(to);
    terminal.resize(to);
  };
  return { io, terminal, screen, resize };
}

describe('in a terminal', () => {
  it('a task is a line that is drawn over itself at most ten times a second', () => {
    const { io, terminal, screen } = watched();
    for (let done = 1; done <= 1000; done++) {
      io.advance(10);
      screen.progress(reading(done));
    }
    expect(io.err.length).toBeGreaterThanOrEqual(99);
    expect(io.err.length).toBeLessThanOrEqual(101);
    io.advance(1000); // what came after the last picture is drawn
    expect(terminal.shown()).toEqual(['reading bf.tif  ████████████  1000/1000 planes  100 planes/s  1.3 GB']);
  });

  it('a training is drawn with its curve, its last validation and what is safe', () => {
    const { io, terminal, screen } = watched();
    for (let step = 1; step <= 420; step++) {
      io.advance(500);
      const savedStep = Math.floor(step / 200) * 200;
      screen.progress(training(step, { savedStep, validation: step < 300 ? null : validation }));
      if (step === 100) expect(terminal.shown().at(-1)).toBe('in memory: 1.3 GB, 8 of 30 images  nothing saved yet');
    }
    const [way, loss, lr, ...rest] = terminal.shown();
    expect(way).toBe('runs/dna  █████▍░░░░░░░  42 %   420/1000 steps  2 steps/s     4 min 50 s left');
    expect(loss).toMatch(/^loss 0\.00253 {2}█[▁-█]+ +0\.\d+$/);
    expect(lr).toMatch(/^lr 0\.00100 {4}█[▁-█]+ {2}0\.00\d+$/);
    expect(rest).toEqual([
      'dna r 0.712  membrane r -  best 0.726 at 200  1 of 10 without gain',
      'in memory: 1.3 GB, 8 of 30 images  saved step 400, 10 s ago',
    ]);
  });

  it('what is done between two steps stands below it, and ends neither its curve nor its pace', () => {
    const { io, terminal, screen } = watched();
    for (let step = 1; step <= 300; step++, io.advance(100)) screen.progress(training(step));
    const before = terminal.shown();
    for (let done = 1; done <= 100; done++, io.advance(100)) screen.progress(reading(done, 'validating'));
    expect(terminal.shown()).toHaveLength(before.length + 1);
    expect(terminal.shown().at(-1)).toMatch(/^validating {2}█▏░{10} {2}100\/1000 planes/);
    for (let step = 301; step <= 303; step++, io.advance(100)) screen.progress(training(step));
    const after = terminal.shown();
    expect(after[0]).toContain('9.97 steps/s');
    expect([after.length, after[2].length]).toEqual([before.length, before[2].length]);
  });

  it('times go on while nothing is heard, and no longer than the lines are there', () => {
    const { io, terminal, screen } = watched();
    screen.progress(training(1));
    io.advance(20_200);
    screen.progress(training(2));
    io.advance(200);
    screen.progress(training(2, { savedStep: 2 }));
    expect(terminal.shown()[0]).toContain('20 s a step   5 h 36 min left');
    const written = io.err.length;
    io.advance(5000);
    expect(io.err.length - written).toBe(5);
    expect(terminal.shown().at(-1)).toContain('saved step 2, 4 s ago');
    screen.clear();
    io.advance(5000);
    expect(io.err.length - written).toBe(6);
  });

  it('says what is left to wait for, by the rate of the last half minute', () => {
    const { io, terminal, screen } = watched();
    screen.progress(reading(500)); // what was done before does not count for the rate
    for (let done = 501; done <= 560; done++) {
      io.advance(2000);
      screen.progress(reading(done));
    }
    io.advance(1000);
    expect(terminal.shown()[0]).toContain('560/1000 planes  2 s a plane  14 min 39 s left');
  });

  it('the same task with the next image begins anew', () => {
    const { io, terminal, screen } = watched();
    for (let done = 20; done <= 50; done++, io.advance(200)) screen.progress(reading(done));
    screen.progress(reading(1));
    io.advance(1000);
    expect(terminal.shown()).toEqual(['reading bf.tif  ░░░░░░░░░░░░  1/1000 planes  1.3 GB']);
  });

  it('colors are left out with NO_COLOR, glyphs where the terminal has none', () => {
    const { io, screen } = watched({ env: { NO_COLOR: '1', LANG: 'C' } });
    for (let step = 1; step <= 20; step++, io.advance(100)) screen.progress(training(step));
    // oxlint-disable-next-line no-control-regex
    expect(io.err.join('')).toMatch(/^(?:[\x20-\x7e\r\n]|\u001b\[\d*[AKJ])*$/);
    expect(io.err.join('')).toContain('|');
  });

  it('a message stands above the lines, and stays', () => {
    const { terminal, screen } = watched();
    screen.progress(training(1));
    const lines = terminal.shown();
    screen.note('pages were taken as z');
    expect(terminal.shown()).toEqual(['pages were taken as z', ...lines]);
    screen.clear();
    expect(terminal.shown()).toEqual(['pages were taken as z']);
  });

  it('whatever happens, at whatever size: every line fits, messages stay, and nothing else is left in the end', () => {
    const name = fc.constantFrom('dna', '細胞 核', 'a\nb\tc\u001b[2J', '', 'x'.repeat(300));
    const event = fc.oneof(
      { weight: 8, arbitrary: fc.record({ training: fc.nat(1000), name, validated: fc.boolean(), loss: fc.double() }) },
      { weight: 3, arbitrary: fc.record({ task: name, done: fc.nat(1000) }) },
      { weight: 1, arbitrary: fc.record({ note: fc.constantFrom('one', '二つ', 'three '.repeat(30)) }) },
      { weight: 1, arbitrary: fc.record({ columns: fc.integer({ min: 20, max: 220 }) }) },
      { weight: 2, arbitrary: fc.record({ ms: fc.nat(3000) }) },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 220 }),
        fc.integer({ min: 1, max: 30 }),
        fc.array(event),
        (columns, rows, events) => {
          const { io, terminal, screen, resize } = watched({ columns, rows });
          const plain = openTerminal(columns); // gets the messages only
          for (const happens of events) {
            if ('note' in happens) {
              screen.note(happens.note);
              plain.write(`${happens.note}\n`);
            } else if ('columns' in happens) {
              resize(happens.columns);
              plain.resize(happens.columns);
            } else if ('ms' in happens) io.advance(happens.ms);
            else if ('task' in happens) screen.progress(reading(happens.done, happens.task));
            else {
              const scores = [{ name: happens.name, r: 0.5 }, ...validation.scores];
              const more = { run: happens.name, validation: happens.validated ? { ...validation, scores } : null };
              screen.progress({ ...training(happens.training, more), loss: happens.loss });
            }
            io.advance(1000); // drawn anew, also after a resize
            const [kept, shown] = [plain.shown(), terminal.shown()];
            expect(shown.slice(0, kept.length)).toEqual(kept);
            const live = shown.slice(kept.length);
            expect(live.length).toBeLessThanOrEqual(Math.max(1, Math.min(6, rows - 1)));
            for (const line of live) expect(widthOf(line)).toBeLessThanOrEqual(io.columns() - 3);
          }
          screen.clear();
          expect(terminal.shown()).toEqual(plain.shown());
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe.each([
  ['not a terminal', { isTTY: false }, true],
  ['--no-progress', { isTTY: true }, false],
  ['a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, true],
])('%s', (_, terminal, live) => {
  it('gets a plain line every ten seconds', () => {
    const io = fakeIo(terminal);
    const screen = openScreen(io, { quiet: false, live });
    for (let done = 0; done <= 50; done++) {
      screen.progress(reading(done));
      io.advance(500);
    }
    expect(io.err).toEqual([
      'reading bf.tif: 0/1000 planes, 1.3 GB\n',
      'reading bf.tif: 20/1000 planes, 2 planes/s, 8 min 10 s left, 1.3 GB\n',
      'reading bf.tif: 40/1000 planes, 2 planes/s, 8 min 00 s left, 1.3 GB\n',
    ]);
  });
  it('of a training carries the last validation', () => {
    const io = fakeIo(terminal);
    openScreen(io, { quiet: false, live }).progress(training(300, { validation, savedStep: 200 }));
    expect(io.err).toEqual([
      'training runs/dna: 300/1000 steps, loss 0.00332, lr 0.00100, r dna 0.712 membrane - at step 300, ' +
        'best 0.726 at step 200, saved step 200, 1.3 GB\n',
    ]);
  });
});

it('quiet is silent, but for errors', () => {
  const io = fakeIo({ isTTY: true });
  const screen = openScreen(io, { quiet: true, live: true });
  screen.progress(training(1));
  screen.note('a note');
  io.advance(60_000);
  screen.clear();
  expect(io.err).toEqual([]);
  screen.error('Error: no');
  expect(io.err).toEqual(['Error: no\n']);
});
