import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatLosses, formatLossRow, lossesDigest, parseLosses, type LossRow } from './losses.ts';

const measure = fc.record({ r: fc.double({ min: -1, max: 1 }), normalizedL2: fc.double({ min: 0, noNaN: true }) });
const row = fc.record({
  step: fc.nat(),
  loss: fc.double({ min: 0 }),
  lr: fc.double({ min: 0, noNaN: true }),
  measures: fc.option(fc.array(measure, { minLength: 2, maxLength: 2 })),
});
const plain = (step: number): LossRow => ({ step, loss: 0.25, lr: 0.001, measures: null });

it('what is written is read again, all digits', () => {
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const text = formatLosses(['dna', 'er'], rows);
      const again = parseLosses(text, 'losses.csv');
      expect(again).toHaveLength(rows.length);
      expect(formatLosses(['dna', 'er'], again)).toBe(text);
    }),
    { seed: 1 },
  );
});

it('is a table that a spreadsheet opens, whatever the targets are called', () => {
  const measured = { ...plain(2), measures: [{ r: 0.5, normalizedL2: 0.75 }] };
  expect(formatLosses(['dna, "total"'], [plain(1), measured])).toBe(
    'step,loss,lr,r_dna_ _total_,normalizedL2_dna_ _total_\n1,0.25,0.001,,\n2,0.25,0.001,0.5,0.75\n',
  );
});

it('a last line that a kill cut off is left out, wherever it was cut', () => {
  const rows = [plain(1), plain(2)];
  const text = formatLosses([], rows);
  for (let cut = 1; cut <= formatLossRow(rows[1], 0).length; cut++)
    expect(parseLosses(text.slice(0, -cut), 'losses.csv')).toEqual(rows.slice(0, 1));
});

it.each(['1,2', '1,2,3,4', '1.5,1,1,,', '1,,1,,', '1,a,1,,', '1,1,1,0.5,', ''])(
  'a line %j is refused by its number',
  (line) => {
    const text = `step,loss,lr,r_dna,normalizedL2_dna\n1,1,1,,\n${line}\n2,1,1,,\n`;
    expect(() => parseLosses(text, 'losses.csv')).toThrow(/^losses\.csv line 3: /);
  },
);

it('another file is refused', () => {
  expect(() => parseLosses('a,b\n1,2\n', 'losses.csv')).toThrow(/^losses\.csv line 1: "a,b" is not step,loss/);
  expect(() => parseLosses('', 'losses.csv')).toThrow(/^losses\.csv line 1: /);
});

it('D4: the digest tells runs of other losses and other measures apart', async () => {
  const digest = (row: Partial<LossRow>) => lossesDigest([{ ...plain(1), ...row }]);
  expect(await digest({})).toBe(await digest({}));
  expect(await digest({ loss: 0.5 })).not.toBe(await digest({ loss: 0.5000000000000001 }));
  expect(await digest({ measures: [{ r: 0.5, normalizedL2: 1 }] })).not.toBe(await digest({}));
});
