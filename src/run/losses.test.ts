import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatLosses, formatLossRow, lossesDigest, parseLosses } from './losses.ts';

const row = fc.record({
  step: fc.nat(),
  loss: fc.double({ min: 0 }),
  lr: fc.double({ min: 0, noNaN: true }),
  seconds: fc.nat().map((ms) => ms / 1000),
});

it('what is written is read again, all digits', () => {
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      expect(parseLosses(formatLosses(rows), 'losses.csv')).toEqual(rows);
    }),
    { seed: 1 },
  );
});

it('is a table that a spreadsheet opens', () => {
  expect(formatLosses([{ step: 1, loss: 0.5, lr: 1e-3, seconds: 0.12345 }])).toBe(
    'step,loss,lr,seconds\n1,0.5,0.001,0.123\n',
  );
});

it('a last line that a kill cut off is left out, wherever it was cut', () => {
  const rows = [1, 2].map((step) => ({ step, loss: 0.25, lr: 0.001, seconds: step }));
  const text = formatLosses(rows);
  for (let cut = 1; cut <= formatLossRow(rows[1]).length; cut++)
    expect(parseLosses(text.slice(0, -cut), 'losses.csv')).toEqual(rows.slice(0, 1));
});

it.each(['1,2,3', '1,2,3,4,5', '1.5,1,1,1', '1,,1,1', '1,a,1,1', ''])('a line %j is refused by its number', (line) => {
  const text = `step,loss,lr,seconds\n1,1,1,1\n${line}\n2,1,1,1\n`;
  expect(() => parseLosses(text, 'losses.csv')).toThrow(/^losses\.csv line 3: /);
});

it('another file is refused', () => {
  expect(() => parseLosses('a,b\n1,2\n', 'losses.csv')).toThrow(/^losses\.csv line 1: "a,b" is not step,loss/);
  expect(() => parseLosses('', 'losses.csv')).toThrow(/^losses\.csv line 1: /);
});

it('D4: the digest tells runs of other losses apart, not runs of other speed', async () => {
  const digest = (loss: number, seconds: number) => lossesDigest([{ step: 1, loss, lr: 0.001, seconds }]);
  expect(await digest(0.5, 1)).toBe(await digest(0.5, 2));
  expect(await digest(0.5, 1)).not.toBe(await digest(0.5000000000000001, 1));
});
