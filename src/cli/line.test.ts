import { expect, it } from 'vitest';
import { endOf, fitLine, lineWidth } from './line.ts';

it.each([
  ['runs/dna', 8, 'runs/dna'],
  ['/data/me/runs/dna', 12, '…/runs/dna'],
  ['C:\\runs\\dna-and-membrane', 20, '…\\dna-and-membrane'],
  ['dna-and-membrane', 10, '…-membrane'],
  ['runs/細胞の核', 9, '…細胞の核'],
  ['runs/dna/', 6, '…/dna/'],
])('of %s, %s cells show %s', (name, cells, shown) => expect(endOf(name, cells, '…')).toBe(shown));

it('what ranks highest is left out first, and the rest is cut', () => {
  const pieces = [
    { rank: 0, line: [{ text: 'first' }] },
    { rank: 2, line: [{ text: 'second' }] },
    { rank: 1, line: [{ text: 'third' }] },
  ];
  const shown = [20, 19, 12, 11, 3].map((cells) => fitLine(pieces, cells));
  expect(shown.map((line) => line.map(({ text }) => text).join(''))).toEqual([
    'first  second  third',
    'first  third',
    'first  third',
    'first',
    'fir',
  ]);
  expect(lineWidth(shown[0])).toBe(20);
});
