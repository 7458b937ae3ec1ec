import { describe, expect, it } from 'vitest';
import { openScreen } from './screen.ts';
import { fakeIo } from './testing/fake-io.ts';

const CLEAR = '\r\u001b[K';
const training = (done: number, loss?: number) => ({ task: 'training', done, total: 1000, unit: 'steps', loss });

describe('in a terminal', () => {
  it('a line is drawn over itself at most ten times a second, and at the end', () => {
    const io = fakeIo({ isTTY: true, columns: 200 });
    const screen = openScreen(io, { quiet: false, live: true });
    for (let step = 1; step <= 1000; step++) {
      io.advance(10);
      screen.progress(training(step, 1 / step));
    }
    expect(io.err.length).toBeGreaterThanOrEqual(99);
    expect(io.err.length).toBeLessThanOrEqual(102);
    for (const text of io.err) expect(text.startsWith(CLEAR)).toBe(true);
    const last = io.err.at(-1)!.slice(CLEAR.length);
    expect(last).toMatch(
      /^training {2}█{12} {2}1000\/1000 steps {2}100 steps\/s {2}loss 0\.00100 {2}1\.3 GB {2}[▁-█]{16}$/,
    );
    const curve = Array.from(last.split('  ').at(-1)!);
    expect(curve).toEqual(curve.toSorted().toReversed()); // the loss falls, and the letters are in the order of their height
  });

  it('says what is left to wait for, by the rate of the last half minute', () => {
    const io = fakeIo({ isTTY: true, columns: 200 });
    const screen = openScreen(io, { quiet: false, live: true });
    // A resumed run begins at 500: what was done before does not count for the rate.
    screen.progress(training(500));
    for (let step = 501; step <= 560; step++) {
      io.advance(2000);
      screen.progress(training(step));
    }
    expect(io.err.at(-1)).toContain('560/1000 steps  0.500 steps/s  14 min 40 s left');
  });

  it('never fills the last column, counting wide letters twice', () => {
    for (const columns of [10, 40, 80]) {
      const io = fakeIo({ isTTY: true, columns });
      openScreen(io, { quiet: false, live: true }).progress({ ...training(1), task: '核 reading 細胞.tif' });
      const line = io.err[0].slice(CLEAR.length);
      const cells = Array.from(line).reduce((sum, letter) => sum + (/\p{Script=Han}/u.test(letter) ? 2 : 1), 0);
      expect(cells).toBeLessThan(columns);
    }
  });

  it('a message stands above the line', () => {
    const io = fakeIo({ isTTY: true });
    const screen = openScreen(io, { quiet: false, live: true });
    screen.progress(training(1));
    const line = io.err[0];
    screen.note('pages were taken as z');
    expect(io.err.slice(1)).toEqual([CLEAR, 'pages were taken as z\n', line]);
    screen.clear();
    expect(io.err.at(-1)).toBe(CLEAR);
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
    for (let step = 0; step <= 50; step++) {
      screen.progress(training(step, 0.5));
      io.advance(500);
    }
    expect(io.err).toEqual([
      'training: 0/1000 steps, loss 0.500, 1.3 GB\n',
      'training: 20/1000 steps, 2 steps/s, 8 min 10 s left, loss 0.500, 1.3 GB\n',
      'training: 40/1000 steps, 2 steps/s, 8 min 00 s left, loss 0.500, 1.3 GB\n',
    ]);
  });
});
